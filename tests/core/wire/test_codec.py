"""The wire carries every message whole, however it is cut, and nothing that is not a message."""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any
from zlib import crc32

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.types import Capabilities, Option, Voice, WordMark
from voice_server.core.wire.child_messages import ChildBye, ChildLog, ChildPing, ChildPong, JobAudio, StopJob
from voice_server.core.wire.codec import MAGIC, MAX_BODY_BYTES, Decoder, Message, encode, encode_parts
from voice_server.core.wire.player_messages import (
    PausePlayer,
    PlayerOpen,
    PlayerOpened,
    ResumePlayer,
    SetVolume,
    TrackComplete,
    TrackHeard,
)
from voice_server.core.wire.worker_messages import (
    Forkable,
    Forked,
    ForkEnded,
    JobDone,
    JobFailed,
    JobWords,
    RenderJob,
    WorkerHello,
    WorkerReady,
)
from voice_server.errors import WireError

VOICES = (Voice("af", "Heart", "en-US", "female", "tone"), Voice("kim", "Kim", "ko", "", "", "sample"))
OPTIONS = (
    Option("speed", "number", 1.0, 0.5, 2, (), "how fast"),
    Option("mood", "choice", "calm", choices=("calm", "wild")),
    Option("loud", "boolean", False),
    Option("note", "text", ignored=True),
)
CAPABILITIES = Capabilities(
    OPTIONS, "engine", ("laugh",), streams=True, clones=True, left_out={"ja": "run: setup"}
)
READY = WorkerReady(1, VOICES, 22_050, CAPABILITIES, 0.5)
EXAMPLES: list[Message] = [
    WorkerHello(1, {"model": "a", "depth": [1, {"x": None}]}, "af"),
    WorkerHello(1, {}, "", -23.0),
    RenderJob(1, "Grüße, 世界!", "af", {"speed": 1.5, "seed": 2**32 - 1, "loud": True, "mood": "wild"}, 0.5),
    StopJob(2**40),
    ChildPing(),
    ChildBye(),
    READY,
    JobAudio(1, 0, b"\x01\x02"),
    JobAudio(2, 7, b""),
    JobWords(1, (WordMark("hi", 0.0, 12.5, 0, 2, "haɪ"), WordMark("you", 12.5, 20, 3, 6))),
    JobDone(1, 1000.5, 3),
    JobFailed(0, "load_failed", "no such model", retryable=False),
    ChildLog(30, "careful"),
    ChildPong(),
    Forkable(),
    Forked(4711),
    ForkEnded(4711, -9),
    PlayerOpen(1, "hdmi"),
    PlayerOpened("", ("hdmi", "speakers")),
    TrackComplete(3),
    TrackHeard(3, 9600, is_over=True),
    PausePlayer(),
    ResumePlayer(),
    SetVolume(0.5),
]
BODIES: list[tuple[Message, str]] = [
    (ChildLog(30, "low"), "83 a474797065 a36c6f67 a56c6576656c 1e a76d657373616765 a36c6f77"),
    (
        JobAudio(3, 0, b"\x01\x00\xff\x7f"),
        "84 a474797065 a5617564696f a36a6f62 03 a3736571 00 a370636d c600000004 0100ff7f",
    ),
    (
        RenderJob(3, "Hi.", "af", {"speed": 1.5}, 0.25),
        (
            "86 a474797065 a672656e646572 a36a6f62 03 a474657874 a348692e a5766f696365 a26166"
            "a76f7074696f6e73 81 a57370656564 cb3ff8000000000000 a773706172655f73 cb3fd0000000000000"
        ),
    ),
    (
        JobWords(3, (WordMark("Hi", 0.0, 120.5, 0, 2, "h"),)),
        (
            "83 a474797065 a5776f726473 a36a6f62 03"
            "a56d61726b73 91 96 a24869 cb0000000000000000 cb405e200000000000 00 02 a168"
        ),
    ),
    (
        TrackHeard(3, 9600, is_over=True),
        "84 a474797065 a56865617264 a36a6f62 03 ab617564696f5f6279746573 cd2580 a769735f6f766572 c3",
    ),
]
"""Messages of each wire, and the bodies of their frames in protocol version 1, in hexadecimal."""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
messages = st.one_of(
    st.sampled_from(EXAMPLES),
    st.builds(
        JobAudio,
        st.integers(0, 2**50),
        st.integers(0, 2**31),
        st.binary(max_size=300).map(lambda raw: raw * 2),
    ),
    st.builds(RenderJob, st.integers(1, 2**50), texts, texts, st.dictionaries(texts, st.floats(-9, 9))),
    st.builds(JobFailed, st.integers(0, 99), texts, texts, st.booleans(), st.booleans()),
)


