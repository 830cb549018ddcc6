"""Answers with speech: whatever the route, a text becomes an HTTP response here.

A response begins with its first audio, so that what goes wrong earlier still gets a status and a sentence. A
client that disconnects stops its render; one that reads slowly delays only itself. Streams hold little in
memory whatever the length of the text; whole files are put together on disk.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.utterance_events import (
    SentenceAudio,
    SentenceEnded,
    SentenceFailed,
    SentenceStarted,
    SentenceWords,
    UtteranceEvent,
    UtteranceFinished,
    UtteranceWarning,
)
from voice_server.core.types import PCM_BYTES_PER_SECOND, Span, SpeechWarning, TimesSource, WordMark
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.http.error_shapes import header_value
from voice_server.endpoints.http.preferences import preferred_wait_s
from voice_server.errors import BackendDown, RenderError, RequestError, VoiceServerError
from voice_server.sound_files.encoding import Encoding, PieceBuffer
from voice_server.speech import Speech

_T = TypeVar("_T")
_TURN_S = 0.001
"""How long pieces are sent one after the other before everybody else is served."""
_PIECE_BYTES = PCM_BYTES_PER_SECOND // 4
_MOST_WARNING_CHARS = 4_000
"""Clients refuse an answer with long headers: Node from 16,384 bytes on, for all headers together."""


@dataclass(frozen=True, slots=True)
class ResolvedSpeech:
    """A text with its settings and encoding, and warnings about what differs from the request."""

    text: str
    settings: SpeechSettings
    encoding: Encoding
    warnings: list[SpeechWarning] = field(default_factory=list)

    @property
    def speed(self) -> float:
        """The speed that it is spoken with, 1 where the backend has no such option."""
        speed = self.settings.options.get("speed", 1.0)
        return float(speed)


class WarningFields(msgspec.Struct, kw_only=True):
    """A warning in a JSON answer."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TimedWords:
    """Words of a sentence with their times from the first sample of the whole answer.

    Their offsets, and `sentence`, are into the text as typed.
    """

    marks: tuple[WordMark, ...]
    source: TimesSource
    sentence: Span


class EncodedSpeech:
    """A speech on its way into a file format; iterate it, or its `events`, to the end.

    A `SentenceAudio` comes once that audio has gone through the encoder into the sink, and `TimedWords` in
    place of `SentenceWords`. Iterating yields these two and keeps count of the rest; `events` yields all, the
    last one once the encoder has written everything. With `by_sentence` each sentence is a file of its own,
    written whole before `SentenceEnded`.
    """

    def __init__(
        self,
        speech: Speech,
        encoding: Encoding,
        sink: Any,
        *,
        is_file: bool = False,
        by_sentence: bool = False,
    ) -> None:
        self._speech = speech
        self._encoding = encoding
        self._sink = sink
        self._is_file = is_file
        self._by_sentence = by_sentence
        self._start_ms = 0.0
        self._sentence: Span = (0, 0)
        self.audio_ms = 0.0
        self.failures: list[SentenceFailed] = []
        self.warnings: list[SpeechWarning] = []
        self.sentences = 0

    async def __aiter__(self) -> AsyncIterator[SentenceAudio | TimedWords]:
        async for event in self.events():
            if isinstance(event, SentenceAudio | TimedWords):
                yield event

    async def events(self) -> AsyncIterator[UtteranceEvent | TimedWords]:
        """Every event of the speech, in order."""
        new_encoder = partial(self._encoding.encoder, self._sink, is_file=self._is_file)
        encoder = None if self._by_sentence else await self._run(new_encoder)
        last = SentenceEnded if self._by_sentence else UtteranceFinished
        async for event in self._speech:
            if isinstance(event, SentenceAudio):
                self.audio_ms += len(event.pcm) * 1000 / PCM_BYTES_PER_SECOND
                if encoder is None:
                    encoder = await self._run(new_encoder)
                for piece in self._pieces(event.pcm):
                    await self._run(encoder.encode, piece)
                    yield SentenceAudio(event.index, piece)
            elif isinstance(event, SentenceWords):
                yield self._timed(event)
            else:
                self._record(event)
                if isinstance(event, last) and encoder is not None and self.audio_ms:
                    await self._run(encoder.finish)
                    encoder = None
                yield event

    def _pieces(self, pcm: bytes) -> Iterator[bytes]:
        """Short pieces where encoding takes long, so that other streams get their turn in between."""
        size = _PIECE_BYTES if self._encoding.takes_long else len(pcm)
        return (pcm[at : at + size] for at in range(0, len(pcm), size))

    async def _run(self, work: Callable[..., _T], *arguments: bytes) -> _T:
        """Run work beside the event loop where it takes long: a second of mp3 costs milliseconds."""
        if self._encoding.takes_long:
            return await asyncio.to_thread(work, *arguments)
        return work(*arguments)

    def _record(self, event: UtteranceEvent) -> None:
        match event:
            case SentenceStarted():
                self._start_ms, self._sentence = event.at_ms, event.chars
            case SentenceFailed():
                self.failures.append(event)
            case UtteranceWarning():
                self.warnings.append(SpeechWarning(event.code, event.message))
            case UtteranceFinished():
                self.sentences = event.sentences
            case _:
                pass

    def _timed(self, event: SentenceWords) -> TimedWords:
        at_ms = self._start_ms
        marks = (
            replace(mark, start_ms=at_ms + mark.start_ms, end_ms=at_ms + mark.end_ms) for mark in event.marks
        )
        return TimedWords(tuple(marks), event.source, self._sentence)

    @property
    def missing_sentences(self) -> list[SpeechWarning]:
        """A warning for each sentence that is missing."""
        return [
            SpeechWarning(each.code, f"sentence {each.index} is missing: {each.message}")
            for each in self.failures
        ]

    def failure(self) -> VoiceServerError | None:
        """Why there is not one sample, once the iteration has ended; None when there is sound."""
        if self.audio_ms:
            return None
        if self.failures:
            first = self.failures[0]
            kind = BackendDown if first.code == BackendDown.code else RenderError
            return kind(first.message, code=first.code)
        return RequestError("this text has nothing in it that can be spoken", code="nothing_to_speak")


