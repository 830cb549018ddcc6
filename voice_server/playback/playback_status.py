"""What clients are told of the loudspeakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """A text on the list, as clients see it."""

    id: int
    state: str
    voice: str
    language: str
    backend: str
    text: str
    heard_ms: float


@dataclass(frozen=True, slots=True)
class PlaybackStatus:
    """The state of the loudspeakers: `volume` from 0 to 1, `device` "" where the machine has none."""

    is_paused: bool
    volume: float
    device: str
    playing: Sequence[PlaylistEntry]
    waiting: Sequence[PlaylistEntry]
