"""Events of utterances as the messages of `/stream-tokens`, and messages as compact JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from voice_server.core.speech import utterance_events
from voice_server.core.types import SpeechWarning
from voice_server.core.wire.stream_messages import (
    CancelledMessage,
    ErrorMessage,
    FlushedMessage,
    GeneratingMessage,
    SentenceEndMessage,
    SentenceMessage,
    ServerMessage,
    TurnDoneMessage,
    WarningMessage,
    WordsMessage,
)

Message = str | bytes
"""A text message, or a binary one with PCM."""


class JsonText(NamedTuple):
    """A text message as bytes: to make text and bytes again of a long one costs more than to encode it."""

    utf8: bytes


_encode = msgspec.json.Encoder().encode


def to_json(message: object) -> str:
    """A message as JSON text: a Struct, or what is made of dicts and lists."""
    return _encode(message).decode()


def json_text(message: object) -> JsonText:
    """The same as bytes."""
    return JsonText(_encode(message))


def error_message(
    code: str, msg: str, *, fatal: bool | None = None, retry_after_ms: int | None = None
) -> str:
    """An error that belongs to no sentence; version 1 does not say what follows."""
    return to_json(ErrorMessage(code=code, msg=msg, fatal=fatal, retry_after_ms=retry_after_ms))


def warning_message(warning: SpeechWarning) -> str:
    """A warning about a whole text or connection."""
    return to_json(WarningMessage(code=warning.code, msg=warning.message))


def event_message(turn: str, event: utterance_events.UtteranceEvent) -> str:
    """The message of version 2 for an event of a turn, for all but audio."""
    return to_json(_MESSAGE_OF[type(event)](turn, event))


def _generating(turn: str, event: utterance_events.SentenceDispatched) -> GeneratingMessage:
    return GeneratingMessage(
        sentence=event.text, queue_depth=event.queue_depth, turn=turn, index=event.index, chars=event.chars
    )


def _sentence(turn: str, event: utterance_events.SentenceStarted) -> SentenceMessage:
    return SentenceMessage(
        turn=turn,
        index=event.index,
        text=event.text,
        spoken=event.spoken,
        chars=event.chars,
        at_ms=round(event.at_ms, 1),
        queued_ms=round(event.queued_ms, 1),
    )


def _words(turn: str, event: utterance_events.SentenceWords) -> WordsMessage:
    words = [(m.word, round(m.start_ms, 1), round(m.end_ms, 1), m.start, m.end) for m in event.marks]
    return WordsMessage(turn=turn, index=event.index, words=words, source=event.source)


def _sentence_end(turn: str, event: utterance_events.SentenceEnded) -> SentenceEndMessage:
    return SentenceEndMessage(
        turn=turn,
        index=event.index,
        audio_ms=round(event.audio_ms, 1),
        ttfa_ms=round(event.ttfa_ms, 2),
        rtf=round(event.rtf, 4),
        gap_ms=round(event.gap_ms, 1),
    )


def _flushed(turn: str, event: utterance_events.FlushReached) -> FlushedMessage:
    return FlushedMessage(turn=turn, id=event.id)


def _warning(turn: str, event: utterance_events.UtteranceWarning) -> WarningMessage:
    return WarningMessage(code=event.code, msg=event.message, turn=turn, index=event.index)


def _failed(turn: str, event: utterance_events.SentenceFailed) -> ErrorMessage:
    return ErrorMessage(msg=event.message, code=event.code, turn=turn, index=event.index, fatal=False)


def _cancelled(turn: str, event: utterance_events.HeardText) -> CancelledMessage:
    dropped_ms = round(event.dropped_ms, 1)
    return CancelledMessage(turn=turn, heard=event.heard, unheard=event.unheard, dropped_ms=dropped_ms)


def _turn_done(turn: str, event: utterance_events.UtteranceFinished) -> TurnDoneMessage:
    return TurnDoneMessage(
        turn=turn,
        reason=event.reason.value,
        audio_ms=round(event.audio_ms, 1),
        characters=event.characters,
        sentences=event.sentences,
    )


_MESSAGE_OF: dict[type[utterance_events.UtteranceEvent], Callable[[str, Any], ServerMessage]] = {
    utterance_events.SentenceDispatched: _generating,
    utterance_events.SentenceStarted: _sentence,
    utterance_events.SentenceWords: _words,
    utterance_events.SentenceEnded: _sentence_end,
    utterance_events.FlushReached: _flushed,
    utterance_events.UtteranceWarning: _warning,
    utterance_events.SentenceFailed: _failed,
    utterance_events.HeardText: _cancelled,
    utterance_events.UtteranceFinished: _turn_done,
}
