"""Messages between the server and its child processes to bytes and back.

A frame is "VSw1", the body's length and its CRC-32, both as big-endian 32-bit numbers, and the body: one
msgpack map of "type" and the message's fields. Laws: the length is checked against the limit before anything
is allocated, and the checksum before anything is unpacked; whatever is not exactly a message of the protocol
is a WireError, after which nothing of the stream can be read.

Most of the bytes are PCM, so the encoder does not copy it and the decoder copies it once.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any
from zlib import crc32

import msgpack

from voice_server.core.types import BYTES_PER_SAMPLE, Capabilities, Option, Voice, WordMark
from voice_server.core.wire.child_messages import ChildBye, ChildLog, ChildPing, ChildPong, JobAudio, StopJob
from voice_server.core.wire.player_messages import (
    PausePlayer,
    PlayerAnswer,
    PlayerOpen,
    PlayerOpened,
    PlayerRequest,
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
    WorkerAnswer,
    WorkerHello,
    WorkerReady,
    WorkerRequest,
    WorkerVoices,
)
from voice_server.errors import WireError

Request = WorkerRequest | PlayerRequest
Answer = WorkerAnswer | PlayerAnswer
Message = Request | Answer

MAGIC = b"VSw1"
MAX_BODY_BYTES = 1024 * 1024

_HEADER = struct.Struct(">4sII")
_BIN_32 = struct.Struct(">BI")
_BIN_32_TAG = 0xC6
_CLASS_BY_TYPE: dict[str, type[Message]] = {
    "hello": WorkerHello,
    "render": RenderJob,
    "stop": StopJob,
    "ping": ChildPing,
    "bye": ChildBye,
    "voices": WorkerVoices,
    "ready": WorkerReady,
    "audio": JobAudio,
    "words": JobWords,
    "done": JobDone,
    "failed": JobFailed,
    "log": ChildLog,
    "pong": ChildPong,
    "forkable": Forkable,
    "forked": Forked,
    "ended": ForkEnded,
    "open": PlayerOpen,
    "opened": PlayerOpened,
    "complete": TrackComplete,
    "heard": TrackHeard,
    "pause": PausePlayer,
    "resume": ResumePlayer,
    "volume": SetVolume,
}
"""The class of every message by its "type" on the wire."""
_TYPE_BY_CLASS = {kind: name for name, kind in _CLASS_BY_TYPE.items()}


def encode(message: Message) -> bytes:
    """Return the message's frame. A body over the limit is a WireError."""
    return b"".join(encode_parts(message))


def encode_parts(message: Message) -> tuple[bytes, bytes]:
    """Return the frame as two parts, to be written one after the other, so that PCM need not be copied."""
    if type(message) is JobAudio:
        return _encode_audio_parts(message)
    try:
        content = dict([("type", _TYPE_BY_CLASS[type(message)]), *_encode_fields(message)])
        # A log line may hold lone surrogates (a file name that is not UTF-8), which must not end the worker.
        body = msgpack.packb(content, unicode_errors="replace")
    except (OverflowError, TypeError, ValueError) as error:
        raise WireError(f"{type(message).__name__} cannot be sent: {error}") from None
    _check_length(len(body))
    return _HEADER.pack(MAGIC, len(body), crc32(body)), body


def _encode_audio_parts(message: JobAudio) -> tuple[bytes, bytes]:
    # msgpack cannot pack a value without copying it, so the header of the last value is written here.
    packer = msgpack.Packer(autoreset=False)
    packer.pack_map_header(4)
    for item in ("type", "audio", "job", message.job, "seq", message.seq, "pcm"):
        packer.pack(item)
    start = packer.bytes() + _BIN_32.pack(_BIN_32_TAG, len(message.pcm))
    length = len(start) + len(message.pcm)
    _check_length(length)
    return _HEADER.pack(MAGIC, length, crc32(message.pcm, crc32(start))) + start, message.pcm


def _check_length(length: int) -> None:
    if length > MAX_BODY_BYTES:
        raise WireError(f"a frame holds at most {MAX_BODY_BYTES} bytes, not {length}")


