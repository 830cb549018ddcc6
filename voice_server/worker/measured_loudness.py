"""Measures how loud the voices are of an engine that does not know it: each says a text once.

That is for adapters with `measured_loudness = True`. The figure is kept in the user's cache, by the adapter,
its settings and the recording that a voice is cloned from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from voice_server.core.audio.loudness import measured_lufs
from voice_server.core.audio.pcm import to_pcm
from voice_server.core.options import complete_options
from voice_server.core.types import WordMark
from voice_server.errors import RenderError, UnknownName
from voice_server.worker.adapter import options_of
from voice_server.worker.api import Backend
from voice_server.worker.cache_folder import cache_folder
from voice_server.worker.loudness_file import LoudnessFile
from voice_server.worker.samples import find_sample, samples_folder

TEXT = "1 2 3 4 5 6 7 8."
"""Read as words in every language."""


class MeasuredLoudness:
    """The loudness of the voices of one backend, which was made with `settings`."""

    def __init__(self, backend: Backend, adapter: Path, settings: Mapping[str, Any]) -> None:
        self._backend = backend
        made_of = json.dumps([str(adapter), dict(settings)], sort_keys=True, default=str)
        name = hashlib.sha256(made_of.encode()).hexdigest()[:32]
        self._file = LoudnessFile(cache_folder() / "loudness" / f"{name}.json", made_of)

    def lufs_of(self, voice: str, poll: Callable[[], object]) -> float | None:
        """Return how loud a voice is, None if that cannot be found out; its first use takes a render.

        `poll` is called between the pieces of that, and may raise. Raises UnknownName.
        """
        return self._file.lufs_of(voice + _recording_of(voice), lambda: self._measure(voice, poll))

    def _measure(self, voice: str, poll: Callable[[], object]) -> float | None:
        import numpy as np  # noqa: PLC0415 - some engines have none, and want nothing measured

        pcm: list[bytes] = []

        def take(piece: Any) -> bool:
            poll()
            if not isinstance(piece, WordMark):
                pcm.append(to_pcm(piece))
            return False

        options = complete_options(options_of(self._backend), {"seed": 0})
        push = getattr(self._backend, "push", None)
        try:
            if push is not None:
                push(TEXT, voice, options, take)
            else:
                for piece in self._backend.synthesize(TEXT, voice, options):
                    take(piece)
        except RenderError:
            return None
        samples = np.frombuffer(b"".join(pcm), "<i2") / 32768
        return measured_lufs(samples, self._backend.sample_rate)


def _recording_of(voice: str) -> str:
    """What changes with the recording that a voice is cloned from; "" for a voice of the engine's own."""
    try:
        status = find_sample(samples_folder(), voice).stat()
    except (UnknownName, OSError):
        return ""
    return f" {status.st_size} {status.st_mtime_ns}"
