"""The server's side of one worker: its process, which has at most one job.

Frames of a job that was stopped are dropped here until the worker reports its end. A violation of the
protocol (a missing frame, less audio than `JobDone` says) counts as a broken stream.
"""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from voice_server.core.audio.pcm import duration_ms
from voice_server.core.types import BYTES_PER_SAMPLE, Frame, Voice
from voice_server.core.wire.child_messages import PROTOCOL_VERSION, ChildLog, ChildPing, JobAudio, StopJob
from voice_server.core.wire.codec import Message, encode
from voice_server.core.wire.worker_messages import (
    NO_JOB,
    Forkable,
    JobDone,
    JobFailed,
    JobWords,
    WorkerHello,
    WorkerReady,
    WorkerVoices,
)
from voice_server.pool.job import Job, JobOutcome, WorkerLost
from voice_server.pool.template import WorkerTemplate, launch_loader
from voice_server.process.child_process import ChildProcess, printable

logger = logging.getLogger(__name__)


_MAX_VOICES = 100_000


class WorkerEventHandler(Protocol):
    """Is told what happens to a worker."""

    def worker_active(self, slot: int) -> None:
        """The worker has sent something."""

    def template_loaded(self, slot: int, template: WorkerTemplate) -> None:
        """The process that was loading for this worker is a template now; the worker has no process."""

    def worker_ready(self, slot: int, ready: WorkerReady) -> None:
        """The worker has loaded its engine and is idle."""

    def load_failed(self, slot: int, reason: str, code: str) -> None:
        """The engine could not be loaded; `reason` is one line, `code` NotSetUp's where that is why."""

    def job_ended(self, slot: int, job: Job, outcome: JobOutcome) -> None:
        """The worker has ended its job and is idle."""

    def job_stopped(self, slot: int) -> None:
        """The worker has been told to stop its job, whose audio is too long."""

    def worker_broken(self, slot: int, reason: str) -> None:
        """The worker has violated the protocol; `reason` completes the sentence "the worker …"."""

    def worker_ended(self, slot: int, reason: str, last_line: str) -> None:
        """The process has ended; `last_line` is its last line on stderr."""