class Decoder:
    """Turns a stream of bytes, however it is cut, into messages."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._pending_bytes = 0
        self._needed_bytes = _HEADER.size

    def feed(self, chunk: bytes) -> list[Message]:
        """Return the messages that `chunk` completes.

        A WireError is final, because the beginning of the next frame is unknown. Complete messages before the
        broken frame, in the same chunk, are lost with it.
        """
        self._chunks.append(chunk)
        self._pending_bytes += len(chunk)
        if self._pending_bytes < self._needed_bytes:
            # Part of a frame of known length: it is not joined and looked at again for every chunk.
            return []
        return self._decode_frames(b"".join(self._chunks) if len(self._chunks) > 1 else chunk)

    @property
    def pending_bytes(self) -> int:
        """Bytes of an incomplete frame; above 0 at the end of a stream, its last frame was cut off."""
        return self._pending_bytes

    def _decode_frames(self, buffer: bytes) -> list[Message]:
        messages = []
        view = memoryview(buffer)
        start = 0
        while True:
            self._needed_bytes = _HEADER.size
            body = start + _HEADER.size
            if body > len(buffer):
                break
            magic, length, checksum = _HEADER.unpack_from(buffer, start)
            if magic != MAGIC:
                raise WireError("bytes that are no frame")
            _check_length(length)
            self._needed_bytes += length
            if body + length > len(buffer):
                break
            messages.append(_decode_body(view[body : body + length], checksum))
            start = body + length
        self._pending_bytes = len(buffer) - start
        self._chunks = [buffer[start:]] if self._pending_bytes else []
        return messages


def _decode_body(body: memoryview, checksum: int) -> Message:
    if crc32(body) != checksum:
        raise WireError("a frame whose checksum is wrong")
    try:
        content = msgpack.unpackb(body)
        message: Message = _decode_fields(_CLASS_BY_TYPE[content.pop("type")], content)
    except (AttributeError, KeyError, TypeError, ValueError, msgpack.UnpackException) as error:
        raise WireError(f"a frame that is no message of the protocol: {error!r}") from None
    if type(message) is JobAudio and len(message.pcm) % BYTES_PER_SAMPLE:
        raise WireError("a frame with half a sample")
    return message


@dataclass(frozen=True, slots=True)
class _FieldCodec:
    """How a field of one type is sent: `encode` makes a msgpack value of it, `decode` checks and rebuilds it.

    None for either means that the field and its msgpack value are the same; the type of a received value must
    then be one of `types`, exactly, so that True is no int.
    """

    types: frozenset[type[Any]] = frozenset()
    decode: Callable[[Any], Any] | None = None
    encode: Callable[[Any], Any] | None = None


def _plain_codec(*types: type[Any]) -> _FieldCodec:
    return _FieldCodec(frozenset(types))


def _decode_field(codec: _FieldCodec, value: Any) -> Any:
    if codec.decode is not None:
        return codec.decode(value)
    if type(value) not in codec.types:
        raise _wrong_type(value)
    return value


def _wrong_type(value: Any) -> TypeError:
    return TypeError(f"a {type(value).__name__} where it does not belong")


def _decode_string_map(value: Any) -> Any:
    if type(value) is not dict or not all(type(key) is str for key in value):
        raise TypeError("a map of names expected")
    return value


def _decode_strings_by_name(value: Any) -> Any:
    if not all(type(each) is str for each in _decode_string_map(value).values()):
        raise TypeError("a map of strings expected")
    return value


def _row_codec(row_class: type[Any]) -> _FieldCodec:
    """A dataclass as the list of its values, without names, so that a frame can hold thousands of voices."""

    def decode(row: Any) -> Any:
        if type(row) is not list:
            raise TypeError(f"a row of {row_class.__name__} expected")
        pairs = zip(_field_codecs(row_class).values(), row, strict=True)
        return row_class(*[_decode_field(codec, value) for codec, value in pairs])

    return _FieldCodec(decode=decode, encode=lambda row: [value for _, value in _encode_fields(row)])


def _plain_row_codec(row_class: type[Any]) -> _FieldCodec:
    """The same for a dataclass of plain fields, and faster: a sentence has a dozen words."""
    values_of = attrgetter(*(field.name for field in fields(row_class)))

    def decode(row: Any) -> Any:
        for codec, value in zip(_field_codecs(row_class).values(), row, strict=True):
            if type(value) not in codec.types:
                raise _wrong_type(value)
        return row_class(*row)

    return _FieldCodec(decode=decode, encode=values_of)


def _list_codec(item: _FieldCodec) -> _FieldCodec:
    """A tuple as a list of its items."""

    def decode(values: Any) -> Any:
        if type(values) is not list:
            raise TypeError("a list expected")
        return tuple([_decode_field(item, value) for value in values])

    def encode(values: Any) -> list[Any]:
        return list(map(item.encode, values)) if item.encode else list(values)

    return _FieldCodec(decode=decode, encode=encode)


_STRING = _plain_codec(str)
_CODEC_BY_ANNOTATION: dict[str, _FieldCodec] = {
    "int": _plain_codec(int),
    "float": _plain_codec(float, int),
    "float | None": _plain_codec(float, int, type(None)),
    "str": _STRING,
    "bool": _plain_codec(bool),
    "bytes": _plain_codec(bytes),
    "OptionValue | None": _plain_codec(float, int, str, bool, type(None)),
    "Mapping[str, Any]": _FieldCodec(decode=_decode_string_map, encode=dict),
    "Mapping[str, str]": _FieldCodec(decode=_decode_strings_by_name, encode=dict),
    "tuple[str, ...]": _list_codec(_STRING),
    "tuple[Voice, ...]": _list_codec(_plain_row_codec(Voice)),
    "tuple[WordMark, ...]": _list_codec(_plain_row_codec(WordMark)),
    "tuple[Option, ...]": _list_codec(_row_codec(Option)),
    "Capabilities": _row_codec(Capabilities),
}
_codecs_by_class: dict[type[Any], dict[str, _FieldCodec]] = {}


def _field_codecs(owner: type[Any]) -> dict[str, _FieldCodec]:
    """The codec of every field of a message or row, by the field's name; made once for each class."""
    codecs = _codecs_by_class.get(owner)
    if codecs is None:
        codecs = {field.name: _codec_of_annotation(str(field.type)) for field in fields(owner)}
        _codecs_by_class[owner] = codecs
    return codecs


def _codec_of_annotation(annotation: str) -> _FieldCodec:
    return _STRING if "Literal[" in annotation else _CODEC_BY_ANNOTATION[annotation]


def _encode_fields(owner: Any) -> list[tuple[str, Any]]:
    return [
        (name, getattr(owner, name) if codec.encode is None else codec.encode(getattr(owner, name)))
        for name, codec in _field_codecs(type(owner)).items()
    ]


def _decode_fields(message_class: type[Any], content: dict[Any, Any]) -> Any:
    codecs = _field_codecs(message_class)
    if content.keys() != codecs.keys():
        raise KeyError(f"{message_class.__name__} has other fields")
    for name, codec in codecs.items():
        # Most fields are plain, and this runs for every message: no call is made for those.
        if codec.decode is not None or type(content[name]) not in codec.types:
            content[name] = _decode_field(codec, content[name])
    return message_class(**content)
