"""What clients are told of the loudspeakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


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


@dataclass(frozen=True, slots=True)
class TextProgress:
    """How much of a text has been heard: `heard_chars` of it as typed, in `heard_ms`.

    `stopped` is a text that was interrupted, skipped or stopped, `failed` one that could not be heard;
    `failure` is the last thing that went wrong, also with a single sentence, "" where nothing did.
    """

    state: Literal["waiting", "playing", "heard", "stopped", "failed"]
    heard_ms: float
    heard_chars: int
    failure: str = ""

    @property
    def is_over(self) -> bool:
        """Whether no more of the text will be heard."""
        return self.state not in ("waiting", "playing")
