"""How a client says who speaks the lines of a text that begin with a name."""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec

from voice_server.errors import RequestError

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

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SPEAKER_CHARS)]
_LABEL_NAME = re.compile(r"(?![\s*_])[^\n:：]+(?<![\s*_])")

Speakers = Annotated[
    dict[_Name, SpeakerChoice],
    msgspec.Meta(
        max_length=MAX_SPEAKERS, description="Who speaks the lines that begin with a name and a colon."
    ),
]
"""Speakers by their names; see `check_name`."""


def check_name(name: str) -> None:
    """Raise RequestError for a name that no line can begin with."""
    if not _LABEL_NAME.fullmatch(name):
        raise RequestError(
            "the name of a speaker has no colon or line break in it, and no blank, star or underscore at "
            f"its ends, unlike {name[:MAX_SPEAKER_CHARS]!r}",
            code="invalid_speaker",
        )
