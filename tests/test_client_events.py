"""What a server sends becomes events, message by message."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from voice_server.client_events import (
    Audio,
    Cancelled,
    Closing,
    Done,
    ErrorEvent,
    Event,
    EventReader,
    Flushed,
    Generating,
    Paused,
    Pong,
    Ready,
    Resumed,
    Sentence,
    SentenceEnd,
    TurnDone,
    Unknown,
    WarningEvent,
    Word,
    Words,
)
from voice_server.errors import WireError


def events_of(*messages: Any, is_tagged: bool = False) -> list[Event]:
    """The events of a connection's messages: bytes are audio, everything else is sent as JSON."""
    reader = EventReader()
    reader.is_tagged = is_tagged
    return [
        reader.read(message if isinstance(message, bytes) else json.dumps(message)) for message in messages
    ]


def test_every_message_of_the_protocol_becomes_its_event() -> None:
    sentence = {"turn": "1", "index": 0}
    got = events_of(
        {"type": "ready", "session": "ab", "voice": "v", "backend": "b", "sample_rate": 24000},
        {"type": "generating", "sentence": "Hi.", "queue_depth": 1, **sentence, "chars": [0, 3]},
        {"type": "sentence", **sentence, "text": "Hi.", "spoken": "Hi.", "at_ms": 0, "queued_ms": 1.5},
        b"\x01\x02",
        {"type": "words", **sentence, "words": [["Hi", 0, 80.5, 0, 2]], "source": "engine"},
        {"type": "sentence_end", **sentence, "audio_ms": 5, "ttfa_ms": -1, "rtf": 0.1, "gap_ms": 0},
        {"type": "flushed", "turn": "1", "id": 7},
        {"type": "paused"},
        {"type": "resumed"},
        {"type": "pong", "ping": 3},
        {"type": "cancelled", "turn": "1", "heard": "H", "unheard": "i.", "dropped_ms": 9},
        {
            "type": "turn_done",
            "turn": "1",
            "reason": "complete",
            "audio_ms": 5,
            "characters": 3,
            "sentences": 1,
        },
        {"type": "warning", "code": "slow_client", "msg": "slow"},
        {"type": "error", "code": "x", "msg": "y", "turn": "1", "index": 0, "fatal": False},
        {"type": "closing", "reason": "restart", "in_ms": 30000},
        {"type": "done"},
    )
    assert got == [
        Ready("ab", "v", "b"),
        Generating("Hi.", 1, "1", 0, (0, 3)),
        Sentence("1", 0, "Hi.", "Hi.", 0, 1.5),
        Audio(b"\x01\x02", "1", 0, 0),
        Words("1", 0, (Word("Hi", 0, 80.5, 0, 2),), "engine"),
        SentenceEnd("1", 0, 5, -1, 0.1, 0),
        Flushed("1", 7),
        Paused(),
        Resumed(),
        Pong(3),
        Cancelled("1", "H", "i.", 9),
        TurnDone("1", "complete", 5, 3, 1),
        WarningEvent("slow_client", "slow"),
        ErrorEvent("y", "x", "1", 0),
        Closing("restart", 30000),
        Done(),
    ]


def test_audio_of_version_1_belongs_to_no_sentence() -> None:
    got = events_of({"type": "generating", "sentence": "A.", "queue_depth": 0}, b"ab", {"type": "done"})
    assert got == [Generating("A.", 0), Audio(b"ab"), Done()]


def test_unknown_fields_and_messages_of_a_newer_server_are_no_error() -> None:
    got = events_of({"type": "pong", "ping": 1, "new": 5}, {"type": "gesture", "x": 1})
    assert got == [Pong(1), Unknown({"type": "gesture", "x": 1})]


def test_tagged_frames_carry_their_place_in_a_header() -> None:
    header = struct.pack("<IIII", 0, 3, 9, 1)
    got = events_of(header + b"abcd", is_tagged=True)
    assert got == [Audio(b"abcd", None, 3, None, 9, is_first=True)]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"type": "pong"}, "'pong' without ping"),
        (["list"], "no JSON object"),
        ("text", "no JSON object"),
    ],
)
def test_a_message_that_no_server_of_this_protocol_sends_is_an_error(message: Any, error: str) -> None:
    with pytest.raises(WireError, match=error):
        events_of(message)


def test_a_tagged_frame_without_its_header_is_an_error() -> None:
    with pytest.raises(WireError, match="a head of 16 bytes, this one has 2"):
        events_of(b"ab", is_tagged=True)


def _sentence(turn: str, index: int, at_ms: float) -> dict[str, Any]:
    place = {"turn": turn, "index": index, "at_ms": at_ms}
    return {"type": "sentence", "text": "Hi.", "spoken": "Hi.", "queued_ms": 0, **place}


def test_sound_and_words_have_their_place_in_the_turn() -> None:
    words = {"type": "words", "turn": "1", "index": 1, "words": [["Hi", 10, 80, 0, 2]], "source": "engine"}
    got = events_of(_sentence("1", 0, 0), bytes(4800), bytes(2400), _sentence("1", 1, 150), words, bytes(48))
    audio = [(each.index, each.at_ms, each.audio_ms) for each in got if isinstance(each, Audio)]
    assert audio == [(0, 0, 100), (0, 100, 50), (1, 150, 1)]
    (told,) = [each for each in got if isinstance(each, Words)]
    assert told.words == (Word("Hi", 10, 80, 0, 2),)
    assert told.from_turn_start == (Word("Hi", 160, 230, 0, 2),)


@pytest.mark.parametrize(
    ("form", "n_bytes", "audio_ms"),
    [
        ({"rate": 8000}, 160, 10),
        ({"encoding": "mulaw"}, 80, 10),
        ({"encoding": "alaw", "rate": 16000}, 160, 10),
        ({"encoding": "pcm_f32le"}, 960, 10),
        ({"encoding": "mp3"}, 960, 0),
        ({"frames": "tagged"}, 480 + 16, 10),
    ],
)
def test_the_length_of_sound_hangs_on_the_format(form: dict[str, Any], n_bytes: int, audio_ms: float) -> None:
    reader = EventReader()
    reader.configure(form)
    reader.read(json.dumps(_sentence("1", 0, 0)))
    audio = reader.read(bytes(n_bytes))
    assert isinstance(audio, Audio)
    assert audio.audio_ms == pytest.approx(audio_ms)
    assert audio.at_ms == 0


def test_a_connection_that_goes_on_says_how_much_the_server_has() -> None:
    ready = {"type": "ready", "session": "ab", "voice": "v", "backend": "b", "keep_s": 5.0, "received": 7}
    assert events_of(ready) == [Ready("ab", "v", "b", keep_s=5.0, received=7)]
