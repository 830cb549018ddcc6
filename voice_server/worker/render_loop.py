"""The worker's loop: one job at a time on the main thread, a second thread that reads requests meanwhile.

The second thread answers pings, notes stops and ends the process when the server closes the pipe. The main
thread loads the backend, warms it up, sends `WorkerReady`, and renders. A job that raises does not end the
worker, but is followed by another warm-up: some engines are unusable after an error on the GPU. A process
that may become a template (template_process.py) loads the backend before it has a second thread.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import perf_counter
from typing import Any

from voice_server.core.audio.pcm import duration_ms, to_pcm
from voice_server.core.options import complete_options
from voice_server.core.types import BYTES_PER_SAMPLE, Voice, WordMark
from voice_server.core.wire.child_messages import (
    PROTOCOL_VERSION,
    ChildBye,
    ChildLog,
    ChildPing,
    ChildPong,
    JobAudio,
    StopJob,
)
from voice_server.core.wire.codec import Answer, Message
from voice_server.core.wire.worker_messages import (
    NO_JOB,
    STOPPED,
    VOICES_PER_MESSAGE,
    JobDone,
    JobFailed,
    JobWords,
    RenderJob,
    WorkerHello,
    WorkerReady,
    WorkerVoices,
)
from voice_server.errors import NotSetUp, RenderError, RequestError, VoiceServerError, WireError
from voice_server.process.freed_memory import FreedMemory
from voice_server.process.public_errors import describe, public
from voice_server.process.stdio import StdioChannel, exit_now
from voice_server.process.timeslice import WORKER_SLICE_S, ask_for_time_slice
from voice_server.worker.adapter import capabilities_of, load_backend, options_of, voices_of
from voice_server.worker.api import Backend
from voice_server.worker.edge_trimmer import EdgeTrimmer
from voice_server.worker.frame_merger import FrameMerger
from voice_server.worker.gain import amplified, gain_of
from voice_server.worker.measured_loudness import MeasuredLoudness

WARM_UP_TEXT = "Ready."
_IDLE_BEFORE_TRIM_S = 0.2
"""A worker that has been idle for so long returns the memory that its last render took."""
_LOG_ERROR = 40


class _StopRendering(Exception):
    """The server has sent `StopJob` for the current job."""


class _Worker:
    def __init__(
        self, channel: StdioChannel, requests: Iterator[Message], hello: WorkerHello, adapter: Path
    ) -> None:
        self._channel = channel
        self._adapter = adapter
        self._settings = hello.settings
        self._measured: MeasuredLoudness | None = None
        self._requests = requests
        self._voice = hello.voice
        self._loudness_lufs = hello.loudness_lufs
        self._fade_ms = hello.fade_ms
        self._limiter = hello.limiter
        self._work: SimpleQueue[RenderJob | ChildBye] = SimpleQueue()
        self._stopped_job = NO_JOB
        self._memory = FreedMemory()
        Thread(target=self._read_requests, name="requests", daemon=True).start()

    def _read_requests(self) -> None:
        try:
            for message in self._requests:
                if isinstance(message, StopJob):
                    self._stopped_job = message.job
                elif isinstance(message, ChildPing):
                    self._channel.send([ChildPong()])
                elif isinstance(message, RenderJob | ChildBye):
                    self._work.put(message)
        except WireError:
            exit_now(1)
        exit_now(0)

    def run(self, backend: Backend) -> None:
        """Warm up, and render until `ChildBye` comes."""
        with _failures_reported(self._channel):
            self._get_ready(backend)
        while isinstance(request := self._next(), RenderJob):
            self._render(backend, request)
        close = getattr(backend, "close", None)
        if close is not None:
            close()

    def _next(self) -> RenderJob | ChildBye:
        try:
            return self._work.get(timeout=_IDLE_BEFORE_TRIM_S)
        except Empty:
            self._memory.trim()
            return self._work.get()

    def _get_ready(self, backend: Backend) -> None:
        voices = voices_of(backend)
        self._voice = self._voice or voices[0].id
        if getattr(backend, "measured_loudness", False) is True:
            self._measured = MeasuredLoudness(backend, self._adapter, self._settings)
        # What has to be measured or worked out for the first voice is there then.
        gain = self._gain_of(backend, self._voice, lambda: None)
        if not _sets_gain(backend):
            amplified(bytes(BYTES_PER_SAMPLE), gain, limiter=self._limiter)
        silence_ms = _warm_up(backend, self._voice)
        *before, last = _portions(voices)
        self._channel.send(
            [
                *map(WorkerVoices, before),
                WorkerReady(
                    PROTOCOL_VERSION,
                    last,
                    backend.sample_rate,
                    capabilities_of(backend),
                    warm_up_silence_ms=silence_ms,
                ),
            ]
        )

    def _render(self, backend: Backend, request: RenderJob) -> None:
        job = request.job
        output = _Output(
            self._channel.send, request, backend.sample_rate, fade_ms=self._fade_ms, limiter=self._limiter
        )
        try:
            self._speak(backend, request, output)
        except _StopRendering:
            self._channel.send([JobFailed(job, STOPPED, "stopped", retryable=False)])
        except VoiceServerError as error:
            retryable = isinstance(error, RenderError) and error.retryable
            refused = isinstance(error, RequestError)
            self._channel.send([JobFailed(job, error.code, public(error.message), retryable, refused)])
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            self._channel.send([JobFailed(job, "engine_failed", describe(error), retryable=True)])
            self._check_recovery(backend)
        else:
            output.finish()

    def _speak(self, backend: Backend, request: RenderJob, output: _Output) -> None:
        options = complete_options(options_of(backend), request.options)
        gain = self._gain_of(backend, request.voice, lambda: self._raise_if_stopped(request))
        if _sets_gain(backend):
            options["gain"] = gain
        else:
            output.gain = gain

        def give(piece: Any) -> bool:
            self._raise_if_stopped(request)
            output.add(piece)
            return False

        push = getattr(backend, "push", None)
        if push is not None:
            push(request.text, request.voice, options, give)
            return
        pieces = backend.synthesize(request.text, request.voice, options)
        try:
            for piece in pieces:
                give(piece)
        finally:
            _close(pieces)

    def _raise_if_stopped(self, request: RenderJob) -> None:
        if self._stopped_job == request.job:
            raise _StopRendering

    def _gain_of(self, backend: Backend, voice: str, poll: Callable[[], object]) -> float:
        measured = self._measured
        measure = None if measured is None else lambda voice: measured.lufs_of(voice, poll)
        return gain_of(backend, voice, self._loudness_lufs, measure)

    def _check_recovery(self, backend: Backend) -> None:
        try:
            _warm_up(backend, self._voice)
        except (Exception, SystemExit) as error:
            self._channel.send([ChildLog(_LOG_ERROR, f"the engine does not recover: {describe(error)}")])
            exit_now(1)


class _Output:
    """Sends one job's answers without the silence at its edges, as few and as early as `FrameMerger` says.

    `gain` is the factor that the samples get behind that, since what is silence is measured of the engine's
    own sound. SSML is left as it is: a break at an edge of it is wanted.
    """

    def __init__(
        self,
        send: Callable[[list[Answer]], None],
        request: RenderJob,
        sample_rate_hz: int,
        *,
        fade_ms: float,
        limiter: bool,
    ) -> None:
        self._send = send
        self._limiter = limiter
        self._job = request.job
        self._rate_hz = sample_rate_hz
        self._began = perf_counter()
        self._merger = FrameMerger(sample_rate_hz, spare_s=request.spare_s, began_at=self._began)
        self._trimmer = None if request.options.get("ssml") is True else EdgeTrimmer(sample_rate_hz, fade_ms)
        self._marks: list[WordMark] = []
        self._frames = 0
        self._bytes = 0
        self.gain = 1.0

    def add(self, piece: Any) -> None:
        if isinstance(piece, WordMark):
            self._marks.append(piece)
            return
        pcm = to_pcm(piece)
        if self._trimmer is not None:
            pcm = self._trimmer.add(pcm)
        if pcm:
            self._bytes += len(pcm)
            frames = self._merger.add(pcm, perf_counter())
            if frames:
                is_first = not self._frames
                self._send(self._answers(frames, self._marks_due()))
                if is_first:
                    # Linux may wake the reader of a pipe on the writer's processor, where it then waits for
                    # the rest of this render's time slice: 1 to 2 ms, as long as all else on the way.
                    os.sched_yield()

    def finish(self) -> None:
        frames: list[bytes] = []
        sound_ends_ms = inf
        if self._trimmer is not None:
            if pcm := self._trimmer.finish():
                self._bytes += len(pcm)
                frames = self._merger.add(pcm, perf_counter())
            sound_ends_ms = self._trimmer.sound_samples * 1000 / self._rate_hz
        marks, self._marks = self._marks, []
        answers = self._answers([*frames, *self._merger.flush()], marks, sound_ends_ms)
        render_ms = (perf_counter() - self._began) * 1000
        answers.append(JobDone(self._job, duration_ms(self._bytes, self._rate_hz), render_ms))
        self._send(answers)

    def _marks_due(self) -> list[WordMark]:
        """The marks to send now; when a word ends that may be the last is known when its sound has ended."""
        marks, self._marks = self._marks, []
        if marks and self._trimmer is not None:
            passed_ms = duration_ms(self._bytes, self._rate_hz)
            if marks[-1].end_ms - self._lead_ms > passed_ms:
                self._marks.append(marks.pop())
        return marks

    @property
    def _lead_ms(self) -> float:
        """How much of the engine's audio was cut in front."""
        return 0.0 if self._trimmer is None else self._trimmer.lead_samples * 1000 / self._rate_hz

    def _answers(self, frames: list[bytes], marks: list[WordMark], ends_ms: float = inf) -> list[Answer]:
        # Marks travel with the next frames: they are seldom urgent, and a message of their own costs more.
        answers: list[Answer] = []
        if marks:
            lead_ms = self._lead_ms
            answers.append(JobWords(self._job, tuple(_moved(mark, lead_ms, ends_ms) for mark in marks)))
        for pcm in frames:
            answers.append(
                JobAudio(self._job, self._frames, amplified(pcm, self.gain, limiter=self._limiter))
            )
            self._frames += 1
        return answers


