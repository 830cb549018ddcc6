"""The messages that the server's WebSockets send, as compact JSON; docs/protocol.md shows each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from voice_server.core.speech import utterance_events
from voice_server.core.types import SpeechWarning

Message = str | bytes
"""A text message, or a binary one with PCM."""

_encode = msgspec.json.Encoder().encode


def to_json(message: dict[str, Any]) -> str:
    """A message as JSON text."""
    return _encode(message).decode()


def error_message(code: str, msg: str, **more: Any) -> str:
    """An error, with the fields that are not None."""
    fields = {key: value for key, value in more.items() if value is not None}
    return to_json({"type": "error", "msg": msg, "code": code, **fields})


def warning_message(warning: SpeechWarning) -> str:
    """A warning about a whole text or connection."""
    return to_json({"type": "warning", "code": warning.code, "msg": warning.message})


def event_message(turn: str, event: utterance_events.UtteranceEvent) -> str:
    """The message of version 2 for an event of a turn, for all but audio."""
    return to_json(_FIELDS_OF[type(event)](turn, event))


def _generating(turn: str, event: utterance_events.SentenceDispatched) -> dict[str, Any]:
    return {
        "type": "generating",
        "sentence": event.text,
        "queue_depth": event.queue_depth,
        "turn": turn,
        "index": event.index,
        "chars": event.chars,
    }


def _sentence(turn: str, event: utterance_events.SentenceStarted) -> dict[str, Any]:
    return {
        "type": "sentence",
        "turn": turn,
        "index": event.index,
        "text": event.text,
        "spoken": event.spoken,
        "chars": event.chars,
        "at_ms": round(event.at_ms, 1),
        "queued_ms": round(event.queued_ms, 1),
    }


def _words(turn: str, event: utterance_events.SentenceWords) -> dict[str, Any]:
    words = [(m.word, round(m.start_ms, 1), round(m.end_ms, 1), m.start, m.end) for m in event.marks]
    return {"type": "words", "turn": turn, "index": event.index, "words": words, "source": event.source}


def _sentence_end(turn: str, event: utterance_events.SentenceEnded) -> dict[str, Any]:
    return {
        "type": "sentence_end",
        "turn": turn,
        "index": event.index,
        "audio_ms": round(event.audio_ms, 1),
        "ttfa_ms": round(event.ttfa_ms, 2),
        "rtf": round(event.rtf, 4),
        "gap_ms": round(event.gap_ms, 1),
    }


def _flushed(turn: str, event: utterance_events.FlushReached) -> dict[str, Any]:
    return {"type": "flushed", "turn": turn} | ({} if event.id is None else {"id": event.id})


def _warning(turn: str, event: utterance_events.UtteranceWarning) -> dict[str, Any]:
    message = {"type": "warning", "code": event.code, "msg": event.message, "turn": turn}
    return message if event.index is None else message | {"index": event.index}


def _failed(turn: str, event: utterance_events.SentenceFailed) -> dict[str, Any]:
    return {
        "type": "error",
        "msg": event.message,
        "code": event.code,
        "turn": turn,
        "index": event.index,
        "fatal": False,
    }


def _cancelled(turn: str, event: utterance_events.HeardText) -> dict[str, Any]:
    return {
        "type": "cancelled",
        "turn": turn,
        "heard": event.heard,
        "unheard": event.unheard,
        "dropped_ms": round(event.dropped_ms, 1),
    }


def _turn_done(turn: str, event: utterance_events.UtteranceFinished) -> dict[str, Any]:
    return {
        "type": "turn_done",
        "turn": turn,
        "reason": event.reason.value,
        "audio_ms": round(event.audio_ms, 1),
        "characters": event.characters,
        "sentences": event.sentences,
    }


_FIELDS_OF: dict[type[utterance_events.UtteranceEvent], Callable[[str, Any], dict[str, Any]]] = {
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
