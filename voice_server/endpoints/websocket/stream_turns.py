"""The turns of a `/stream-tokens` connection, in the order in which they are heard.

Turns that were sent to their end are kept for a while: engines are faster than listeners, so what has been
sent may still be playing, and can still be interrupted.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.utterance_events import (
    FinishReason,
    SentenceAudio,
    UtteranceEvent,
    UtteranceFinished,
)
from voice_server.core.stream_session import CancelTurns
from voice_server.core.types import PCM_BYTES_PER_SECOND
from voice_server.core.wire.client_messages import StreamFormat
from voice_server.endpoints.websocket.server_messages import Message
from voice_server.endpoints.websocket.version_writers import TurnWriter, VersionWriter
from voice_server.errors import TooMuch
from voice_server.sound_files.encoding import Encoder, Encoding, PieceBuffer, chosen_encoding
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import Speech, SpeechService

KEPT_CHARS = 1_000_000
"""The text of all turns whose end was not sent, and of those that were sent to their end: it is kept, because
a barge-in is answered with it."""
_PIECE_BYTES = PCM_BYTES_PER_SECOND // 4
"""How much is encoded at a time where that takes long: 2 ms of mp3."""
_FORM_OF: Mapping[str, FormatName] = {
    "pcm_s16le": "pcm",
    "pcm_f32le": "f32",
    "mulaw": "mulaw",
    "alaw": "alaw",
    "mp3": "mp3",
    "opus": "opus",
}
PCM_AS_RENDERED = chosen_encoding("pcm")
SENT_TURNS = 8
"""How many turns that were sent to their end may still be interrupted."""


def encoding_of(form: StreamFormat) -> Encoding:
    """The encoding that a client asks for. Raises RequestError for a rate that it does not have."""
    return chosen_encoding(_FORM_OF[form.encoding], form.rate)


class StreamTurn:
    """One turn and how its events are written: its sound is one stream in the encoding that was asked for."""

    def __init__(self, name: str, speech: Speech, writer: TurnWriter, encoding: Encoding) -> None:
        self.name = name
        self.speech = speech
        self._writer = writer
        self._encoded = PieceBuffer()
        self._encoder = None if encoding == PCM_AS_RENDERED else encoding.encoder(self._encoded)
        self._piece_bytes = _PIECE_BYTES if encoding.takes_long else sys.maxsize
        self._pieces: deque[SentenceAudio] = deque()

    def take(self) -> UtteranceEvent | None:
        """The next event; sound that takes long to encode in pieces, so that others get their turn."""
        if self._pieces:
            return self._pieces.popleft()
        event = self.speech.take()
        if isinstance(event, SentenceAudio) and len(event.pcm) > self._piece_bytes:
            starts = range(0, len(event.pcm), self._piece_bytes)
            self._pieces += (
                SentenceAudio(event.index, event.pcm[at : at + self._piece_bytes]) for at in starts
            )
            return self._pieces.popleft()
        return event

    def cancel(self, played_ms: float | None, reason: FinishReason) -> None:
        """Barge-in: what is still to come is the answer alone."""
        self._pieces.clear()
        self.speech.cancel(played_ms, reason)

    def messages(self, event: UtteranceEvent) -> list[Message]:
        """What the client is sent for an event."""
        events = [event] if self._encoder is None else self._with_encoded(event, self._encoder)
        messages = (self._writer.message(each) for each in events)
        return [each for each in messages if each is not None]

    def _with_encoded(self, event: UtteranceEvent, encoder: Encoder) -> list[UtteranceEvent]:
        """The same event, encoded; before the end of a whole turn what the encoder still holds."""
        if isinstance(event, SentenceAudio):
            encoder.encode(event.pcm)
            sound = self._encoded.take()
            return [SentenceAudio(event.index, sound)] if sound else []
        if isinstance(event, UtteranceFinished) and event.reason is FinishReason.COMPLETE and event.sentences:
            encoder.finish()
            rest = self._encoded.take()
            return [SentenceAudio(event.sentences - 1, rest), event] if rest else [event]
        return [event]


class HoldsText(Protocol):
    """What text waits in, and is kept: a speech, or a turn."""

    @property
    def buffered_chars(self) -> int:
        """How many characters have been pushed and are on no worker yet."""

    @property
    def typed_chars(self) -> int:
        """How many characters have been pushed."""


def check_text(service: SpeechService, holders: Iterable[HoldsText], chars: int) -> None:
    """Raise TooMuch where more text of what is open in a connection would wait, or be kept, than may."""
    waiting = kept = 0
    for each in holders:
        waiting += each.buffered_chars
        kept += each.typed_chars
    service.check_text(waiting, chars)
    if kept + chars > KEPT_CHARS:
        raise TooMuch(
            f"the turns of a connection have at most {KEPT_CHARS} characters; end this one, and begin "
            "another when it has been spoken",
            code="text_overflow",
        )


class StreamTurns:
    """The turns of one session; `on_event` is called when `next_messages` is worth calling again.

    `on_event` belongs to the connection that has the session, and is another one after a loss.
    """

    def __init__(self, service: SpeechService, on_event: Callable[[], None]) -> None:
        self._service = service
        self.on_event = on_event
        self._turns: deque[StreamTurn] = deque()
        self._sent: deque[StreamTurn] = deque(maxlen=SENT_TURNS)
        self.opened = 0
        self._is_paused = False

    def _wake(self) -> None:
        self.on_event()

    def __len__(self) -> int:
        """How many turns have not been sent to their end."""
        return len(self._turns)

    def push(self, text: str) -> None:
        """Add text to the turn that takes text. Raises TooMuch where too much of the connection's waits."""
        self.check_text(len(text))
        self.newest.push(text)

    def check_text(self, chars: int) -> None:
        """Raise TooMuch where so much more text would wait, or be kept, than may, of all turns together."""
        check_text(self._service, (turn.speech for turn in self._turns), chars)

    def is_full(self, most: int) -> bool:
        """Whether so many turns are open, or ten times as many have ended whose end was not sent."""
        if len(self._turns) < most:
            return False
        open_turns = sum(not turn.speech.is_over for turn in self._turns)
        return open_turns >= most or len(self._turns) >= 10 * most

    @property
    def newest(self) -> Speech:
        """The speech of the turn that was opened last, which is the one that takes text."""
        return self._turns[-1].speech

    def open(self, name: str, settings: SpeechSettings, form: StreamFormat, writer: VersionWriter) -> None:
        """Begin a turn, which is heard after all others."""
        before = self._turns or self._sent
        after = before[-1].speech if before else None
        speech = self._service.open(settings, after=after, on_event=self._wake)
        if self._is_paused:
            speech.pause()
        turn_writer = writer.turn(name, self.opened, tagged=form.frames == "tagged")
        self._turns.append(StreamTurn(name, speech, turn_writer, encoding_of(form)))
        self.opened += 1

    def cancel(self, command: CancelTurns) -> tuple[list[Message], bool]:
        """Stop the turns that a command names.

        Returns the answers for turns that were sent to their end, and whether anything was stopped. Turns
        that are stopped on their way answer by their events.
        """
        answers = self._cancel_sent(command)
        open_turns = [turn for turn in self._named(command.turn) if not turn.speech.is_over]
        reason = FinishReason.PREEMPTED if command.preempted else FinishReason.CANCELLED
        heard = self._turns[0] if self._turns else None
        for turn in open_turns:
            turn.cancel(command.played_ms if turn is heard else None, reason)
        return answers, bool(answers or open_turns)

    def _named(self, name: str | None) -> list[StreamTurn]:
        return [turn for turn in self._turns if name in (None, turn.name)]

    def _cancel_sent(self, command: CancelTurns) -> list[Message]:
        """Forget turns that were sent to their end, and answer for those that are still being played.

        The first of them is the one being heard; of those behind it nothing has been.
        """
        answers: list[Message] = []
        for turn in list(self._sent):
            if command.turn in (None, turn.name):
                self._sent.remove(turn)
                heard = turn.speech.heard(0.0 if answers else command.played_ms)
                if heard.dropped_ms > 0:
                    answers += turn.messages(heard)
        return answers

    def set_played(self, name: str | None, played_ms: float) -> None:
        """Take the listener's play position in a turn, or in the one that seems to be heard."""
        for turn in (*self._sent, *self._turns):
            if turn.name == name or (name is None and turn.speech.is_playing):
                turn.speech.played(played_ms)
                return

    def set_paused(self, *, paused: bool) -> None:
        """Stop or resume delivery, also of the turns to come."""
        self._is_paused = paused
        for turn in self._turns:
            if paused:
                turn.speech.pause()
            else:
                turn.speech.resume()

    def next_messages(self) -> list[Message] | None:
        """The messages of the next event, perhaps none; None until `on_event`."""
        for turn in self._turns:
            # A turn that was cut off answers at once; otherwise turns are heard one after the other.
            if turn is self._turns[0] or turn.speech.is_over:
                event = turn.take()
                if event is not None:
                    if isinstance(event, UtteranceFinished):
                        self._retire(turn, event.reason)
                    return turn.messages(event)
        return None

    def _retire(self, turn: StreamTurn, reason: FinishReason) -> None:
        self._turns.remove(turn)
        if reason is FinishReason.COMPLETE:
            self._sent.append(turn)
        while sum(each.speech.typed_chars for each in self._sent) > KEPT_CHARS:
            self._sent.popleft()

    def close(self) -> None:
        """Stop everything that is still being rendered."""
        for turn in self._turns:
            turn.speech.close()
