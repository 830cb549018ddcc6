"""Messages to bytes and back.

A frame is a magic word, the body's length, the body's CRC-32, and the body: one msgpack map. The length is
checked against the limit before anything is allocated, the checksum before anything is unpacked. Whatever is
not exactly a message of ours is a WireError, after which the stream cannot be trusted any more.

PCM is most of what passes here, so the writer does not copy it and the reader copies it once.
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
_KINDS: dict[str, type[Message]] = {
    "hello": WorkerHello,
    "render": RenderJob,
    "stop": StopJob,
    "ping": ChildPing,
    "bye": ChildBye,
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
"""The class of every message by the word that stands for it on the wire."""
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode(message: Message) -> bytes:
    """Return the message's frame. A body over the limit is a WireError."""
    return b"".join(encode_parts(message))


def encode_parts(message: Message) -> tuple[bytes, bytes]:
    """Return the frame as two parts to be written one after the other, so that PCM need not be copied."""
    if type(message) is JobAudio:
        return _audio_parts(message)
    try:
        # A log line may hold what was no Unicode to begin with; it must not take the worker down.
        body = msgpack.packb(
            dict([("type", _NAMES[type(message)]), *_written(message)]), unicode_errors="replace"
        )
    except (OverflowError, TypeError, ValueError) as error:
        raise WireError(f"{type(message).__name__} cannot be sent: {error}") from None
    _check_length(len(body))
    return _HEADER.pack(MAGIC, len(body), crc32(body)), body


def _audio_parts(message: JobAudio) -> tuple[bytes, bytes]:
    # msgpack cannot pack a value without copying it, so the head of the last value is written here.
    packer = msgpack.Packer(autoreset=False)
    packer.pack_map_header(4)
    for item in ("type", "audio", "job", message.job, "seq", message.seq, "pcm"):
        packer.pack(item)
    lead = packer.bytes() + _BIN_32.pack(_BIN_32_TAG, len(message.pcm))
    length = len(lead) + len(message.pcm)
    _check_length(length)
    return _HEADER.pack(MAGIC, length, crc32(message.pcm, crc32(lead))) + lead, message.pcm


def _check_length(length: int) -> None:
    if length > MAX_BODY_BYTES:
        raise WireError(f"a frame holds at most {MAX_BODY_BYTES} bytes, not {length}")


