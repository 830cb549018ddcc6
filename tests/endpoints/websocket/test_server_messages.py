"""The messages of version 2 as docs/protocol.md shows them."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from voice_server.core.speech import utterance_events as events
from voice_server.core.types import SpeechWarning, WordMark
from voice_server.endpoints.websocket.server_messages import (
    error_message,
    event_message,
    json_text,
    to_json,
    warning_message,
)

_MESSAGES: dict[events.UtteranceEvent, dict[str, object]] = {
    events.SentenceDispatched(1, "Hi.", (4, 7), 2): {
        "type": "generating", "sentence": "Hi.", "queue_depth": 2, "index": 1, "chars": [4, 7],
    },
    events.SentenceStarted(1, "*Hi*.", "Hi.", (4, 9), 12.34, 5.67): {
        "type": "sentence", "index": 1, "text": "*Hi*.", "spoken": "Hi.", "chars": [4, 9],
        "at_ms": 12.3, "queued_ms": 5.7,
    },
    events.SentenceWords(1, (WordMark("Hi", 0.04, 99.96, 4, 6),), "engine"): {
        "type": "words", "index": 1, "words": [["Hi", 0.0, 100.0, 4, 6]], "source": "engine",
    },
    events.SentenceEnded(1, 100.04, -1.234, 0.123456, 0.04): {
        "type": "sentence_end", "index": 1, "audio_ms": 100.0, "ttfa_ms": -1.23, "rtf": 0.1235, "gap_ms": 0.0,
    },
    events.FlushReached(7): {"type": "flushed", "id": 7},
    events.FlushReached(None): {"type": "flushed"},
    events.UtteranceWarning("c", "m", 1): {"type": "warning", "code": "c", "msg": "m", "index": 1},
    events.UtteranceWarning("c", "m"): {"type": "warning", "code": "c", "msg": "m"},
    events.SentenceFailed(1, "c", "m"): {
        "type": "error", "msg": "m", "code": "c", "index": 1, "fatal": False,
    },
    events.HeardText("a", "b", 1.26): {"type": "cancelled", "heard": "a", "unheard": "b", "dropped_ms": 1.3},
    events.UtteranceFinished(events.FinishReason.COMPLETE, 100.04, 7, 2): {
        "type": "turn_done", "reason": "complete", "audio_ms": 100.0, "characters": 7, "sentences": 2,
    },
}  # fmt: skip


@pytest.mark.parametrize("event", _MESSAGES)
def test_every_event_names_its_turn(event: events.UtteranceEvent) -> None:
    assert json.loads(event_message("t", event)) == {"turn": "t"} | _MESSAGES[event]


def test_every_event_but_audio_has_a_message() -> None:
    assert {type(event) for event in _MESSAGES} == set(get_args(events.UtteranceEvent)) - {
        events.SentenceAudio
    }


def test_json_is_compact() -> None:
    assert warning_message(SpeechWarning("c", "m")) == '{"type":"warning","code":"c","msg":"m"}'


def test_a_message_as_bytes_is_the_same() -> None:
    message = {"type": "x", "text": "é"}
    assert json_text(message).utf8.decode() == to_json(message)


def test_fields_of_an_error_that_are_none_are_left_out() -> None:
    assert error_message("c", "m", fatal=False) == ('{"type":"error","msg":"m","code":"c","fatal":false}')
