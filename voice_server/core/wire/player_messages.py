"""What server and player say to each other.

To the player: PlayerOpen, JobAudio, TrackComplete, StopJob, PausePlayer, ResumePlayer, SetVolume,
ChildPing, ChildBye. From it: PlayerOpened, TrackHeard, ChildLog, ChildPong. A job is a track: JobAudio makes
it and adds to it, TrackComplete says that nothing follows, TrackHeard how much of it has left the
loudspeakers. Nothing is told of a track after the TrackHeard that says it is over.
"""

from __future__ import annotations

from dataclasses import dataclass

from voice_server.core.wire.child_messages import ChildBye, ChildLog, ChildPing, ChildPong, JobAudio, StopJob


@dataclass(frozen=True, slots=True)
class PlayerOpen:
    """The first message to a player: the sound device by name, "" for the system's own choice."""

    protocol: int
    device: str


@dataclass(frozen=True, slots=True)
class PlayerOpened:
    """The player is ready: the device that it opened, "" where there is none, and all that there are."""

    device: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrackComplete:
    """All audio of a track has been sent."""

    job: int


@dataclass(frozen=True, slots=True)
class TrackHeard:
    """How much of a track has been heard since it began, and whether that was all."""

    job: int
    audio_bytes: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class PausePlayer:
    """Fall silent; nothing of what is pending is lost."""


@dataclass(frozen=True, slots=True)
class ResumePlayer:
    """Go on after PausePlayer."""


@dataclass(frozen=True, slots=True)
class SetVolume:
    """From 0 for silence to 1 for the sound as it is."""

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
