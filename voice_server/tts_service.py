"""Speech inside another program: a text in, a file or a stream of sound out, without a server.

    import voice_server

    voice_server.speak_text("Hello world.", format="mp3")                       # the bytes of a file
    for piece in voice_server.speak_text("A long text.", stream=True): ...      # as it is rendered

The engines are those of backends.yaml, in worker processes that start with the first text and end
with the program, or with `close`. Everything may be called from any thread and any event loop.
"""

from __future__ import annotations

import asyncio
import atexit
import io
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, overload

from msgspec.structs import replace

from voice_server.config import Config, load_config, with_backends
from voice_server.endpoints.http.responses import EncodedSpeech
from voice_server.errors import RequestError, VoiceServerError
from voice_server.provisioning.natural_engines import default_backend
from voice_server.serving.composition import open_service
from voice_server.sound_files.encoding import FORMATS, PieceBuffer, chosen_encoding
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import SpeechRequest, SpeechService

__all__ = [
    "SpeechPipeline",
    "TTSService",
    "create_streaming_pipeline",
    "create_whole_file_pipeline",
    "process_text",
    "speak_text",
]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class TTSService:
    """Speaks texts with one backend, and with what it falls back on; a context manager that ends its workers.

    `backend` is its name, by default the best one that is set up; `config` is a backends.yaml; `voices_dir` a
    folder of recordings that voices are cloned from, in place of the configured one. Nothing starts before
    the first text. A voice is a name, an alias or a number, by default the backend's own; `speed` is 1 for
    its own pace; `format` one of wav, mp3, opus, aac, flac, pcm, f32, mulaw and alaw (mono, 24 000 Hz, the
    last two 8 000 Hz). All that speaks raises RequestError for a request that cannot be met, and another
    VoiceServerError where the backend fails.
    """

    def __init__(
        self,
        config: str | Path | None = None,
        *,
        backend: str | None = None,
        voices_dir: str | Path | None = None,
    ) -> None:
        self._config = _config_of(config, backend, None if voices_dir is None else Path(voices_dir))
        self._lock = threading.Lock()
        self._engine: _EngineThread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; a later text starts them again."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.end()

    def speak(
        self,
        text: str,
        voice: str | int | None = None,
        speed: float = 1.0,
        format: str = "wav",  # noqa: A002
    ) -> bytes:
        """The whole file of a text."""
        return self._running().call(_whole_file, text, _request(voice, speed), _known(format)).result()

    def stream(
        self,
        text: str,
        voice: str | int | None = None,
        speed: float = 1.0,
        format: str = "wav",  # noqa: A002
    ) -> Iterator[bytes]:
        """Pieces of one file, each as soon as it is rendered; leaving the loop ends the render."""
        engine, form = self._running(), _known(format)
        pieces = _Pieces(text, _request(voice, speed), form)
        try:
            while piece := engine.call(pieces.next).result():
                yield piece
        finally:
            engine.call(pieces.close).result()

    async def generate_audio(
        self,
        text: str,
        voice: str | int | None = None,
        speed: float = 1.0,
        format: str = "wav",  # noqa: A002
    ) -> bytes:
        """The whole file of a text."""
        engine = await asyncio.to_thread(self._running)
        return await asyncio.wrap_future(
            engine.call(_whole_file, text, _request(voice, speed), _known(format))
        )

    async def generate_stream(
        self,
        text: str,
        voice: str | int | None = None,
        speed: float = 1.0,
        format: str = "wav",  # noqa: A002
    ) -> AsyncIterator[bytes]:
        """Pieces of one file, each as soon as it is rendered; leaving the loop ends the render."""
        form = _known(format)
        engine = await asyncio.to_thread(self._running)
        pieces = _Pieces(text, _request(voice, speed), form)
        try:
            while piece := await asyncio.wrap_future(engine.call(pieces.next)):
                yield piece
        finally:
            await asyncio.wrap_future(engine.call(pieces.close))

    def _running(self) -> _EngineThread:
        with self._lock:
            if self._engine is None:
                self._engine = _EngineThread(self._config)
                atexit.register(self.close)
            return self._engine


@dataclass(frozen=True, slots=True)
class SpeechPipeline:
    """A service that answers every text in the same way: as a whole file, or as a stream."""

    service: TTSService
    streams: bool

    def generate(
        self,
        text: str,
        voice: str | int | None = None,
        speed: float = 1.0,
        format: str = "wav",  # noqa: A002
    ) -> bytes | Iterator[bytes]:
        """The file, or its pieces as they are rendered. Raises VoiceServerError."""
        speak = self.service.stream if self.streams else self.service.speak
        return speak(text, voice, speed, format)


def create_streaming_pipeline(voices_dir: str | Path | None = None) -> SpeechPipeline:
    """A pipeline whose `generate` yields pieces; `voices_dir` is as for `TTSService`."""
    return SpeechPipeline(TTSService(voices_dir=voices_dir), streams=True)