class Decoder:
    """Turns a stream of bytes, however it is cut, into messages."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._size = 0
        self._wanted = _HEADER.size

    def feed(self, chunk: bytes) -> list[Message]:
        """Return the messages that `chunk` completes.

        A WireError is final: the stream has lost its place. Messages that came whole before the broken frame,
        in the same chunk, are lost with it.
        """
        self._rest.append(chunk)
        self._size += len(chunk)
        if self._size < self._wanted:
            # Part of a frame whose length is known: not looked at again, nor copied, for every piece of it.
            return []
        return self._take(b"".join(self._rest) if len(self._rest) > 1 else chunk)

    @property
    def pending_bytes(self) -> int:
        """Bytes of a frame that is not complete: above 0 at the end of a stream, it was cut short."""
        return self._size

    def _take(self, buffer: bytes) -> list[Message]:
        messages = []
        view = memoryview(buffer)
        start = 0
        while True:
            self._wanted = _HEADER.size
            body = start + _HEADER.size
            if body > len(buffer):
                break
            magic, length, checksum = _HEADER.unpack_from(buffer, start)
            if magic != MAGIC:
                raise WireError("bytes that are no frame")
            _check_length(length)
            self._wanted += length
            if body + length > len(buffer):
                break
            messages.append(_message(view[body : body + length], checksum))
            start = body + length
        self._size = len(buffer) - start
        self._rest = [buffer[start:]] if self._size else []
        return messages


def _message(body: memoryview, checksum: int) -> Message:
    if crc32(body) != checksum:
        raise WireError("a frame whose checksum is wrong")
    try:
        content = msgpack.unpackb(body)
        message: Message = _read_named(_KINDS[content.pop("type")], content)
    except (AttributeError, KeyError, TypeError, ValueError, msgpack.UnpackException) as error:
        raise WireError(f"a frame that is no message of the protocol: {error!r}") from None
    if type(message) is JobAudio and len(message.pcm) % BYTES_PER_SAMPLE:
        raise WireError("a frame with half a sample")
    return message


@dataclass(frozen=True, slots=True)
class _Form:
    """How a field of one type travels: `write` makes it plain for msgpack, `read` checks and rebuilds it.

    Most fields are one of `kinds` on both sides, and nothing is to be done but to check that.
    """

    kinds: frozenset[type[Any]] = frozenset()
    read: Callable[[Any], Any] | None = None
    write: Callable[[Any], Any] | None = None


def _exactly(*kinds: type[Any]) -> _Form:
    """Nothing is converted, and True is no int."""
    return _Form(frozenset(kinds))


def _read(form: _Form, value: Any) -> Any:
    if form.read is not None:
        return form.read(value)
    if type(value) not in form.kinds:
        raise TypeError(f"a {type(value).__name__} where it does not belong")
    return value


def _read_names(value: Any) -> Any:
    if type(value) is not dict or not all(type(key) is str for key in value):
        raise TypeError("a map of names expected")
    return value


def _row(kind: type[Any]) -> _Form:
    """A dataclass as the list of its fields, without their names: a frame must hold thousands of voices."""

    def read(row: Any) -> Any:
        if type(row) is not list:
            raise TypeError(f"a row of {kind.__name__} expected")
        return kind(*[_read(form, value) for form, value in zip(_forms(kind).values(), row, strict=True)])

    return _Form(read=read, write=lambda row: [value for _, value in _written(row)])


def _plain_row(kind: type[Any]) -> _Form:
    """The same, quicker, where every field is plain: there are a dozen words in a sentence."""
    values_of = attrgetter(*(field.name for field in fields(kind)))

    def read(row: Any) -> Any:
        for form, value in zip(_forms(kind).values(), row, strict=True):
            if type(value) not in form.kinds:
                raise TypeError(f"a {type(value).__name__} where it does not belong")
        return kind(*row)

    return _Form(read=read, write=values_of)


def _many(form: _Form) -> _Form:
    def read(values: Any) -> Any:
        if type(values) is not list:
            raise TypeError("a list expected")
        return tuple([_read(form, value) for value in values])

    return _Form(
        read=read, write=lambda values: list(map(form.write, values)) if form.write else list(values)
    )


_TEXT = _exactly(str)
_FORMS: dict[str, _Form] = {
    "int": _exactly(int),
    "float": _exactly(float, int),
    "float | None": _exactly(float, int, type(None)),
    "str": _TEXT,
    "bool": _exactly(bool),
    "bytes": _exactly(bytes),
    "OptionValue | None": _exactly(float, int, str, bool, type(None)),
    "Mapping[str, Any]": _Form(read=_read_names, write=dict),
    "tuple[str, ...]": _many(_TEXT),
    "tuple[Voice, ...]": _many(_plain_row(Voice)),
    "tuple[WordMark, ...]": _many(_plain_row(WordMark)),
    "tuple[Option, ...]": _many(_row(Option)),
    "Capabilities": _row(Capabilities),
}
_forms_of: dict[type[Any], dict[str, _Form]] = {}


def _forms(kind: type[Any]) -> dict[str, _Form]:
    """The form of every field of a message or row, by the field's annotation."""
    forms = _forms_of.get(kind)
    if forms is None:
        forms = _forms_of[kind] = {field.name: _form(str(field.type)) for field in fields(kind)}
    return forms


def _form(annotation: str) -> _Form:
    return _TEXT if "Literal[" in annotation else _FORMS[annotation]


def _written(thing: Any) -> list[tuple[str, Any]]:
    return [
        (name, getattr(thing, name) if form.write is None else form.write(getattr(thing, name)))
        for name, form in _forms(type(thing)).items()
    ]


def _read_named(kind: type[Any], content: dict[Any, Any]) -> Any:
    forms = _forms(kind)
    if content.keys() != forms.keys():
        raise KeyError(f"{kind.__name__} has other fields")
    for name, form in forms.items():
        # Most fields are plain, and this runs for every message: no call is made for those.
        if form.read is not None or type(content[name]) not in form.kinds:
            content[name] = _read(form, content[name])
    return kind(**content)
