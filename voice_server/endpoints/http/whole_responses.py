"""Whole answers: a file with its length in its head, or a JSON document that holds one.

The audio is put together in a file on disk once it is larger than a few MiB, so that a long text costs disk
and not memory; base64 leaves piece by piece.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import IO

import msgspec

from voice_server.core.types import SpeechWarning
from voice_server.endpoints.http.responses import (
    EncodedSpeech,
    HttpReply,
    ResolvedSpeech,
    ResponseWriter,
    TimedWords,
    warning_headers,
)
from voice_server.errors import VoiceServerError
from voice_server.speech import Speech

_IN_MEMORY_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 48 * 1024  # a multiple of three: base64 of the pieces is base64 of the whole


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A text that has been spoken to its end: the file, and what is known of it."""

    order: ResolvedSpeech
    file: IO[bytes]
    n_bytes: int
    audio_ms: float
    words: list[TimedWords]
    failed: int
    warnings: list[SpeechWarning]

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file from its start."""
        self.file.seek(0)
        while piece := self.file.read(_PIECE_BYTES):
            yield piece


def whole_file(order: ResolvedSpeech, headers: Mapping[str, str]) -> ResponseWriter:
    """A writer of one file with a Content-Length."""

    async def send(recording: RenderedFile, reply: HttpReply) -> None:
        about = {"Content-Length": str(recording.n_bytes)} | warning_headers(recording.warnings)
        if recording.failed:
            about["X-Failed-Sentences"] = str(recording.failed)
        await reply.begin(order.encoding.format.media_type, {**about, **headers})
        async for piece in recording.pieces():
            await reply.body(piece)

    return _recorded(order, send)


def json_document(
    order: ResolvedSpeech, describe: Callable[[RenderedFile], Mapping[str, object]]
) -> ResponseWriter:
    """A writer of a JSON object: `audio` in base64, and the fields that `describe` adds."""

    async def send(recording: RenderedFile, reply: HttpReply) -> None:
        await reply.begin("application/json", {})
        await reply.body(b'{"audio":"')
        async for piece in recording.pieces():
            await reply.body(base64.b64encode(piece))
        rest = msgspec.json.encode(describe(recording))
        await reply.body(b'",' + rest[1:])

    return _recorded(order, send)


def text_document(
    order: ResolvedSpeech, media_type: str, describe: Callable[[RenderedFile], str]
) -> ResponseWriter:
    """A writer of a text that is made of the word times."""

    async def send(recording: RenderedFile, reply: HttpReply) -> None:
        await reply.begin(media_type, warning_headers(recording.warnings))
        await reply.body(describe(recording).encode())

    return _recorded(order, send)


def _recorded(
    order: ResolvedSpeech, send: Callable[[RenderedFile, HttpReply], Awaitable[None]]
) -> ResponseWriter:
    async def write(speech: Speech, reply: HttpReply) -> VoiceServerError | None:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            rendering = EncodedSpeech(speech, order.encoding, file, is_file=True)
            words = [item async for item in rendering if isinstance(item, TimedWords)]
            failure = rendering.failure()
            if failure is not None:
                return failure
            recording = RenderedFile(
                order=order,
                file=file,
                n_bytes=file.seek(0, 2),
                audio_ms=rendering.audio_ms,
                words=words,
                failed=len(rendering.failures),
                warnings=[*order.notices, *rendering.warnings, *rendering.lost],
            )
            await send(recording, reply)
            await reply.end()
        return None

    return write
