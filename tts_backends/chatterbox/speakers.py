"""What the models make of a recording, made once: kept in memory and, for all workers, on disk.

A speaker is known by the contents of the recording, so that a file of the same name with another voice in it
is another speaker. Every request gets a copy, since the models write into what they are given.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections import OrderedDict
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import librosa
import numpy as np
import soundfile

from voice_server.worker.api import MAX_SAMPLE_SECONDS, check_sample, find_sample, unreadable_sample

_KEPT = 32
_SHORTEST_S = {"turbo": 5.1, "english": 1.0, "multilingual": 1.0}


class Speakers:
    """The clones of one model."""

    def __init__(self, model: Any, kind: str, folder: Path, samples: Path | None) -> None:
        self._model = model
        self._kind = kind
        self._samples = samples
        self._built_in = model.conds
        self._conditionals = sys.modules[type(model).__module__].Conditionals
        self._identity = f"{kind} {folder.resolve()}"
        self._kept: OrderedDict[str, Any] = OrderedDict()

    @property
    def has_built_in(self) -> bool:
        """Whether the model brings a voice of its own."""
        return self._built_in is not None

    def take(self, voice: str, *, norm_loudness: bool) -> Any:
        """Return what `generate` needs of a voice; None means the model's own.

        Raises UnknownName, or RequestError for a recording that cannot be used.
        """
        return _copy(self._find(voice, norm_loudness=norm_loudness))

    def take_built_in(self) -> Any:
        """The model's own voice."""
        return _copy(self._built_in)

    def _find(self, voice: str, *, norm_loudness: bool) -> Any:
        file = find_sample(self._samples, voice)
        identity = f"{self._identity} {norm_loudness} ".encode() + file.read_bytes()
        key = hashlib.sha256(identity).hexdigest()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        kept = _cache() / f"{key[:32]}.pt"
        if kept.is_file():
            made = self._conditionals.load(kept).to(self._model.device)
        else:
            made = self._make(voice, file, norm_loudness=norm_loudness)
            _keep(made, kept)
        self._kept[key] = made
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made

    def _make(self, voice: str, file: Path, *, norm_loudness: bool) -> Any:
        try:
            samples, rate_hz = librosa.load(file, sr=None, duration=MAX_SAMPLE_SECONDS)
        except Exception:  # every decoder has its own
            raise unreadable_sample(voice) from None
        check_sample(voice, np.abs(samples), int(rate_hz), shortest_s=_SHORTEST_S[self._kind])
        start = BytesIO()
        soundfile.write(start, samples, int(rate_hz), format="WAV", subtype="FLOAT")
        start.seek(0)
        extra = {"norm_loudness": norm_loudness} if self._kind == "turbo" else {}
        self._model.prepare_conditionals(start, **extra)
        return self._model.conds


def _copy(made: Any) -> Any:
    return type(made)(replace(made.t3), dict(made.gen))


def _cache() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "voice-server" / "chatterbox"


def _keep(made: Any, file: Path) -> None:
    # A full or read-only disk costs the other workers a second, no more.
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent) as half:
            made.save(half.name)
            with contextlib.suppress(FileExistsError):
                os.link(half.name, file)
