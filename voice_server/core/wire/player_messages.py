"""The messages between the server and the player, the process that plays on the loudspeakers.

To the player: PlayerOpen, JobAudio, TrackComplete, StopJob, PausePlayer, ResumePlayer, SetVolume, ChildPing,
ChildBye. From it: PlayerOpened, TrackHeard, ChildLog, ChildPong. Laws:

1. PlayerOpen is the first message, PlayerOpened the first answer.
2. A job is a track. Its first JobAudio makes it, the others add to its end, and TrackComplete says that no
   more will come.
3. TrackHeard says how much of a track has left the loudspeakers. The player sends nothing about a track after
   the TrackHeard that says it is over, or once it has received its StopJob.
"""

from __future__ import annotations

from dataclasses import dataclass

from voice_server.core.wire.child_messages import ChildBye, ChildLog, ChildPing, ChildPong, JobAudio, StopJob


@dataclass(frozen=True, slots=True)
class PlayerOpen:
    """The first message: the sound device to open, by name, "" for the system's default."""

    protocol: int
    device: str


@dataclass(frozen=True, slots=True)
class PlayerOpened:
    """The device has been opened: its name, "" where there is none, and the names of all devices."""

    device: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrackComplete:
    """All audio of a track has been sent."""

    job: int


@dataclass(frozen=True, slots=True)
class TrackHeard:
    """How many bytes of a track have been heard since it began, and whether that was all of it."""

    job: int
    audio_bytes: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class PausePlayer:
    """Play silence until ResumePlayer; nothing of the tracks is lost."""


@dataclass(frozen=True, slots=True)
class ResumePlayer:
    """Go on where PausePlayer stopped."""


@dataclass(frozen=True, slots=True)
class SetVolume:
    """The factor for all samples, from 0 for silence to 1 for the sound as it is."""

    level: float


PlayerRequest = (
    PlayerOpen
    | JobAudio
    | TrackComplete
    | StopJob
    | PausePlayer
    | ResumePlayer
    | SetVolume
    | ChildPing
    | ChildBye
)
PlayerAnswer = PlayerOpened | TrackHeard | ChildLog | ChildPong
