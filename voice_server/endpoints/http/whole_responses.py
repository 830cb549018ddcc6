"""Whole responses: a file with its length in its head, or a JSON document that holds one.

The audio is put together in a file on disk once it is larger than a few MiB, so that a long text costs disk
and not memory; base64 leaves piece by piece.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeVar

import msgspec
import pybase64
from starlette.requests import Request

from voice_server.core.types import SpeechWarning
from voice_server.endpoints.http.byte_ranges import requested_range
from voice_server.endpoints.http.responses import (
    EncodedSpeech,
    HttpReply,
    ResolvedSpeech,
    ResponseWriter,
    TimedWords,
    warning_headers,
)
from voice_server.endpoints.http.word_timestamps import WordColumns
from voice_server.errors import NoStorage, VoiceServerError
from voice_server.sound_files.encoding import chosen_encoding
from voice_server.speech import Speech

_IN_MEMORY_BYTES = 4 * 1024 * 1024
_T = TypeVar("_T")
_PORTION = 300
_PORTION_S = 0.002
_PIECE_BYTES = 48 * 1024  # a multiple of three: base64 of the pieces is base64 of the whole


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A text that has been spoken to its end: the file, and what is known of it."""

    resolved: ResolvedSpeech
    file: IO[bytes]
    n_bytes: int
    audio_ms: float
    words: WordColumns
    failed: int
    warnings: list[SpeechWarning]

    async def pieces(self, wanted: range) -> AsyncIterator[bytes]:
        """The bytes of the file that are wanted."""
        self.file.seek(wanted.start)
        for at in range(wanted.start, wanted.stop, _PIECE_BYTES):
            yield self.file.read(min(_PIECE_BYTES, wanted.stop - at))


@dataclass(frozen=True, slots=True)
class _WholeResponse:
    """A ResponseWriter that renders a text to its end before `send` sends it."""

    send: Callable[[RenderedFile, HttpReply], Awaitable[None]]
    keeps_audio: bool = True
    """Without it nothing is encoded either: only the word times are wanted."""

    async def __call__(
        self, resolved: ResolvedSpeech, speech: Speech, reply: HttpReply, /
    ) -> VoiceServerError | None:
        async with self._file() as file:
            encoding = resolved.encoding if self.keeps_audio else chosen_encoding("pcm")
            rendering = EncodedSpeech(speech, encoding, file, is_file=True)
            words = WordColumns()
            try:
                async for item in rendering:
                    if isinstance(item, TimedWords):
                        words.add(item)
            except OSError as error:
                what = "the audio could not be kept until it was complete; ask for a stream instead"
                raise NoStorage(what, error) from error
            failure = rendering.failure()
            if failure is not None:
                return failure
            rendered = RenderedFile(
                resolved=resolved,
                file=file,
                n_bytes=file.seek(0, 2),
                audio_ms=rendering.audio_ms,
                words=words,
                failed=len(rendering.failures),
                warnings=[*resolved.warnings, *rendering.warnings, *rendering.missing_sentences],
            )
            await self.send(rendered, reply)
            await reply.end()
        return None

    def _opened(self) -> IO[bytes]:
        if self.keeps_audio:
            return tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)
        return Path(os.devnull).open("wb")

    @asynccontextmanager
    async def _file(self) -> AsyncIterator[IO[bytes]]:
        """Where the file is put together; to free the disk of a long one takes long."""
        file = self._opened()
        try:
            yield file
        finally:
            await asyncio.to_thread(file.close)


async def _send(
    rendered: RenderedFile, wanted: range, headers: Mapping[str, str], reply: HttpReply, *, status: int = 200
) -> None:
    every = {"Content-Length": str(len(wanted)), **headers, **warning_headers(rendered.warnings)}
    if rendered.failed:
        every["X-Failed-Sentences"] = str(rendered.failed)
    await reply.begin(rendered.resolved.encoding.format.media_type, every, status=status)
    async for piece in rendered.pieces(wanted):
        await reply.body(piece)


