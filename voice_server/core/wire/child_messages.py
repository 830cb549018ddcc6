"""The messages between the server and any child process, whether a worker or a player.

A job is what pieces of audio belong to: to a worker, a segment that it renders; to a player, a track that it
plays.
"""

from __future__ import annotations

from dataclasses import dataclass

PROTOCOL_VERSION = 1


@dataclass(frozen=True, slots=True)
class JobAudio:
    """A piece of a job's audio, from a worker or to a player: whole samples of int16 little-endian mono PCM.

    A worker sends it at the rate that its WorkerReady states; a player takes 24 000 Hz. `seq` counts the
    pieces of a job from 0.
    """

    job: int
    seq: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class StopJob:
    """End this job between two pieces of audio; ignored when the job has ended."""

    job: int


@dataclass(frozen=True, slots=True)
class ChildPing:
    """Answer with ChildPong, even while a job goes on."""


@dataclass(frozen=True, slots=True)
class ChildPong:
    """The answer to ChildPing."""


@dataclass(frozen=True, slots=True)
class ChildBye:
    """Close the backend or the sound device, and exit."""


@dataclass(frozen=True, slots=True)
class ChildLog:
    """A line for the server's log; `level` is one of the numbers of Python's `logging`."""

    level: int
    message: str
