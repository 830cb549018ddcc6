"""The objects that ElevenLabs sends over its WebSockets while a text is spoken."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

import msgspec

from voice_server.core.speech.utterance_events import SentenceAudio, UtteranceFinished
from voice_server.endpoints.base64_strings import base64_string
from voice_server.endpoints.dialects.elevenlabs.character_times import CharacterTimes, TimedCharacter
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn, TurnEvent
from voice_server.endpoints.http.responses import TimedWords
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import JsonText, json_text
from voice_server.errors import VoiceServerError

_Characters = Sequence[TimedCharacter]
_Object = dict[str, Any]
_NONE: Final[_Characters] = ()


class ContextMessages(Protocol):
    """The messages of one context, whose times are in ms from `base_ms` on."""

    def sound(self, sound: bytes, typed: _Characters, spoken: _Characters, base_ms: float) -> _Object:
        """Sound, character times, or both."""

    def final(self) -> _Object:
        """Nothing more of the context will come."""

    def error(self, error: VoiceServerError) -> _Object:
        """What went wrong."""


class SpeechMessages:
    """What `stream-input` sends; and with the name of a context `multi-stream-input`."""

    def __init__(self, context: str | None = None) -> None:
        # LiveKit reads either name, Pipecat the first, and ElevenLabs' documentation has the second.
        self._identity = {} if context is None else {"contextId": context, "context_id": context}

    def sound(self, sound: bytes, typed: _Characters, spoken: _Characters, base_ms: float) -> _Object:
        """Sound, character times, or both."""
        alignment = self._alignment(typed, base_ms)
        return {
            "audio": _audio(sound),
            "isFinal": None,
            "normalizedAlignment": alignment if spoken is typed else self._alignment(spoken, base_ms),
            "alignment": alignment,
            **self._identity,
        }

    def final(self) -> _Object:
        """Nothing more of the context will come."""
        return {"audio": None, "isFinal": True, **self._identity}

    def error(self, error: VoiceServerError) -> _Object:
        """What went wrong."""
        return _error(error) | self._identity

    @staticmethod
    def _alignment(characters: _Characters, base_ms: float) -> msgspec.Raw | None:
        """Encoded once, since it mostly stands in a message twice."""
        if not characters:
            return None
        chars, starts, durations = _columns(characters, base_ms)
        named = {"chars": chars, "charStartTimesMs": starts, "charDurationsMs": durations}
        return msgspec.Raw(msgspec.json.encode(named))


class DialogueMessages:
    """What `text-to-dialogue/multi-stream-input` sends."""

    def __init__(self, context: str | None = None) -> None:
        self._identity = {"context_id": context}

    def sound(self, sound: bytes, typed: _Characters, spoken: _Characters, base_ms: float) -> _Object:
        """Sound, character times, or both."""
        del spoken  # ElevenLabs has a key for it, and sends none
        chars, starts, durations = _columns(typed, base_ms)
        named = {"chars": chars, "char_start_times_ms": starts, "char_durations_ms": durations}
        return {"audio": _audio(sound), "alignment": named if chars else None, **self._identity}

    def final(self) -> _Object:
        """Nothing more of the context will come."""
        return {"is_final": True, **self._identity}

    def error(self, error: VoiceServerError) -> _Object:
        """What went wrong."""
        return _error(error) | self._identity


class ContextWriter:
    """A DialectWriter of one context.

    With `is_synced` times count from the context's first sample. Without, they count from the sound of their
    own message, which clients find in one of two ways: from the sound before it, or by adding up how long the
    times of each message last. A blank that lasts as long as the silence between two keeps both right.
    Each run of characters ends with a blank, without which clients wait for the rest of its last word.
    """

    def __init__(self, messages: ContextMessages, *, is_synced: bool) -> None:
        self._messages = messages
        self._is_synced = is_synced
        self._characters = CharacterTimes()
        self._waiting: deque[tuple[_Characters, _Characters]] = deque()
        self._sent_ms = 0.0
        self._told_ms = 0.0

    def __call__(self, turn: DialectTurn, event: TurnEvent, /) -> Sequence[JsonText]:
        """The messages of an event."""
        return [json_text(each) for each in self._objects(turn, event)]

    def _objects(self, turn: DialectTurn, event: TurnEvent) -> Iterator[_Object]:
        match event:
            case TimedWords(marks=marks):
                typed, spoken = self._characters.typed_and_spoken(turn.text, marks)
                shown = _parted(typed)
                self._waiting.append((shown, shown if spoken is typed else _parted(spoken)))
            case SentenceAudio(pcm=sound):
                while len(self._waiting) > 1:
                    yield from self._with_times(b"")
                yield from self._with_times(sound)
                self._sent_ms = turn.audio_ms
            case UtteranceFinished():
                while self._waiting and not turn.is_cancelled:
                    yield from self._with_times(b"")
                failure = turn.failure()
                if failure is not None:
                    yield self._messages.error(failure)
                yield self._messages.final()

    def _with_times(self, sound: bytes) -> Iterator[_Object]:
        """Sound with the next character times, if any wait."""
        if not self._waiting:
            yield self._messages.sound(sound, _NONE, _NONE, 0.0)
            return
        typed, spoken = self._waiting.popleft()
        base_ms = 0.0 if self._is_synced else max(self._sent_ms, self._told_ms)
        if round(base_ms) > round(self._told_ms):
            silence = [TimedCharacter(" ", self._told_ms, base_ms)]
            yield self._messages.sound(b"", silence, silence, self._told_ms)
        yield self._messages.sound(sound, typed, spoken, base_ms)
        self._told_ms = 0.0 if self._is_synced else typed[-1].end_ms


def _parted(characters: _Characters) -> _Characters:
    """Characters without blanks in front, and with one at their end."""
    first = next((at for at, each in enumerate(characters) if each.character != " "), len(characters))
    shown = list(characters[first:])
    end_ms = characters[-1].end_ms if characters else 0.0
    if not shown or shown[-1].character != " ":
        shown.append(TimedCharacter(" ", end_ms, end_ms))
    return shown


def _columns(characters: _Characters, base_ms: float) -> tuple[list[str], list[int], list[int]]:
    """Characters, their starts from `base_ms` on, and their lengths, which add up."""
    starts = [round(each.start_ms - base_ms) for each in characters]
    ends = [round(each.end_ms - base_ms) for each in characters]
    lengths = [end - start for start, end in zip(starts, ends, strict=True)]
    return [each.character for each in characters], starts, lengths


def _audio(sound: bytes) -> msgspec.Raw | None:
    return base64_string(sound) if sound else None


def _error(error: VoiceServerError) -> _Object:
    """Source: ElevenLabs' documentation of its WebSockets; `code` is that of the close which may follow."""
    return {"message": error.message, "error": error.code, "code": int(CloseCode.POLICY)}
