"""How loud a voice speaks: measured once, and kept in a file beside it. The files of voices do not say it."""

from __future__ import annotations

from voice_server.worker.api import LoudnessFile, measured_lufs

from .model import Model, Scales
from .speakers import Speaker

_TEXT = "1 2 3 4 5 6 7 8 9 10 11 12."
"""Read as words in every language."""


def loudness_of(voice: str, speaker: Speaker, model: Model) -> float | None:
    """Return the voice's loudness in LUFS, measured unless the file beside it tells; None for silence."""
    status = speaker.file.stat()
    beside = speaker.file.with_name(speaker.file.name + ".loudness.json")
    kept = LoudnessFile(beside, [status.st_size, status.st_mtime_ns])
    return kept.lufs_of(voice, lambda: _measured(speaker, model))


def _measured(speaker: Speaker, model: Model) -> float | None:
    config = model.config
    scales = Scales(config.length_scale, config.noise_scale, config.noise_w_scale)
    phonemes = [each for sentence in model.sentences(_TEXT) for each in sentence]
    samples, _ = model.render(phonemes, scales, speaker.number, 0)
    return measured_lufs(samples, config.sample_rate)
