"""The messages that `/v2/speak` sends for the events of a turn.

All sound of a turn lies between its `SpeechStarted` and its `SpeechMetadata`; a turn without any has both.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from voice_server.core.speech.utterance_events import (
    FinishReason,
    HeardText,
    SentenceAudio,
    SentenceFailed,
    UtteranceFinished,
    UtteranceWarning,
)
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn, TurnEvent
from voice_server.endpoints.websocket.server_messages import Message, to_json


def flux_message(kind: str, **fields: object) -> str:
    """A message of the server."""
    return to_json({"type": kind, **fields})


def flux_warning(code: str, description: str) -> str:
    """A warning; its code is in capitals, as all of Deepgram's are."""
    return flux_message("Warning", code=code.upper(), description=description)


def turn_metadata(speech_id: str, audio_ms: float, characters: int) -> dict[str, Any]:
    """What is reported of a turn. Controls inside the text are none of this server's."""
    return {
        "speech_id": speech_id,
        "audio_duration_ms": round(audio_ms),
        "input_character_count": characters,
        "billable_character_count": characters,
        "controls_applied": {"pronunciations_applied": 0, "breaks_applied": 0, "pronunciation_warnings": 0},
    }


class FluxWriter:
    """Writes one turn; `is_flushed` says that the client ended it, and is told when it is over."""

    def __init__(self) -> None:
        self.speech_id = f"dg_sp_{secrets.token_hex(6)}"
        self.is_flushed = False
        self._has_started = False

    def __call__(self, turn: DialectTurn, event: TurnEvent, /) -> Sequence[Message]:
        """The messages of an event, none for those of a barge-in: it is answered at once."""
        if isinstance(event, HeardText):
            return ()
        if isinstance(event, UtteranceFinished) and event.reason not in (
            FinishReason.COMPLETE,
            FinishReason.FAILED,
        ):
            return ()
        messages = self._messages(turn, event)
        if self._has_started:
            return messages
        self._has_started = True
        return [flux_message("SpeechStarted", speech_id=self.speech_id), *messages]

    def _messages(self, turn: DialectTurn, event: TurnEvent) -> list[Message]:
        match event:
            case SentenceAudio(pcm=sound):
                return [sound]
            case SentenceFailed() | UtteranceWarning():
                return [flux_warning(event.code, event.message)]
            case UtteranceFinished():
                return self._end(turn, event)
            case _:
                return []

    def _end(self, turn: DialectTurn, event: UtteranceFinished) -> list[Message]:
        messages: list[Message] = []
        failure = turn.failure()
        if failure is not None:
            messages.append(flux_message("Error", code="NET-0000", description=failure.message))
        elif not event.audio_ms:
            sentence = "the text of this turn has nothing in it that can be spoken"
            messages.append(flux_warning("NO_SYNTHESIZABLE_TEXT", sentence))
        metadata = turn_metadata(self.speech_id, event.audio_ms, event.characters)
        messages.append(flux_message("SpeechMetadata", **metadata))
        if self.is_flushed:
            messages.append(flux_message("Flushed", speech_id=self.speech_id))
        return messages
