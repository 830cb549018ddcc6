"""What the server and any of its child processes, worker or player, say to each other.

A job is what the child does one piece of audio after the other for: a segment in a worker, a track in a
player.
"""

from __future__ import annotations

from dataclasses import dataclass

PROTOCOL_VERSION = 1


@dataclass(frozen=True, slots=True)
class JobAudio:
    """PCM of a job: int16 little-endian mono at the rate that WorkerReady stated, whole samples."""

    job: int
    seq: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class StopJob:
    """End this job between two pieces; ignored when it has ended."""

    job: int


@dataclass(frozen=True, slots=True)
class ChildPing:
    """Answer with ChildPong, also while rendering."""


@dataclass(frozen=True, slots=True)
class ChildPong:
    """The answer to ChildPing."""


@dataclass(frozen=True, slots=True)
class ChildBye:
    """Close the backend and exit."""


@dataclass(frozen=True, slots=True)
class ChildLog:
    """A line for the server's log; `level` is one of Python's level numbers."""

    level: int
    message: str
