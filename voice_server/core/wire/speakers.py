"""How a client says who speaks the lines of a text that begin with a name."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

MAX_SPEAKERS: Final = 32
MAX_SPEAKER_CHARS: Final = 60

_Voice = Annotated[str, msgspec.Meta(min_length=1, max_length=400)] | int


class Speaker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody whose lines begin with a name; what is None is as for the rest of the text."""

    voice: _Voice | None = None
    backend: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    speed: float | None = None


SpeakerChoice = _Voice | Speaker | None
"""A voice alone stands for a `Speaker` with it, None for one who speaks like the rest."""

_Name = Annotated[str, msgspec.Meta(max_length=MAX_SPEAKER_CHARS, pattern=r"^[^\s:：*_][^\n:：]*$")]

Speakers = Annotated[
    dict[_Name, SpeakerChoice],
    msgspec.Meta(
        max_length=MAX_SPEAKERS, description="Who speaks the lines that begin with a name and a colon."
    ),
]
"""Speakers by their names, which have no colon and begin with no star, underscore or white space."""
