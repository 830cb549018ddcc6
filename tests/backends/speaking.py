"""Speaking through an adapter without a worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from voice_server.worker.api import Backend, Option, WordMark, complete_options


class Adapter(Backend, Protocol):
    """An adapter that declares options."""

    @property
    def options(self) -> Sequence[Option]:
        """What `synthesize` understands."""


def speak(backend: Adapter, text: str, voice: str, **options: Any) -> tuple[bytes, list[WordMark]]:
    """All audio of a text, and its word marks."""
    pieces = list(backend.synthesize(text, voice, complete_options(backend.options, options)))
    pcm = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    return pcm, [piece for piece in pieces if isinstance(piece, WordMark)]