def _sets_gain(backend: Backend) -> bool:
    """Whether the adapter applies the gain itself."""
    return getattr(backend, "sets_gain", False) is True


def _moved(mark: WordMark, lead_ms: float, ends_ms: float) -> WordMark:
    """The mark, earlier by `lead_ms`, and within the sound, which ends at `ends_ms`."""
    if not lead_ms and mark.end_ms <= ends_ms:
        return mark
    start_ms = min(max(mark.start_ms - lead_ms, 0.0), ends_ms)
    return replace(mark, start_ms=start_ms, end_ms=max(start_ms, min(mark.end_ms - lead_ms, ends_ms)))


def _portions(voices: tuple[Voice, ...]) -> list[tuple[Voice, ...]]:
    """The voices as tuples of which each fits into a message."""
    return [voices[at : at + VOICES_PER_MESSAGE] for at in range(0, len(voices), VOICES_PER_MESSAGE)]


def _warm_up(backend: Backend, voice: str) -> float:
    """Render a text whose audio is discarded; return the longest time between two pieces in ms."""
    longest, last = 0.0, perf_counter()
    warm_up = getattr(backend, "warm_up", None)
    if warm_up is not None:
        warm_up()
        return (perf_counter() - last) * 1000
    known = options_of(backend)
    # As fast as it can speak, since the sound counts for nothing.
    fastest = {each.name: each.maximum for each in known if each.name == "speed" and each.maximum}
    options = complete_options(known, {"seed": 0, **fastest})
    for piece in backend.synthesize(WARM_UP_TEXT, voice, options):
        if not isinstance(piece, WordMark):
            to_pcm(piece)
        now = perf_counter()
        longest, last = max(longest, now - last), now
    return max(longest, perf_counter() - last) * 1000


