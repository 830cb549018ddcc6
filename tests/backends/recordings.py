"""Recordings that pass for a speaker."""

from __future__ import annotations

import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest


def record(
    file: Path,
    seconds: float,
    loudness: float = 0.3,
    seed: int = 0,
    *,
    rate_hz: int = 16_000,
    channels: int = 1,
    silent_share: float = 0.0,
) -> None:
    """Write noise into a WAV file, perhaps after silence."""
    count = int(rate_hz * seconds)
    noise = np.random.default_rng(seed).normal(0, loudness, (count, channels)).clip(-1, 1)
    noise[: int(count * silent_share)] = 0
    with wave.open(str(file), "wb") as out:
        out.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        out.writeframes((noise * 32767).astype("<i2").tobytes())


def convert(recording: Path, file: Path, *how: str) -> None:
    """Write a recording in another format; skips without ffmpeg."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("ffmpeg, which makes the recordings, is not installed")
    command = [ffmpeg, "-loglevel", "error", "-y", "-i", str(recording), *how, str(file)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


FORMATS = {
    "plain.wav": ("pcm_s16le",),
    "float.WAV": ("pcm_f32le",),
    "loud Speaker.mp3": ("libmp3lame",),
    "Zoë Müller.FLAC": ("flac",),
    "vorbis.ogg": ("libvorbis",),
    "opus.Ogg": ("libopus",),
    "stereo.wav": ("pcm_s16le", "-ac", "2"),
    "telephone.wav": ("pcm_s16le", "-ar", "8000"),
    "studio.flac": ("flac", "-ar", "96000"),
}
"""Names of recordings that are all usable, and how ffmpeg makes them: the codec, then its options."""


def record_formats(folder: Path, seconds: float) -> None:
    """Write one recording in every format."""
    original = folder / "original.wav"
    record(original, seconds)
    for name, (codec, *how) in FORMATS.items():
        convert(original, folder / name, "-c:a", codec, *how)


USELESS = {
    "hasty": "is 0.5 s long; record at least",
    "mute": "is silent; record it louder",
    "pausing": "is almost all silence; cut the pauses out",
    "shouting": "is clipped: too much of it is at full scale; record it at a lower level",
    "text": "cannot be read; it must be wav, mp3, flac, ogg, opus and complete",
    "empty": "cannot be read",
    "cut": "cannot be read",
}
"""Names of recordings that are of no use, and what is said of each."""


def record_useless(folder: Path, seconds: float) -> None:
    """Write recordings of no use."""
    record(folder / "hasty.wav", 0.5)
    record(folder / "mute.wav", seconds, loudness=0)
    record(folder / "pausing.wav", seconds * 4, silent_share=0.95)
    record(folder / "shouting.wav", seconds, loudness=2)
    (folder / "text.mp3").write_text("These are words about a voice, not a voice.\n" * 2000)
    (folder / "empty.flac").touch()
    record(folder / "whole.wav", seconds)
    (folder / "cut.ogg").write_bytes((folder / "whole.wav").read_bytes()[:30])
