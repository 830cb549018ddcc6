"""What server and worker say to each other, and server and player.

To the worker: Hello, Render, Stop, Ping, Bye. From it: Ready, Audio, Words, Done, Failed, Log, Pong. Laws:

1. Hello is the first message, Ready (or Failed with job 0) the first answer.
2. A worker has one job at a time, jobs are numbered upwards from 1 and never twice.
3. Each job is answered by Audio with `seq` 0, 1, 2, … and Words, and ended by exactly one Done or Failed.
4. Stop may come at any time, also too late; a stopped job ends with Failed and the code "stopped" (or Done).

A process that becomes a template answers Hello with Forkable instead of Ready, and from then on only what is
asked over its socket: Forked (or Failed with job 0) for a worker, Ended for how one ended. A worker that was
forked needs no Hello; its first answer is Ready.

To the player: Open, Audio, Complete, Stop, Pause, Resume, Volume, Ping, Bye. From it: Opened, Heard, Pong.
There a job is a track: Audio makes it and adds to it, Complete says that nothing follows, Heard how much of
it has left the loudspeakers. Nothing is told of a track after the Heard that says it is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voice_server.core.types import Capabilities, Voice, WordMark

PROTOCOL_VERSION = 1

NO_JOB = 0
"""The job of a Failed that says the backend could not be loaded."""

STOPPED = "stopped"
"""The code of a Failed that answers a Stop."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message: settings for the adapter's constructor, and the voice to warm up ("" for any)."""

    protocol: int
    settings: Mapping[str, Any]
    voice: str


@dataclass(frozen=True, slots=True)
class Render:
    """Speak `text`; `options` may hold `seed` besides what the backend declares.

    For `spare_s` seconds nobody will miss the sound.
    """

    job: int
    text: str
    voice: str
    options: Mapping[str, Any]
    spare_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """End this job between two pieces; ignored when it has ended."""

    job: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer with Pong, also while rendering."""


@dataclass(frozen=True, slots=True)
class Bye:
    """Close the backend and exit."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The backend is loaded and warm.

    `silence_ms_per_char` is the longest silence between two answers of the warm-up, for each character of its
    text: a first measure of how long a healthy worker may say nothing.
    """

    protocol: int
    voices: tuple[Voice, ...]
    sample_rate_hz: int
    capabilities: Capabilities
    silence_ms_per_char: float


@dataclass(frozen=True, slots=True)
class Audio:
    """PCM of a job: int16 little-endian mono at the rate that Ready stated, whole samples."""

    job: int
    seq: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Words:
    """When words are spoken, in milliseconds from the job's first sample."""

    job: int
    marks: tuple[WordMark, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """All audio of the job has been sent."""

    job: int
    audio_ms: float
    render_ms: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The job has ended without its audio being complete."""

    job: int
    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Log:
    """A line for the server's log; `level` is one of Python's level numbers."""

    level: int
    message: str


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to Ping."""


@dataclass(frozen=True, slots=True)
class Forkable:
    """The backend is loaded, and this process makes workers of it from now on."""


@dataclass(frozen=True, slots=True)
class Forked:
    """A worker has been made; `pid` is its group too."""

    pid: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A worker has ended; `status` is its exit status, or minus the signal that ended it."""

    pid: int
    status: int


@dataclass(frozen=True, slots=True)
class Open:
    """The first message to a player: the sound device by name, "" for the system's own choice."""

    protocol: int
    device: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The player is ready: the device that it opened, "" where there is none, and all that there are."""

    device: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complete:
    """All audio of a track has been sent."""

    job: int


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of a track has been heard since it began, and whether that was all."""

    job: int
    audio_bytes: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Fall silent; nothing of what is pending is lost."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after Pause."""


@dataclass(frozen=True, slots=True)
class Volume:
    """From 0 for silence to 1 for the sound as it is."""

    level: float


Request = Hello | Render | Stop | Ping | Bye | Open | Audio | Complete | Pause | Resume | Volume
Answer = Ready | Audio | Words | Done | Failed | Log | Pong | Forkable | Forked | Ended | Opened | Heard
Message = Request | Answer