def _close(pieces: Iterator[Any]) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()


def serve(channel: StdioChannel, adapter: str, orders: int | None = None) -> None:
    """Load the adapter file and render what the server asks for through `channel`; does not return.

    With `orders`, a socket, the process becomes a template that forks workers, if its backend may be forked.
    """
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    ask_for_time_slice(WORKER_SLICE_S)
    file, requests = Path(adapter).absolute(), channel.receive()
    with _failures_reported(channel):
        if (hello := next(requests, None)) is None:
            exit_now(0)
        if not isinstance(hello, WorkerHello) or hello.protocol != PROTOCOL_VERSION:
            raise WireError(
                f"the worker speaks protocol {PROTOCOL_VERSION} and the server another one; "
                "both must be of the same voice-server, so start it again"
            )
    if orders is None:
        worker = _Worker(channel, requests, hello, file)
        with _failures_reported(channel):
            backend = load_backend(file, hello.settings)
    else:
        worker, backend = _load_single_threaded(channel, requests, file, hello, orders)
    worker.run(backend)
    exit_now(0)


def _load_single_threaded(
    channel: StdioChannel, requests: Iterator[Message], file: Path, hello: WorkerHello, orders: int
) -> tuple[_Worker, Backend]:
    """Load with one thread and become a template if possible; returns in each process that renders."""
    from voice_server.worker import template_process  # noqa: PLC0415 - others need no sockets

    threads = template_process.limit_threads()
    with _failures_reported(channel):
        backend = load_backend(file, hello.settings)
        can_fork = template_process.can_fork_now(backend)
        if can_fork:
            # Once for all workers: they share what it reads and compiles.
            _warm_up(backend, hello.voice or voices_of(backend)[0].id)
            can_fork = template_process.can_fork_now(backend)
    if can_fork:
        channel = template_process.fork_workers(orders, channel)
        requests = channel.receive()
    template_process.restore_threads(backend, threads)
    return _Worker(channel, requests, hello, file), backend


def _why_not_loaded(error: BaseException) -> str:
    """Why a backend cannot be loaded, as a clause."""
    if isinstance(error, VoiceServerError | ModuleNotFoundError):
        return describe(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory to load its engine"
    return f"its engine could not be loaded ({describe(error)})"


@contextmanager
def _failures_reported(channel: StdioChannel) -> Iterator[None]:
    """Report what is raised inside to the server as `JobFailed`, and end the process."""
    try:
        yield
    except BaseException as error:
        # SystemExit too: packages that download what they miss raise it when they cannot.
        traceback.print_exc()
        code = error.code if isinstance(error, NotSetUp) else "load_failed"
        channel.send([JobFailed(NO_JOB, code, _why_not_loaded(error), retryable=False)])
        exit_now(1)
        raise
