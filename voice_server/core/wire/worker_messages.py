"""The messages between the server and a worker.

To the worker: WorkerHello, RenderJob, StopJob, ChildPing, ChildBye. From it: WorkerVoices, WorkerReady,
JobAudio, JobWords, JobDone, JobFailed, ChildLog, ChildPong. Laws:

1. WorkerHello is the first message, WorkerReady (or JobFailed with job 0) the first answer. Where there are
   more voices than a message holds, the first of them come before it in messages of their own, WorkerVoices.
2. A worker has one job at a time; jobs are numbered upwards from 1, and no number is used twice.
3. Each job is answered by JobAudio with `seq` 0, 1, 2, … and JobWords, and ended by exactly one JobDone or
   JobFailed.
4. StopJob may come at any time, even after the job has ended. A stopped job ends with JobFailed and the code
   "stopped", or with JobDone if it was complete.

A process that becomes a template answers WorkerHello with Forkable instead of WorkerReady. From then on it
only answers requests over its socket: with Forked (or JobFailed with job 0) when a worker was asked for, and
with ForkEnded when one has ended. A worker that was forked gets no WorkerHello; its first answer is
WorkerReady.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voice_server.core.types import Capabilities, Voice, WordMark
from voice_server.core.wire.child_messages import ChildBye, ChildLog, ChildPing, ChildPong, JobAudio, StopJob

VOICES_PER_MESSAGE = 500
"""So many voices fit into a message, if each has less than 2 kB."""

NO_JOB = 0
"""The job of a JobFailed that says the backend could not be loaded."""

STOPPED = "stopped"
"""The code of a JobFailed that answers a StopJob."""


@dataclass(frozen=True, slots=True)
class WorkerHello:
    """The first message: settings for the adapter's constructor, and the voice to warm up ("" for any).

    `loudness_lufs` is how loud every voice is to be; None leaves all as they are. `fade_ms` is how long a
    render that begins or ends inside a sound is faded there, and with `limiter` peaks that a gain lifts too
    far are bent and not clipped.
    """

    protocol: int
    settings: Mapping[str, Any]
    voice: str
    loudness_lufs: float | None = None
    fade_ms: float = 5.0
    limiter: bool = True


@dataclass(frozen=True, slots=True)
class RenderJob:
    """Render `text`; `options` may hold `seed` besides the options that the backend declares.

    The listener has `spare_s` seconds of sound left, so that the first audio need not come earlier.
    """

    job: int
    text: str
    voice: str
    options: Mapping[str, Any]
    spare_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkerVoices:
    """Voices of the backend, in front of those of the next message."""

    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """The backend is loaded and warm.

    `warm_up_silence_ms` is the longest time between two messages in the warm-up, a short text: a first
    measure of how long a healthy worker may send nothing.
    """

    protocol: int
    voices: tuple[Voice, ...]
    sample_rate_hz: int
    capabilities: Capabilities
    warm_up_silence_ms: float


@dataclass(frozen=True, slots=True)
class JobWords:
    """When words of the job are spoken, in milliseconds from its first sample."""

    job: int
    marks: tuple[WordMark, ...]


@dataclass(frozen=True, slots=True)
class JobDone:
    """All audio of the job has been sent."""

    job: int
    audio_ms: float
    render_ms: float


@dataclass(frozen=True, slots=True)
class JobFailed:
    """The job has ended without its audio being complete.

    `refused` says that the job itself is wrong (its voice, an option), so that nobody can obey it.
    """

    job: int
    code: str
    message: str
    retryable: bool
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Forkable:
    """The backend is loaded, and this process will be copied into workers from now on."""


@dataclass(frozen=True, slots=True)
class Forked:
    """A worker has been made; `pid` is the id of its process and of its process group."""

    pid: int


@dataclass(frozen=True, slots=True)
class ForkEnded:
    """A worker has ended; `status` is its exit status, or minus the signal that ended it."""

    pid: int
    status: int


WorkerRequest = WorkerHello | RenderJob | StopJob | ChildPing | ChildBye
WorkerAnswer = (
    WorkerVoices
    | WorkerReady
    | JobAudio
    | JobWords
    | JobDone
    | JobFailed
    | ChildLog
    | ChildPong
    | Forkable
    | Forked
    | ForkEnded
)
