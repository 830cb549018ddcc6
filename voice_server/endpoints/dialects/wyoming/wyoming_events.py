"""Wyoming's events as bytes: a line of JSON, then the data as JSON, then a payload.

    {"type": "synthesize", "data_length": 20, "payload_length": 0}
    {"text": "Good day."}

Source: the package wyoming 1.10.2 and its description of the protocol. The data may also stand in the line
itself, and what stands behind the line comes before it. Laws: a payload is never kept; what is not known is
read no further than to its end; nothing is larger than `MAX_EVENT_BYTES`.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from voice_server.core.speech.speech_settings import MAX_LANGUAGE_CHARS, MAX_VOICE_CHARS
from voice_server.core.types import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ
from voice_server.core.wire.field_descriptions import complaint_about
from voice_server.errors import RequestError, TooMuch

PROTOCOL_VERSION: Final = "1.10.2"
"""The version of the package wyoming whose events these are; every event says it."""

MAX_EVENT_BYTES: Final = 1024 * 1024
"""The longest line, and the most data behind it: a whole answer of a language model is one event."""

_CHUNK_BYTES: Final = SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
"""The most sound in one event, a second of it."""

_Length = Annotated[int, msgspec.Meta(ge=0)]


class _Line(msgspec.Struct):
    """The line of an event."""

    type: str
    data: msgspec.Raw = msgspec.Raw(b"")
    data_length: _Length | None = None
    payload_length: _Length | None = None


_Name = Annotated[str, msgspec.Meta(max_length=MAX_VOICE_CHARS)]


class VoiceWish(msgspec.Struct, frozen=True):
    """Which voice a client names: by its name, perhaps with a speaker, or by a language."""

    name: _Name | None = None
    language: Annotated[str, msgspec.Meta(max_length=MAX_LANGUAGE_CHARS)] | None = None
    speaker: _Name | int | None = None


class Describe(msgspec.Struct, frozen=True):
    """The client asks what there is."""


class Ping(msgspec.Struct, frozen=True):
    """The client asks whether the server is there; the answer has the same text."""

    text: str | None = None


class SynthesizeStart(msgspec.Struct, frozen=True):
    """A text begins that comes in chunks."""

    voice: VoiceWish | None = None
    text_format: str | None = None


class Synthesize(msgspec.Struct, frozen=True):
    """A whole text."""

    text: str
    voice: VoiceWish | None = None
    text_format: str | None = None


class SynthesizeChunk(msgspec.Struct, frozen=True):
    """A piece of a text, cut anywhere."""

    text: str


class SynthesizeStop(msgspec.Struct, frozen=True):
    """A text that comes in chunks has ended."""


class OtherEvent(msgspec.Struct, frozen=True):
    """An event that is not for a server that speaks."""


ClientEvent = Describe | Ping | Synthesize | SynthesizeStart | SynthesizeChunk | SynthesizeStop | OtherEvent

_EVENTS: Final[dict[str, type[ClientEvent]]] = {
    "describe": Describe,
    "ping": Ping,
    "synthesize": Synthesize,
    "synthesize-start": SynthesizeStart,
    "synthesize-chunk": SynthesizeChunk,
    "synthesize-stop": SynthesizeStop,
}
_OTHER_EVENT: Final = OtherEvent()
_NO_DATA: Final = frozenset({b"", b"null"})
_NEWLINE: Final = b"\n"

_decode_line = msgspec.json.Decoder(_Line).decode
_DECODERS: Final = {name: msgspec.json.Decoder(kind).decode for name, kind in _EVENTS.items()}
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class WyomingReader:
    """Puts the events of one client together from the bytes that arrive."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._searched = 0  # so many of the bytes are known to hold no end of a line
        self._line: _Line | None = None  # its data has not come yet
        self._payload_bytes = 0  # so many more are passed over

    def feed(self, received: bytes) -> None:
        """Add received bytes."""
        self._bytes += received

    def take(self) -> ClientEvent | None:
        """The next event; None until more bytes arrive.

        Raises RequestError for what is no event, and TooMuch for one that is too large: nothing behind it
        can be read.
        """
        if not self._has_passed_payload():
            return None
        if self._line is None:
            self._line = self._next_line()
        if self._line is None or len(self._bytes) < (length := self._line.data_length or 0):
            return None
        line, self._line = self._line, None
        data = bytes(self._bytes[:length])
        del self._bytes[:length]
        self._payload_bytes = line.payload_length or 0
        return _event(line, data) if line.type in _EVENTS else _OTHER_EVENT

    def _has_passed_payload(self) -> bool:
        """Throw away what has come of the payload of the event before; whether that is all of it."""
        passed = min(self._payload_bytes, len(self._bytes))
        del self._bytes[:passed]
        self._payload_bytes -= passed
        return not self._payload_bytes

    def _next_line(self) -> _Line | None:
        end = self._bytes.find(_NEWLINE, self._searched)
        if (len(self._bytes) if end < 0 else end) > MAX_EVENT_BYTES:
            raise _too_large()
        if end < 0:
            self._searched = len(self._bytes)
            return None
        written = bytes(self._bytes[:end])
        del self._bytes[: end + 1]
        self._searched = 0
        try:
            line = _decode_line(written)
        except msgspec.ValidationError as error:
            raise _invalid(f"an event: {complaint_about(_Line, error)}") from None
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            sentence = "an event begins with a line of JSON, which this is not; this address speaks Wyoming"
            raise RequestError(sentence, code="invalid_json") from None
        if (line.data_length or 0) > MAX_EVENT_BYTES:
            raise _too_large()
        return line


