"""Events as bytes, held against the package wyoming, which reads ours and writes what we read."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.event import Event, Eventable, read_event, write_event
from wyoming.info import Describe as TheirDescribe
from wyoming.ping import Ping as TheirPing
from wyoming.tts import Synthesize as TheirSynthesize
from wyoming.tts import SynthesizeChunk as TheirChunk
from wyoming.tts import SynthesizeStart as TheirStart
from wyoming.tts import SynthesizeStop as TheirStop
from wyoming.tts import SynthesizeTextFormat, SynthesizeVoice

from voice_server.endpoints.dialects.wyoming.wyoming_events import (
    AUDIO_START,
    AUDIO_STOP,
    MAX_EVENT_BYTES,
    SYNTHESIZE_STOPPED,
    ClientEvent,
    Describe,
    OtherEvent,
    Ping,
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    VoiceWish,
    WyomingReader,
    error_event,
    event_bytes,
    sound_events,
)
from voice_server.errors import RequestError, TooMuch

SENT: list[tuple[Eventable, ClientEvent]] = [
    (TheirDescribe(), Describe()),
    (TheirPing(text="x"), Ping("x")),
    (TheirPing(), Ping(None)),
    (TheirSynthesize(text="Grüße, “you”."), Synthesize("Grüße, “you”.")),
    (
        TheirSynthesize(
            text="<speak/>",
            voice=SynthesizeVoice(name="de", speaker="f3"),
            text_format=SynthesizeTextFormat.SSML,
            context={"a": [1]},
        ),
        Synthesize("<speak/>", VoiceWish("de", speaker="f3"), "ssml"),
    ),
    (TheirStart(), SynthesizeStart()),
    (TheirStart(voice=SynthesizeVoice(language="fr")), SynthesizeStart(VoiceWish(language="fr"))),
    (TheirStart(voice=SynthesizeVoice()), SynthesizeStart(VoiceWish())),
    (TheirChunk(text=" \n"), SynthesizeChunk(" \n")),
    (TheirStop(), SynthesizeStop()),
]


def written(*events: Event) -> bytes:
    """Events as the package writes them."""
    file = io.BytesIO()
    for event in events:
        write_event(event, file)
    return file.getvalue()


def read(data: bytes, *, size: int | None = None) -> list[ClientEvent]:
    """All events in bytes that come `size` at a time."""
    reader = WyomingReader()
    events = []
    for at in range(0, len(data), size or len(data)):
        reader.feed(data[at : at + (size or len(data))])
        while (event := reader.take()) is not None:
            events.append(event)
    return events


@pytest.mark.parametrize("size", [None, 1, 7])
def test_what_the_package_writes_is_read(size: int | None) -> None:
    assert read(written(*(theirs.event() for theirs, _ in SENT)), size=size) == [ours for _, ours in SENT]


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


@pytest.mark.parametrize(
    ("data", "event"),
    [
        (line(type="synthesize", data={"text": "Hi."}), Synthesize("Hi.")),
        (line(type="synthesize", data={"text": "Hi."}, data_length=0), Synthesize("Hi.")),
        (line(type="synthesize", data={"text": "Hi.", "voice": None}), Synthesize("Hi.")),
        (
            line(type="synthesize", data={"text": "no", "voice": {"name": "de"}}, data_length=12)
            + b'{"text":"a"}',
            Synthesize("a", VoiceWish("de")),
        ),
        (line(type="ping", data=None, data_length=None, payload_length=None), Ping()),
        (b'{"type":"describe"}\r\n', Describe()),
        (
            line(type="synthesize", data={"text": "", "voice": {"speaker": 3}}),
            Synthesize("", VoiceWish(speaker=3)),
        ),
    ],
)
def test_data_may_stand_in_the_line_and_what_stands_behind_it_comes_first(
    data: bytes, event: ClientEvent
) -> None:
    assert read(data) == [event]
    assert read(data, size=1) == [event]


def test_what_the_server_does_not_know_is_passed_over_with_its_data_and_payload() -> None:
    chunk = Event("audio-chunk", {"rate": 16000}, b'{"type":"ping"}\n' * 1000)
    stranger = Event("transcribe", {"text": ["of", "another", "kind"]})
    data = written(chunk, stranger, TheirPing(text="a").event(), chunk, TheirPing(text="b").event())
    for size in (None, 1, 333):
        others = [OtherEvent()]
        assert read(data, size=size) == [*others * 2, Ping("a"), *others, Ping("b")]


def test_a_payload_is_not_kept() -> None:
    reader = WyomingReader()
    reader.feed(line(type="audio-chunk", payload_length=10**12))
    for _ in range(10):
        assert reader.take() in (OtherEvent(), None)
        assert len(reader._bytes) == 0
        reader.feed(bytes(100_000))


@pytest.mark.parametrize(
    ("data", "code", "sentence"),
    [
        (b"GET / HTTP/1.1\r\n", "invalid_json", "begins with a line of JSON, which this is not"),
        (b"\n", "invalid_json", "begins with a line of JSON"),
        (b"\xff\xfe\n", "invalid_json", "begins with a line of JSON"),
        (b'{"type":"\xff"}\n', "invalid_json", "begins with a line of JSON"),
        (b'{"type":' + b"[" * 100_000 + b"\n", "invalid_message", "type must be"),
        (b"[]\n", "invalid_message", "one JSON object"),
        (b"{}\n", "invalid_message", "`type`"),
        (b'{"type":5}\n', "invalid_message", "type must be"),
        (b'{"type":"ping","data_length":-1}\n', "invalid_message", "data_length must be"),
        (b'{"type":"ping","data_length":"3"}\n', "invalid_message", "data_length must be"),
        (b'{"type":"ping","payload_length":1.5}\n', "invalid_message", "payload_length must be"),
        (line(type="synthesize"), "invalid_message", "synthesize: .*`text`"),
        (line(type="synthesize", data={"text": 5}), "invalid_message", "synthesize: text must be"),
        (line(type="synthesize", data={"text": None}), "invalid_message", "synthesize: text must be"),
        (line(type="synthesize", data=[1]), "invalid_message", "synthesize: .* one JSON object"),
        (
            line(type="synthesize", data={"text": "", "voice": "de"}),
            "invalid_message",
            "synthesize: voice must be",
        ),
        (
            line(type="synthesize", data={"text": "", "voice": {"name": 1}}),
            "invalid_message",
            "voice.name must be",
        ),
        (
            line(type="synthesize-start", data={"voice": {"name": "x" * 401}}),
            "invalid_message",
            "voice.name must be a text of at most 400",
        ),
        (line(type="synthesize-chunk", data_length=2) + b"[]", "invalid_message", "one JSON object"),
        (line(type="synthesize-chunk", data_length=2) + b"x}", "invalid_json", "data of synthesize-chunk"),
        (
            line(type="synthesize-chunk", data_length=12) + b'{"text":"\xff"}',
            "invalid_json",
            "data of synthesize-chunk",
        ),
        (
            line(type="ping", data={"a": 1}, data_length=2) + b"[]",
            "invalid_message",
            "ping: .* one JSON object",
        ),
        (
            line(type="synthesize", data_length=10_005) + b'{"a":' + b"[" * 10_000,
            "invalid_json",
            "data of synthesize",
        ),
        (line(type="ping", data_length=MAX_EVENT_BYTES + 1), "too_much", "at most 1048576 bytes"),
        (b"x" * (MAX_EVENT_BYTES + 2), "too_much", "at most 1048576 bytes"),
        (b"x" * (MAX_EVENT_BYTES + 2) + b"\n", "too_much", "at most 1048576 bytes"),
    ],
)
def test_what_is_no_event_is_an_error_that_says_what_is_wrong(data: bytes, code: str, sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence) as caught:
        read(data)
    assert caught.value.code == code


def test_the_largest_event_is_read() -> None:
    text = "x" * (MAX_EVENT_BYTES - len('{"text": ""}'))
    assert read(written(TheirChunk(text=text).event()), size=65_536) == [SynthesizeChunk(text)]
    with pytest.raises(TooMuch):
        read(written(TheirChunk(text=text + "x").event()))


def test_a_large_line_that_comes_slowly_is_searched_once() -> None:
    reader = WyomingReader()
    for _ in range(1000):
        reader.feed(b" " * 1000)
        assert reader.take() is None
        assert reader._searched == len(reader._bytes)


def refusal_of(data: bytes, *, size: int | None = None) -> str | None:
    """The code of the error that bytes lead to, if they do."""
    try:
        read(data, size=size)
    except RequestError as error:
        return error.code
    return None


@given(st.binary(max_size=300), st.integers(1, 50))
def test_bytes_of_any_kind_are_events_or_an_error(data: bytes, size: int) -> None:
    assert refusal_of(data, size=size) in {None, "invalid_json", "invalid_message", "too_much"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(["synthesize", "synthesize-start", "synthesize-chunk", "ping", "describe", "other"]),
    st.dictionaries(st.sampled_from(["text", "voice", "text_format", "context"]), _JSON, max_size=4),
    _JSON,
)
def test_data_of_any_kind_is_an_event_or_an_error(kind: str, behind: dict[str, Any], inline: Any) -> None:
    data = json.dumps(behind).encode()
    event = line(type=kind, data=inline, data_length=len(data)) + data
    assert refusal_of(event) in {None, "invalid_json", "invalid_message"}


# ---------------------------------------------------------------------- what is sent


def theirs(data: bytes) -> list[Event]:
    """The events in bytes as the package reads them."""
    file = io.BytesIO(data)
    return list(iter(lambda: read_event(file), None))


def test_the_package_reads_what_is_sent() -> None:
    sound = {"rate": 24_000, "width": 2, "channels": 1}
    assert theirs(AUDIO_START + AUDIO_STOP + SYNTHESIZE_STOPPED) == [
        Event("audio-start", sound),
        Event("audio-stop"),
        Event("synthesize-stopped"),
    ]
    assert theirs(error_event("busy", "ä")) == [Event("error", {"text": "ä", "code": "busy"})]
    assert theirs(event_bytes("pong", {"text": None})) == [Event("pong", {"text": None})]


@pytest.mark.parametrize("n_bytes", [2, 47_998, 48_000, 48_002, 200_000])
def test_sound_is_sent_whole_with_a_second_at_most_in_an_event(n_bytes: int) -> None:
    pcm = bytes(range(256)) * (n_bytes // 256 + 1)
    events = theirs(b"".join(sound_events(pcm[:n_bytes])))
    assert b"".join(event.payload or b"" for event in events) == pcm[:n_bytes]
    assert all(event.data == {"rate": 24_000, "width": 2, "channels": 1} for event in events)
    assert max(len(event.payload or b"") for event in events) <= 48_000
    assert len(events) == -(-n_bytes // 48_000)


def test_every_event_names_the_version_and_its_data_stands_behind_the_line() -> None:
    for event in (AUDIO_START, error_event("a", "b")):
        sent = json.loads(event.partition(b"\n")[0])
        assert sent["version"] == "1.10.2"
        assert "data" not in sent
        assert sent["data_length"] > 0