def feed_all(decoder: Decoder, stream: bytes, cuts: list[int]) -> list[Message]:
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [message for start, end in pairwise(edges) for message in decoder.feed(stream[start:end])]


def frame_of(body: bytes) -> bytes:
    return MAGIC + struct.pack(">II", len(body), crc32(body)) + body


def frame_with(**fields: Any) -> bytes:
    return frame_of(msgpack.packb(fields))


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_every_message_comes_back_as_it_was_sent(message: Message) -> None:
    assert Decoder().feed(encode(message)) == [message]


@pytest.mark.parametrize(("message", "body"), BODIES, ids=lambda value: type(value).__name__)
def test_the_bytes_of_a_frame_stay_the_same_whatever_is_renamed(message: Message, body: str) -> None:
    frame = frame_of(bytes.fromhex(body))
    assert encode(message) == frame
    assert frame.startswith(b"VSw1")


@given(st.lists(messages, max_size=8), st.lists(st.integers(0), max_size=12))
def test_the_same_messages_come_out_however_the_stream_is_cut(sent: list[Message], cuts: list[int]) -> None:
    decoder = Decoder()
    assert feed_all(decoder, b"".join(map(encode, sent)), cuts) == sent
    assert decoder.pending_bytes == 0


def test_a_stream_may_come_byte_by_byte() -> None:
    stream = b"".join(map(encode, EXAMPLES))
    assert feed_all(Decoder(), stream, list(range(len(stream)))) == EXAMPLES


@given(messages, st.integers(0), st.integers(1, 255))
def test_a_damaged_frame_is_never_taken_for_a_message(message: Message, place: int, damage: int) -> None:
    stream = bytearray(encode(message))
    stream[place % len(stream)] ^= damage
    with suppress(WireError):
        # Nothing may come of it but a wait for a body that is now said to be longer.
        assert Decoder().feed(bytes(stream)) == []


@given(st.binary(min_size=12, max_size=200).filter(lambda noise: not noise.startswith(MAGIC)))
def test_noise_is_refused_as_soon_as_a_head_could_be_read(noise: bytes) -> None:
    with pytest.raises(WireError):
        Decoder().feed(noise)


def test_a_stream_that_lost_its_place_is_refused() -> None:
    with pytest.raises(WireError, match="bytes that are no frame"):
        Decoder().feed(encode(ChildPing())[1:] + encode(ChildPong()))


def test_a_body_that_does_not_fit_its_checksum_is_refused() -> None:
    frame = bytearray(encode(ChildLog(20, "careful")))
    frame[-1] ^= 1
    with pytest.raises(WireError, match="checksum is wrong"):
        Decoder().feed(bytes(frame))


@pytest.mark.parametrize("length", [MAX_BODY_BYTES + 1, 2**31, 2**32 - 1])
def test_a_giant_length_is_refused_before_any_of_the_body_has_come(length: int) -> None:
    with pytest.raises(WireError, match=f"at most {MAX_BODY_BYTES} bytes, not {length}"):
        Decoder().feed(MAGIC + struct.pack(">II", length, 0))