def whole_file(headers: Mapping[str, str] | None = None) -> ResponseWriter:
    """A writer of one audio file with a Content-Length, and further headers."""

    async def send(rendered: RenderedFile, reply: HttpReply) -> None:
        await _send(rendered, range(rendered.n_bytes), headers or {}, reply)

    return _WholeResponse(send)


WHOLE_FILE: Final = whole_file()
"""The writer of a file without further headers."""


def file_or_part(request: Request) -> ResponseWriter:
    """A writer of one audio file, or of the part of it that a player asks for with a GET."""
    # A file is rendered anew for each request, and has no validator that If-Range could name.
    takes_range = request.method == "GET" and "if-range" not in request.headers
    asked = request.headers.get("range", "") if takes_range else ""

    async def send(rendered: RenderedFile, reply: HttpReply) -> None:
        n_bytes = rendered.n_bytes
        wanted = requested_range(asked, n_bytes)
        headers = {"Accept-Ranges": "bytes"}
        if wanted is None:
            await _send(rendered, range(n_bytes), headers, reply)
        elif wanted:
            headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{n_bytes}"
            await _send(rendered, wanted, headers, reply, status=206)
        else:
            await _refuse_range(n_bytes, reply)

    return _WholeResponse(send)


async def _refuse_range(n_bytes: int, reply: HttpReply) -> None:
    message = f"the file has {n_bytes} bytes, and none of those that were asked for"
    content = msgspec.json.encode({"error": message, "code": "range"})
    headers = {"Content-Range": f"bytes */{n_bytes}", "Content-Length": str(len(content))}
    await reply.begin("application/json", headers, status=416)
    await reply.body(content)


def json_document(
    describe: Callable[[RenderedFile], Mapping[str, object]],
    *,
    audio_key: str = "audio",
    headers: Mapping[str, str] | None = None,
) -> ResponseWriter:
    """A writer of a JSON object: audio in base64, and the fields that `describe` adds.

    An iterator among those, and in an object among those, becomes an array, of which a portion is made at a
    time.
    """

    async def send(rendered: RenderedFile, reply: HttpReply) -> None:
        await reply.begin("application/json", headers or {})
        await reply.body(b"{" + msgspec.json.encode(audio_key) + b':"')
        async for piece in rendered.pieces(range(rendered.n_bytes)):
            await reply.body(pybase64.b64encode(piece))
        await reply.body(b'"')
        for name, value in describe(rendered).items():
            await reply.body(b"," + msgspec.json.encode(name) + b":")
            await _send_value(value, reply)
        await reply.body(b"}")

    return _WholeResponse(send)


async def _send_value(value: object, reply: HttpReply) -> None:
    if isinstance(value, Iterator):
        await _send_array(value, reply)
    elif isinstance(value, Mapping):
        opening = b"{"
        for name, inner in value.items():
            await reply.body(opening + msgspec.json.encode(name) + b":")
            await _send_value(inner, reply)
            opening = b","
        await reply.body(b"}" if opening == b"," else b"{}")
    else:
        await reply.body(msgspec.json.encode(value))


async def _send_array(items: Iterator[object], reply: HttpReply) -> None:
    opening = b"["
    async for portion in _portions(items):
        await reply.body(opening + msgspec.json.encode(portion)[1:-1])
        opening = b","
    await reply.body(b"]" if opening == b"," else b"[]")


def text_document(media_type: str, describe: Callable[[RenderedFile], Iterator[str]]) -> ResponseWriter:
    """A writer of a text that is made, a part after the other, of the word times."""

    async def send(rendered: RenderedFile, reply: HttpReply) -> None:
        await reply.begin(media_type, warning_headers(rendered.warnings))
        async for parts in _portions(describe(rendered)):
            await reply.body("".join(parts).encode())

    return _WholeResponse(send, keeps_audio=False)


async def _portions(items: Iterator[_T]) -> AsyncIterator[list[_T]]:
    """A few hundred items at a time, or what is made in a moment; others are served in between."""
    portion: list[_T] = []
    until = time.monotonic() + _PORTION_S
    for item in items:
        portion.append(item)
        if len(portion) == _PORTION or time.monotonic() >= until:
            yield portion
            await asyncio.sleep(0)
            portion, until = [], time.monotonic() + _PORTION_S
    if portion:
        yield portion