class HttpReply:
    """The client's side of one request: a status and headers once, then pieces of the body."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False
        self._turn_ends_at = 0.0

    async def begin(self, media_type: str, headers: Mapping[str, str], *, status: int = 200) -> None:
        """Send the status and the headers."""
        self.has_begun = True
        every = {"content-type": media_type, "cache-control": "no-store", **headers}
        raw = [(name.lower().encode("latin-1"), header_value(value)) for name, value in every.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def body(self, piece: bytes) -> None:
        """Send a piece of the body, if there is anything in it, and let others have their turn."""
        if piece:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            if time.monotonic() >= self._turn_ends_at:
                await asyncio.sleep(0)
                self._turn_ends_at = time.monotonic() + _TURN_S

    async def end(self) -> None:
        """The body is complete."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


class ResponseWriter(Protocol):
    """Speaks a text into a reply."""

    async def __call__(
        self, resolved: ResolvedSpeech, speech: Speech, reply: HttpReply, /
    ) -> VoiceServerError | None:
        """Send the answer; return what went wrong if nothing could be sent."""


class SpeechResponse:
    """The response of an endpoint: opens the speech, and stops it when the client disconnects."""

    def __init__(self, state: AppState, resolved: ResolvedSpeech, write: ResponseWriter) -> None:
        self._state = state
        self._resolved = resolved
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises VoiceServerError as long as nothing was sent."""
        resolved, service = self._resolved, self._state.service
        with self._state.open_work():
            wait_s = preferred_wait_s(Headers(scope=scope), service.limits.admission_wait_s)
            await service.wait_for_room(resolved.settings, len(resolved.text), most_s=wait_s)
            await self._speak(receive, send)

    async def _speak(self, receive: Receive, send: Send) -> None:
        resolved = self._resolved
        with self._state.service.speak(resolved.text, resolved.settings) as speech:
            async with asyncio.TaskGroup() as tasks:
                disconnect = tasks.create_task(_close_on_disconnect(receive, speech))
                reply = HttpReply(send)
                failure = await self._write(resolved, speech, reply)
                disconnect.cancel()
        if failure is not None:
            assert not reply.has_begun
            raise failure


async def _close_on_disconnect(receive: Receive, speech: Speech) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    speech.close()


def _no_headers(_resolved: ResolvedSpeech) -> Mapping[str, str]:
    return {}


def _no_last_bytes(_resolved: ResolvedSpeech, _rendering: EncodedSpeech) -> bytes:
    return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioStream:
    """A ResponseWriter that sends audio as it is rendered.

    `headers` are sent beside those of every stream; `media_type` is the encoding's where none is named;
    `wrap` puts a piece of audio into an envelope, `last` makes what follows the last piece.
    """

    headers: Callable[[ResolvedSpeech], Mapping[str, str]] = _no_headers
    media_type: str | None = None
    wrap: Callable[[bytes], bytes] = bytes
    last: Callable[[ResolvedSpeech, EncodedSpeech], bytes] = _no_last_bytes

    async def __call__(
        self, resolved: ResolvedSpeech, speech: Speech, reply: HttpReply, /
    ) -> VoiceServerError | None:
        """Send the audio; return what went wrong if there was none."""
        pieces = PieceBuffer()
        rendering = EncodedSpeech(speech, resolved.encoding, pieces)
        async for item in rendering:
            if isinstance(item, SentenceAudio):
                await self._send(resolved, rendering, reply, pieces.take())
        if rendering.audio_ms:
            await self._send(resolved, rendering, reply, pieces.take())
        if not reply.has_begun:
            return rendering.failure()
        await reply.body(self.last(resolved, rendering))
        await reply.end()
        return None

    async def _send(
        self, resolved: ResolvedSpeech, rendering: EncodedSpeech, reply: HttpReply, piece: bytes
    ) -> None:
        if not piece:
            return
        if not reply.has_begun:
            headers = {**stream_headers(resolved, rendering), **self.headers(resolved)}
            await reply.begin(self.media_type or resolved.encoding.format.media_type, headers)
        await reply.body(self.wrap(piece))


def stream_headers(resolved: ResolvedSpeech, rendering: EncodedSpeech) -> dict[str, str]:
    """The headers of a streamed answer: warnings up to its first audio, and a proxy is to pass it on."""
    return {"X-Accel-Buffering": "no"} | warning_headers(resolved.warnings + rendering.warnings)


def warning_headers(warnings: list[SpeechWarning]) -> dict[str, str]:
    """Warnings for a client whose answer is audio: for people, and in JSON for programs.

    A message may have any character that parts a list in a header, and clients join fields of one name.
    """
    told: list[dict[str, str]] = []
    for warning in warnings:
        more = [*told, {"code": warning.code, "message": warning.message}]
        if len(json.dumps(more)) > _MOST_WARNING_CHARS:
            break
        told = more
    if not told:
        return {}
    text = "; ".join(f"{each['code']}: {each['message']}" for each in told)
    return {"X-Warning": text, "X-Warnings": json.dumps(told)}