def test_a_frame_of_exactly_the_limit_passes_and_one_byte_more_is_refused_by_the_sender() -> None:
    overhead = len(encode(JobAudio(1, 0, bytes(1000)))) - 12 - 1000
    largest = JobAudio(1, 0, bytes(MAX_BODY_BYTES - overhead - (MAX_BODY_BYTES - overhead) % 2))
    assert Decoder().feed(encode(largest)) == [largest]
    with pytest.raises(WireError):
        encode(replace(largest, pcm=bytes(MAX_BODY_BYTES)))
    with pytest.raises(WireError):
        encode(ChildLog(20, "x" * MAX_BODY_BYTES))


def test_pcm_is_not_copied_to_be_sent() -> None:
    pcm = bytes(5000)
    assert encode_parts(JobAudio(1, 0, pcm))[-1] is pcm


def test_half_a_frame_at_the_end_of_a_stream_shows() -> None:
    decoder = Decoder()
    assert decoder.feed(encode(ChildPing()) + encode(ChildPong())[:-1]) == [ChildPing()]
    assert decoder.pending_bytes == len(encode(ChildPong())) - 1


def test_text_that_is_no_unicode_does_not_keep_a_log_line_from_being_sent() -> None:
    assert Decoder().feed(encode(ChildLog(40, "bad \udcff name"))) == [ChildLog(40, "bad ? name")]


@pytest.mark.parametrize("setting", [2**70, object(), {"deep": {1, 2}}])
def test_what_msgpack_cannot_hold_is_refused_by_the_sender(setting: object) -> None:
    with pytest.raises(WireError, match="Hello cannot be sent"):
        encode(WorkerHello(1, {"setting": setting}, ""))


@pytest.mark.parametrize(
    "frame",
    [
        frame_of(b""),
        frame_of(b"\xc1"),
        frame_of(b"\x81"),
        frame_of(msgpack.packb([1, 2])),
        frame_of(msgpack.packb(7)),
        frame_of(msgpack.packb({"type": "ping"}) + b"\x00"),
        frame_with(job=1),
        frame_with(type="sing", job=1),
        frame_with(type=["audio"]),
        frame_with(type="stop"),
        frame_with(type="stop", job="1"),
        frame_with(type="stop", job=True),
        frame_with(type="stop", job=1.0),
        frame_with(type="stop", job=1, more=2),
        frame_with(type="audio", job=1, seq=0, pcm="text"),
        frame_with(type="audio", job=1, seq=0, pcm=b"odd"),
        frame_with(type="hello", protocol=1, settings=[], voice="", loudness_lufs=None),
        frame_with(type="hello", protocol=1, settings={}, voice=None, loudness_lufs=None),
        frame_with(type="hello", protocol=1, settings={}, voice="", loudness_lufs="loud"),
        frame_with(type="hello", protocol=1, settings={1: 2}, voice="", loudness_lufs=None),
        frame_with(type="words", job=1, marks={"a": 1}),
        frame_with(type="words", job=1, marks=["hello"]),
        frame_with(type="words", job=1, marks=[["hello", 0.0, 1.0, 0, 5]]),
        frame_with(type="words", job=1, marks=[["hello", "0", 1.0, 0, 5, ""]]),
        frame_with(type="words", job=1, marks=[7]),
        frame_with(
            type="ready", protocol=1, voices=[], sample_rate_hz=1, capabilities={}, warm_up_silence_ms=1
        ),
        frame_with(
            type="ready", protocol=1, voices=[], sample_rate_hz=1, capabilities=[], warm_up_silence_ms=1
        ),
        frame_with(
            type="ready",
            protocol=1,
            voices=[],
            sample_rate_hz=1,
            capabilities=[[], "", [], False, False, False, False, [], {"ja": 7}, False],
            warm_up_silence_ms=1,
        ),
        frame_with(
            type="ready",
            protocol=1,
            voices=[],
            sample_rate_hz=1,
            capabilities=[[], "", [], False, False, False, False, [], ["ja"], False],
            warm_up_silence_ms=1,
        ),
    ],
)
def test_a_sound_frame_that_is_no_message_of_ours_is_refused(frame: bytes) -> None:
    with pytest.raises(WireError):
        Decoder().feed(frame)
