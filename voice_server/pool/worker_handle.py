"""One worker as the server sees it: a process that has at most one job.

Frames of a job that was stopped are dropped here, so that the worker may end it when it can. Whatever breaks
what the protocol promises (a frame missing, audio short of what Done says) counts as a broken stream.
"""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from voice_server.core.audio.pcm import duration_ms
from voice_server.core.types import BYTES_PER_SAMPLE, Frame
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
)
from voice_server.pool.job import Job, JobOutcome, WorkerLost
from voice_server.pool.template import WorkerTemplate, launch
from voice_server.process.child_process import ChildProcess, printable

logger = logging.getLogger(__name__)


class WorkerOwner(Protocol):
    """Who is told what a worker says."""

    def worker_heard(self, slot: int) -> None:
        """The worker said something, whatever it was."""

    def template_loaded(self, slot: int, template: WorkerTemplate) -> None:
        """The process that was loading for this worker is a template; the worker has none any more."""

    def worker_ready(self, slot: int, ready: WorkerReady) -> None:
        """The backend is warm."""

    def load_failed(self, slot: int, reason: str, code: str) -> None:
        """The backend could not be loaded; `reason` is one line, `code` NotSetUp's where that is why."""

    def job_ended(self, slot: int, job: Job, outcome: JobOutcome) -> None:
        """The worker has ended its job and is free."""

    def worker_broke(self, slot: int, reason: str) -> None:
        """The worker cannot be trusted any more."""

    def worker_gone(self, slot: int, reason: str, last_words: str) -> None:
        """The process has ended; `last_words` is its last line on stderr."""


class WorkerHandle:
    """A process in a slot."""

    def __init__(self, name: str, slot: int, owner: WorkerOwner, *, max_audio_s: float) -> None:
        self.name = name
        self.slot = slot
        self._owner = owner
        self._max_audio_s = max_audio_s
        self._process: ChildProcess | None = None
        self._orders: socket.socket | None = None
        self._job: Job | None = None
        self._is_stopped = False
        self._sample_rate_hz = 0
        self._fate = ""

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
        may_be_template: bool = False,
    ) -> None:
        """Launch the process in `folder` and greet it.

        Raises OSError when it cannot be started, WireError when the settings cannot be sent.
        """
        hello = encode(WorkerHello(PROTOCOL_VERSION, settings, voice))
        if may_be_template:
            self._process, self._orders = await launch(self.name, command, environment, self, folder)
        else:
            self._process = await ChildProcess.launch(self.name, command, environment, self, folder)
        if self._fate:
            await self._discard(self._process)
        else:
            self._process.write(hello)

    async def fork(self, template: WorkerTemplate) -> None:
        """Have the template make the process; where it cannot, this worker has come to its end."""
        process = ChildProcess(self.name, self)

        def began() -> None:
            self._process = process

        if not await template.fork(process, began):
            self._fate = self._fate or "could not be forked"
            self._owner.worker_gone(self.slot, self._fate, "")
        elif self._fate:
            await self._discard(process)

    async def _discard(self, process: ChildProcess) -> None:
        """End what was killed, or told to end, while it was being launched."""
        process.kill()
        await process.end(0.0)

    def give(self, job: Job) -> None:
        """Have a free worker render."""
        self._job, self._is_stopped = job, False
        if self._process is not None:
            self._process.write(job.request)

    def stop(self) -> None:
        """Tell the worker to end its job; nothing more of it is passed on."""
        if self._job is not None and not self._is_stopped:
            self._is_stopped = True
            self._send(StopJob(self._job.number))

    def ping(self) -> None:
        """Ask for a sign of life."""
        self._send(ChildPing())

    def kill(self, reason: str) -> None:
        """End the worker now; `reason` completes the sentence "the worker …"."""
        self._fate = self._fate or reason
        self._lose_job()
        if self._process is not None:
            self._process.kill()

    async def end(self, patience_s: float) -> None:
        """Let the worker go, and make it go; returns when the process has ended."""
        self._fate = self._fate or "was told to end"
        self._lose_job()
        if self._process is not None:
            await self._process.end(patience_s)

    def _send(self, request: StopJob | ChildPing) -> None:
        if self._process is not None:
            self._process.send(request)

    def _lose_job(self) -> None:
        if self._job is not None:
            self._job.end(WorkerLost(self._fate))
            self._job = None

    # What the process tells.

    def messages_came(self, messages: list[Message]) -> None:
        self._owner.worker_heard(self.slot)
        for message in messages:
            match message:
                case JobAudio():
                    self._audio_came(message)
                case JobWords():
                    self._words_came(message)
                case JobDone() | JobFailed():
                    self._end_came(message)
                case WorkerReady():
                    self._sample_rate_hz = message.sample_rate_hz
                    self._owner.worker_ready(self.slot, message)
                case Forkable():
                    self._become_template()
                case ChildLog():
                    text = printable(message.message)
                    logger.log(message.level, "worker says", extra={"worker": self.name, "text": text})
                case _:
                    pass

    def _become_template(self) -> None:
        if self._process is None or self._orders is None or self._fate:
            return
        template = WorkerTemplate(self.name, self._process, self._orders)
        self._process = self._orders = None
        self._owner.template_loaded(self.slot, template)

    def stream_broke(self, reason: str) -> None:
        self._owner.worker_broke(self.slot, reason)

    def process_ended(self, status: int) -> None:
        self._fate = self._fate or _fate(status)
        self._lose_job()
        if self._orders is not None:
            self._orders.close()
        last_words = self._process.last_words() if self._process is not None else ""
        self._owner.worker_gone(self.slot, self._fate, last_words)

    def _current(self, number: int) -> Job | None:
        job = self._job
        return job if job is not None and job.number == number else None

    def _audio_came(self, audio: JobAudio) -> None:
        job = self._current(audio.job)
        if job is None:
            return
        if audio.seq != job.next_seq:
            self.stream_broke("left out a frame")
            return
        job.next_seq += 1
        job.audio_bytes += len(audio.pcm)
        if not self._is_stopped:
            job.put(Frame(audio.pcm, self._sample_rate_hz))
        if job.audio_bytes > self._max_audio_s * self._sample_rate_hz * BYTES_PER_SAMPLE:
            job.end(
                JobFailed(job.number, "too_long", f"the audio is longer than {self._max_audio_s:g} s", False)
            )
            self.stream_broke("did not come to an end")

    def _words_came(self, words: JobWords) -> None:
        job = self._current(words.job)
        if job is not None and not self._is_stopped:
            for mark in words.marks:
                job.put(mark)

    def _end_came(self, end: JobDone | JobFailed) -> None:
        if end.job == NO_JOB and isinstance(end, JobFailed):
            self._fate = "could not load its engine"
            self._owner.load_failed(self.slot, end.message, end.code)
            return
        job = self._current(end.job)
        if job is None:
            return
        if (
            isinstance(end, JobDone)
            and abs(duration_ms(job.audio_bytes, self._sample_rate_hz) - end.audio_ms) > 0.1
        ):
            self.stream_broke("sent less audio than it said")
            return
        self._job = None
        job.end(end)
        self._owner.job_ended(self.slot, job, end)


def _fate(status: int) -> str:
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