def _event(line: _Line, data: bytes) -> ClientEvent:
    """The event of a line and the data behind it. Raises RequestError."""
    inline = bytes(line.data)
    try:
        if inline in _NO_DATA:
            return _DECODERS[line.type](data or b"{}")
        if data:
            inline = msgspec.json.encode(_decode_object(inline) | _decode_object(data))
        return _DECODERS[line.type](inline)
    except msgspec.ValidationError as error:
        raise _invalid(f"{line.type}: {complaint_about(_EVENTS[line.type], error)}") from None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise RequestError(f"the data of {line.type} is no JSON object", code="invalid_json") from None


def _invalid(sentence: str) -> RequestError:
    return RequestError(sentence, code="invalid_message")


def _too_large() -> TooMuch:
    return TooMuch(f"the line of an event and its data have at most {MAX_EVENT_BYTES} bytes each")


def event_bytes(kind: str, data: object = None) -> bytes:
    """An event as it is sent; `data` is what msgspec writes as an object, None for no data."""
    if data is None:
        return b'{"type":"%b","version":"%b"}\n' % (kind.encode(), PROTOCOL_VERSION.encode())
    written = msgspec.json.encode(data)
    return _head(kind, written) + b"}\n" + written


def _head(kind: str, data: bytes) -> bytes:
    """The line of an event with data, without the bracket that ends it."""
    line = f'{{"type":"{kind}","version":"{PROTOCOL_VERSION}","data_length":{len(data)}'
    return line.encode()


_SOUND = {"rate": SAMPLE_RATE_HZ, "width": BYTES_PER_SAMPLE, "channels": 1}
_SOUND_DATA = msgspec.json.encode(_SOUND)
_CHUNK_HEAD = _head("audio-chunk", _SOUND_DATA) + b',"payload_length":'

AUDIO_START: Final = event_bytes("audio-start", _SOUND)
AUDIO_STOP: Final = event_bytes("audio-stop")
SYNTHESIZE_STOPPED: Final = event_bytes("synthesize-stopped")


def sound_events(pcm: bytes) -> list[bytes]:
    """PCM (int16, 24 000 Hz, mono) as events with a second at most each, in parts to be sent one by one."""
    parts = []
    for at in range(0, len(pcm), _CHUNK_BYTES):
        payload = pcm[at : at + _CHUNK_BYTES]
        parts += [b"%b%d}\n%b" % (_CHUNK_HEAD, len(payload), _SOUND_DATA), payload]
    return parts


def error_event(code: str, sentence: str) -> bytes:
    """`error` with a sentence for people and a code for programs."""
    return event_bytes("error", {"text": sentence, "code": code})
