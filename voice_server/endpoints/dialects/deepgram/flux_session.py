"""`FluxSession`: the sound of a session in the order in which it is heard, and where its listener is.

Engines are faster than listeners: what is heard now was often sent to its end long ago. So turns that were
sent are kept for a while. Positions are ms from the start of the session; after a barge-in it goes on from
where the listener was, as its client counts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn
from voice_server.endpoints.websocket.stream_turns import KEPT_CHARS, SENT_TURNS


@dataclass(frozen=True, slots=True)
class FluxTurn:
    """A turn and its id."""

    turn: DialectTurn
    speech_id: str


@dataclass(frozen=True, slots=True)
class HeardTurn:
    """What a listener has heard of a turn, and the position in the session that it has heard to."""

    heard_turn: FluxTurn
    heard: str
    unheard: str
    position_ms: float


class FluxSession:
    """The turns that have not been heard to their end, as far as they are kept, in their order."""

    def __init__(self) -> None:
        self._turns: deque[FluxTurn] = deque()
        self._start_ms = 0.0  # of the first of them
        self.interrupted_at_ms = 0.0
        """Where the last barge-in was."""

    @property
    def audio_ms(self) -> float:
        """How long the session is: what was heard before a barge-in, and all that was sent after it."""
        return self._start_ms + sum(each.turn.audio_ms for each in self._turns)

    def add(self, turn: FluxTurn) -> None:
        """Let a turn be heard behind all others."""
        self._turns.append(turn)
        while self._keeps_too_much():
            self._start_ms += self._turns.popleft().turn.audio_ms

    def _keeps_too_much(self) -> bool:
        sent = [each.turn for each in self._turns if each.turn.is_sent.is_set()]
        chars = sum(turn.speech.typed_chars for turn in sent)
        return len(sent) > SENT_TURNS or (bool(sent) and chars > KEPT_CHARS)

    def heard_until(self, played_ms: float | None) -> HeardTurn | None:
        """What was heard of the turn that is heard at a position, or now as the play clock has it.

        None where nothing is heard there or will be. Of the turns behind it nothing has been heard.
        """
        start_ms = self._start_ms
        for each in self._turns:
            speech = each.turn.speech
            end_ms = start_ms + each.turn.audio_ms
            is_heard = speech.is_playing if played_ms is None else played_ms < end_ms
            if is_heard or not speech.is_over:
                told = speech.heard(None if played_ms is None else max(0.0, played_ms - start_ms))
                position_ms = start_ms + speech.position_ms if played_ms is None else played_ms
                return HeardTurn(each, told.heard, told.unheard, position_ms)
            start_ms = end_ms
        return None

    def interrupt(self, at_ms: float) -> None:
        """Forget all turns: the listener hears no more of them, and goes on from this position."""
        self._turns.clear()
        self._start_ms = self.interrupted_at_ms = at_ms