class WorkerHandle:
    """The worker in a slot of a backend; `max_audio_s` limits the audio of one job."""

    def __init__(
        self, name: str, slot: int, handler: WorkerEventHandler, *, max_audio_s: float, backend: str = ""
    ) -> None:
        self.name = name
        self._backend = backend
        self.slot = slot
        self._handler = handler
        self._max_audio_s = max_audio_s
        self._process: ChildProcess | None = None
        self._order_socket: socket.socket | None = None
        self._job: Job | None = None
        self._is_stopped = False
        self._sample_rate_hz = 0
        self._voices: list[Voice] = []  # those that came before WorkerReady
        self._end_reason = ""

    @property
    def pid(self) -> int:
        """The process id; 0 before there is a process."""
        return self._process.pid if self._process is not None else 0

    async def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        settings: Mapping[str, Any],
        voice: str,
        folder: Path,
        *,
        loudness_lufs: float | None = None,
        fade_ms: float = 5.0,
        limiter: bool = True,
        may_be_template: bool = False,
    ) -> None:
        """Launch the process in `folder` and send it its settings.

        Raises OSError when it cannot be started, WireError when the settings cannot be sent.
        """
        hello = encode(WorkerHello(PROTOCOL_VERSION, settings, voice, loudness_lufs, fade_ms, limiter))
        if may_be_template:
            self._process, self._order_socket = await launch_loader(
                self.name, command, environment, self, folder
            )
        else:
            self._process = await ChildProcess.launch(self.name, command, environment, self, folder)
        if self._end_reason:
            await self._discard(self._process)
        else:
            self._process.write(hello)

    async def fork(self, template: WorkerTemplate) -> None:
        """Have the template fork the process; where it cannot, the worker has ended."""
        process = ChildProcess(self.name, self)

        def on_started() -> None:
            self._process = process

        if not await template.fork(process, on_started):
            self._end_reason = self._end_reason or "could not be forked"
            self._handler.worker_ended(self.slot, self._end_reason, "")
        elif self._end_reason:
            await self._discard(process)

    async def _discard(self, process: ChildProcess) -> None:
        """End a process whose worker was killed, or told to end, while it was being launched."""
        process.kill()
        await process.end(0.0)

    def give(self, job: Job) -> None:
        """Have the idle worker render a job."""
        self._job, self._is_stopped = job, False
        if self._process is not None:
            self._process.write(job.request)

    def stop(self) -> None:
        """Tell the worker to stop its job; nothing more of it is passed on."""
        if self._job is not None and not self._is_stopped:
            self._is_stopped = True
            self._send(StopJob(self._job.number))

    def ping(self) -> None:
        """Send a ping, which the worker has to answer."""
        self._send(ChildPing())

    def kill(self, reason: str) -> None:
        """End the worker now; `reason` completes the sentence "the worker …"."""
        self._end_reason = self._end_reason or reason
        self._fail_job()
        if self._process is not None:
            self._process.kill()

    async def end(self, patience_s: float) -> None:
        """Ask the worker to end, then force it; returns when the process has ended."""
        self._end_reason = self._end_reason or "was told to end"
        self._fail_job()
        if self._process is not None:
            await self._process.end(patience_s)

    def _send(self, request: StopJob | ChildPing) -> None:
        if self._process is not None:
            self._process.send(request)

    def _fail_job(self) -> None:
        if self._job is not None:
            self._job.end(WorkerLost(self._end_reason))
            self._job = None

    # What the process reports.

    def messages_received(self, messages: list[Message]) -> None:
        self._handler.worker_active(self.slot)
        for message in messages:
            match message:
                case JobAudio():
                    self._audio_received(message)
                case JobWords():
                    self._words_received(message)
                case JobDone() | JobFailed():
                    self._end_received(message)
                case WorkerVoices(voices):
                    self._voices_received(voices)
                case WorkerReady():
                    self._sample_rate_hz = message.sample_rate_hz
                    voices, self._voices = (*self._voices, *message.voices), []
                    self._handler.worker_ready(self.slot, replace(message, voices=voices))
                case Forkable():
                    self._become_template()
                case ChildLog():
                    text = printable(message.message)
                    logger.log(message.level, "worker says", extra={"worker": self.name, "text": text})
                case _:
                    pass

    def _voices_received(self, voices: tuple[Voice, ...]) -> None:
        # Their backend is set here, a portion at a time, because that of thousands takes long.
        self._voices += [replace(voice, backend=self._backend) for voice in voices]
        if len(self._voices) > _MAX_VOICES:
            self._voices.clear()
            self.stream_broken(f"offers more than {_MAX_VOICES} voices")

    def _become_template(self) -> None:
        if self._process is None or self._order_socket is None or self._end_reason:
            return
        template = WorkerTemplate(self.name, self._process, self._order_socket)
        self._process = self._order_socket = None
        self._handler.template_loaded(self.slot, template)

    def stream_broken(self, reason: str) -> None:
        self._handler.worker_broken(self.slot, reason)

    def process_ended(self, status: int) -> None:
        self._end_reason = self._end_reason or _how_it_ended(status)
        self._fail_job()
        if self._order_socket is not None:
            self._order_socket.close()
        last_line = self._process.last_stderr_line() if self._process is not None else ""
        self._handler.worker_ended(self.slot, self._end_reason, last_line)

    def _current(self, number: int) -> Job | None:
        job = self._job
        return job if job is not None and job.number == number else None

    def _audio_received(self, audio: JobAudio) -> None:
        job = self._current(audio.job)
        if job is None:
            return
        if audio.seq != job.next_seq:
            self.stream_broken("left out a frame")
            return
        job.next_seq += 1
        job.audio_bytes += len(audio.pcm)
        if self._is_stopped:
            return
        job.put(Frame(audio.pcm, self._sample_rate_hz))
        if job.audio_bytes > self._max_audio_s * self._sample_rate_hz * BYTES_PER_SAMPLE:
            reason = f"the audio is longer than {self._max_audio_s:g} s"
            job.end(JobFailed(job.number, "too_long", reason, retryable=False))
            self.stop()
            self._handler.job_stopped(self.slot)

    def _words_received(self, words: JobWords) -> None:
        job = self._current(words.job)
        if job is not None and not self._is_stopped:
            for mark in words.marks:
                job.put(mark)

    def _end_received(self, end: JobDone | JobFailed) -> None:
        if end.job == NO_JOB and isinstance(end, JobFailed):
            self._end_reason = "could not load its engine"
            self._handler.load_failed(self.slot, end.message, end.code)
            return
        job = self._current(end.job)
        if job is None:
            return
        if (
            isinstance(end, JobDone)
            and abs(duration_ms(job.audio_bytes, self._sample_rate_hz) - end.audio_ms) > 0.1
        ):
            self.stream_broken("sent less audio than it said")
            return
        self._job = None
        job.end(end)
        self._handler.job_ended(self.slot, job, end)


def _how_it_ended(status: int) -> str:
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
