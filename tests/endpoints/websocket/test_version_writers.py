"""What each version of the protocol says, and what version 1 leaves unsaid."""

from __future__ import annotations

import json
import struct

import pytest

from voice_server.config import Limits
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.utterance_events import (
    SentenceAudio,
    SentenceDispatched,
    SentenceFailed,
    SentenceStarted,
)
from voice_server.core.types import Capabilities, SpeechWarning
from voice_server.core.wire.client_messages import PROTOCOL_VERSIONS
from voice_server.endpoints.websocket.version_writers import (
    SessionTerms,
    Version1Writer,
    Version2Writer,
    writer_for,
)

_SETTINGS = SpeechSettings(backend="one", voice="alba", max_segment_chars=123)
_READY = (
    SessionTerms("secret", "mulaw", 8000, 30.0, 7),
    _SETTINGS,
    Capabilities(tags=("laugh",)),
    Limits(message_bytes=4096),
)


@pytest.mark.parametrize("number", PROTOCOL_VERSIONS)
def test_every_version_has_a_writer(number: int) -> None:
    expected = {1: Version1Writer, 2: Version2Writer}[number]
    assert isinstance(writer_for(PROTOCOL_VERSIONS[number]), expected)


def test_version_1_says_nothing_of_the_connection_but_errors() -> None:
    writer = Version1Writer()
    assert writer.ready(*_READY) == writer.closing(5) == writer.warnings([SpeechWarning("a", "b")]) == []
    assert writer.error("code", "Sentence", fatal=True) == '{"type":"error","msg":"Sentence","code":"code"}'


def test_version_2_says_what_it_speaks_with() -> None:
    (text,) = Version2Writer().ready(*_READY)
    ready = json.loads(text)
    assert ready.pop("capabilities")["tags"] == ["laugh"]
    assert ready == {
        "type": "ready",
        "session": "secret",
        "voice": "alba",
        "backend": "one",
        "sample_rate": 8000,
        "encoding": "mulaw",
        "limits": {"message_bytes": 4096, "buffered_chars": 200_000, "segment_chars": 123},
        "keep_s": 30.0,
        "received": 7,
    }


def test_version_2_says_everything_of_the_connection() -> None:
    writer = Version2Writer()
    assert writer.closing(5) == ['{"type":"closing","reason":"restart","in_ms":5}']
    assert writer.warnings([SpeechWarning("a", "b")]) == ['{"type":"warning","code":"a","msg":"b"}']
    assert json.loads(writer.error("code", "Sentence", fatal=False)) == {
        "type": "error",
        "msg": "Sentence",
        "code": "code",
        "fatal": False,
    }


def test_version_1_has_messages_for_three_events() -> None:
    turn = Version1Writer().turn("t", 0, tagged=True)
    assert turn.message(SentenceAudio(0, b"ab")) == b"ab"
    assert turn.message(SentenceDispatched(0, "Hi.", (0, 3), 2)) == (
        '{"type":"generating","sentence":"Hi.","queue_depth":2}'
    )
    assert turn.message(SentenceFailed(0, "c", "m")) == '{"type":"error","msg":"m","code":"c"}'
    assert turn.message(SentenceStarted(0, "Hi.", "Hi.", (0, 3), 0.0, 0.0)) is None


def test_a_tagged_frame_says_where_it_belongs_and_whether_it_is_a_sentences_first() -> None:
    turn = Version2Writer().turn("t", 3, tagged=True)
    turn.message(SentenceStarted(1, "Hi.", "Hi.", (0, 3), 0.0, 0.0))
    frames = [turn.message(SentenceAudio(1, b"ab")) for _ in range(2)]
    assert frames == [struct.pack("<IIII", 3, 1, 0, 1) + b"ab", struct.pack("<IIII", 3, 1, 1, 0) + b"ab"]
    assert Version2Writer().turn("t", 3, tagged=False).message(SentenceAudio(1, b"ab")) == b"ab"