def create_whole_file_pipeline(voices_dir: str | Path | None = None) -> SpeechPipeline:
    """A pipeline whose `generate` returns whole files; `voices_dir` is as for `TTSService`."""
    return SpeechPipeline(TTSService(voices_dir=voices_dir), streams=False)


@overload
def speak_text(
    text: str, voice: str | int | None = ..., speed: float = ..., format: str = ...,
    stream: Literal[False] = ...,
) -> bytes: ...  # fmt: skip


@overload
def speak_text(
    text: str, voice: str | int | None = ..., speed: float = ..., format: str = ...,
    *, stream: Literal[True],
) -> Iterator[bytes]: ...  # fmt: skip


def speak_text(
    text: str,
    voice: str | int | None = None,
    speed: float = 1.0,
    format: str = "wav",  # noqa: A002 - as everybody calls it
    stream: bool = False,
) -> bytes | Iterator[bytes]:
    """The file of a text, or with `stream` its pieces as they are rendered: see `TTSService`.

    One service of the program speaks for all calls, and ends with the program.
    """
    service = _shared_service()
    return service.stream(text, voice, speed, format) if stream else service.speak(text, voice, speed, format)


process_text = speak_text


@cache
def _shared_service() -> TTSService:
    return TTSService()


def _config_of(file: str | Path | None, backend: str | None, samples: Path | None) -> Config:
    """The configuration with the backend that is to speak, and those it falls back on. Raises ConfigError."""
    config = load_config(file, backend=backend)
    kept = with_backends(config, [default_backend(config)])
    if samples is None:
        return kept
    backends = {
        name: each if each.samples is None else replace(each, samples=samples.resolve())
        for name, each in kept.backends.items()
    }
    return replace(kept, backends=backends)


def _request(voice: str | int | None, speed: float) -> SpeechRequest:
    return SpeechRequest(voice=voice, speed=speed)


def _known(form: str) -> FormatName:
    """The name of a format. Raises RequestError for one that there is not."""
    found = next((name for name in FORMATS if name == form), None)
    if found is None:
        raise RequestError(f"format must be one of {', '.join(FORMATS)}, not {form!r}")
    return found


class _EngineThread:
    """A thread with an event loop that holds a speech service. Raises VoiceServerError where none starts."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._started: Future[tuple[asyncio.AbstractEventLoop, SpeechService]] = Future()
        self._thread = threading.Thread(target=self._run, name="voice-server engine", daemon=True)
        self._thread.start()
        self._loop, self._service = self._started.result()

    def call(self, work: Callable[..., Coroutine[Any, Any, _T]], *arguments: object) -> Future[_T]:
        """Run a coroutine function, whose first argument is the service, in the thread."""
        try:
            return asyncio.run_coroutine_threadsafe(work(self._service, *arguments), self._loop)
        except RuntimeError:  # its loop is closed
            raise VoiceServerError("the service has been closed") from None

    def end(self) -> None:
        """End the service with its workers, and the thread."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _serve(self) -> None:
        self._closing = asyncio.Event()
        async with open_service(self._config) as service:
            self._started.set_result((asyncio.get_running_loop(), service))
            await self._closing.wait()


class _Pieces:
    """The pieces of one file, of which the next is asked for in the engine's thread."""

    def __init__(self, text: str, request: SpeechRequest, form: FormatName) -> None:
        self._arguments = text, request, form
        self._generator: AsyncGenerator[bytes, None] | None = None

    async def next(self, service: SpeechService) -> bytes:
        """The next piece, empty at the end."""
        if self._generator is None:
            self._generator = _rendered_pieces(service, *self._arguments)
        return await anext(self._generator, b"")

    async def close(self, _service: SpeechService) -> None:
        """End the render."""
        if self._generator is not None:
            await self._generator.aclose()


async def _rendered_pieces(
    service: SpeechService, text: str, request: SpeechRequest, form: FormatName
) -> AsyncGenerator[bytes, None]:
    settings, warnings = service.settings(request)
    sink = PieceBuffer()
    with service.speak(text, settings) as speech:
        rendering = EncodedSpeech(speech, chosen_encoding(form), sink)
        async for _ in rendering:
            if piece := sink.take():
                yield piece
    failure = rendering.failure()
    if failure is not None:
        raise failure
    if piece := sink.take():
        yield piece
    _log_what_differs(rendering, warnings)


async def _whole_file(service: SpeechService, text: str, request: SpeechRequest, form: FormatName) -> bytes:
    settings, warnings = service.settings(request)
    file = io.BytesIO()
    with service.speak(text, settings) as speech:
        rendering = EncodedSpeech(speech, chosen_encoding(form), file, is_file=True)
        async for _ in rendering:
            pass
    failure = rendering.failure()
    if failure is not None:
        raise failure
    _log_what_differs(rendering, warnings)
    return file.getvalue()


def _log_what_differs(rendering: EncodedSpeech, warnings: list[Any]) -> None:
    """Log what was spoken otherwise than it was asked for, or not at all."""
    for each in (*warnings, *rendering.warnings, *rendering.missing_sentences):
        _log.warning("spoken otherwise than asked for", extra={"code": each.code, "why": each.message})
