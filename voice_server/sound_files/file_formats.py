"""The formats that sound is encoded in, and which of them the name of a file asks for.

`say` imports this file and must start fast, so the encoders, which load much, are in a file of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from voice_server.errors import ConfigError
from voice_server.process.output_file import STANDARD_OUTPUT

FormatName = Literal["mp3", "opus", "aac", "flac", "wav", "pcm", "f32", "mulaw", "alaw"]
"""`pcm` is int16, `f32` float32 of full scale ±1, both little endian; `mulaw` and `alaw` are ITU-T G.711."""

FORMAT_OF_SUFFIX: Mapping[str, FormatName] = {
    ".wav": "wav",
    ".mp3": "mp3",
    ".flac": "flac",
    ".opus": "opus",
    ".ogg": "opus",
    ".aac": "aac",
    ".pcm": "pcm",
    ".f32": "f32",
    ".ulaw": "mulaw",
    ".alaw": "alaw",
}
"""Every suffix that names a format; capitals are as good."""


def format_of(path: Path) -> FormatName:
    """The format that the suffix of a file's name asks for; WAV where it has none, and for `-`.

    What exists and is no plain file (a device, a pipe) takes WAV too where its suffix names no format. Raises
    ConfigError, which lists the suffixes, for any other suffix.
    """
    if path == STANDARD_OUTPUT or not path.suffix:
        return "wav"
    named = FORMAT_OF_SUFFIX.get(path.suffix.lower())
    if named is not None:
        return named
    if path.exists() and not path.is_file():
        return "wav"
    raise ConfigError(f"{path.name!r} names no format that there is; there are {', '.join(FORMAT_OF_SUFFIX)}")
