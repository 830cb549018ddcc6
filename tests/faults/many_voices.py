"""An engine with a thousand voices of similar names, which can be mixed; all of them say a short silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from voice_server.worker.api import Capabilities, Option, Voice

NAMES = tuple(f"{language}f_speaker_{number:03d}" for language in "abcdefghij" for number in range(100))


class Backend:
    """Takes two options; whatever the text, it is silent for 50 ms."""

    sample_rate = 24_000
    options = (Option("speed", "number", 1.0, 0.1, 10.0), Option("style", "text", ""))
    capabilities = Capabilities(mixes=True)

    def voices(self) -> list[Voice]:
        """All thousand."""
        return [Voice(name, name, "en-us", "female") for name in NAMES]

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[bytes]:
        """Yield the silence."""
        del text, voice, options
        yield bytes(2400)
