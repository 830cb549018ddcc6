"""Recordings to clone voices from: the files of one folder, each a voice of its file's name.

Worker and server both list the folder with this code: the worker to find a recording, the server to know the
names, so that a new file in the folder is a voice at once. Rules: names are looked up in a
listing and never joined to a path; what is no plain file, has a control character in its name, is larger than
20 MiB or shares its name with another is not listed. Standard library only: backends import it.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from voice_server.core.types import Voice
from voice_server.errors import RequestError, UnknownName

SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".opus")
_KINDS = ", ".join(suffix[1:] for suffix in SUFFIXES)
SAMPLES_VARIABLE = "VOICE_SERVER_SAMPLES"
"""Tells a worker where the folder is."""

MAX_SAMPLE_SECONDS = 30.0
"""What is used of a longer recording."""

_UNREAD_SUFFIXES = (".m4a", ".mp4", ".webm", ".aac", ".wma", ".aif", ".aiff", ".amr", ".caf")
"""Recordings that no backend reads: they are passed over, and that is told."""

_MAX_BYTES = 20 * 1024 * 1024
_CLOCK_NS = 2_000_000_000
_QUIETEST = 0.01
_SILENT_SHARE = 0.9
_FULL_SCALE = 0.999
_CLIPPED_SHARE = 0.01


def samples_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder of this worker, if it has one."""
    named = environ.get(SAMPLES_VARIABLE)
    return Path(named) if named else None


def list_samples(folder: Path | None) -> Mapping[str, Path]:
    """The recordings by the name of their voice, in order."""
    if folder is None or not folder.is_dir():
        return {}
    changed_at = folder.stat().st_mtime_ns
    if abs(time.time_ns() - changed_at) < _CLOCK_NS:
        _listing.cache_clear()  # another file may come within this tick of the file system's clock
    return _listing(folder, changed_at)


@lru_cache(maxsize=4)
def _listing(folder: Path, _changed_at_ns: int) -> Mapping[str, Path]:
    return {_name(file): file for file, fault in _checked_files(folder) if not fault}


def skipped_samples(folder: Path | None) -> dict[str, str]:
    """Files that look like recordings and are not listed, and what is wrong with each."""
    return {file.name: fault for file, fault in _checked_files(folder) if fault}


def _checked_files(folder: Path | None) -> list[tuple[Path, str]]:
    """The files with a recording's suffix, in order, each with what is wrong with it or ""."""
    if folder is None or not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        judged = [
            (Path(entry.path), _fault(entry))
            for entry in entries
            if Path(entry.name).suffix.lower() in (*SUFFIXES, *_UNREAD_SUFFIXES)
        ]
    names = Counter(_name(file) for file, fault in judged if not fault)
    return sorted(
        (file, fault or ("has the name of another one" if names[_name(file)] > 1 else ""))
        for file, fault in judged
    )


def _fault(entry: os.DirEntry[str]) -> str:
    if Path(entry.name).suffix.lower() in _UNREAD_SUFFIXES:
        return f"is of a kind that is not read; convert it to one of {_KINDS}"
    if not _name(Path(entry.name)):
        return "has a name of blanks only"
    if not entry.is_file(follow_symlinks=False):
        return "is no plain file"
    if not entry.name.isprintable():
        return "has a control character in its name"
    return f"is larger than {_MAX_BYTES >> 20} MiB" if entry.stat().st_size > _MAX_BYTES else ""


def _name(file: Path) -> str:
    # Some systems keep an accent apart from its letter; who types the name does not, nor a blank at its ends.
    return normalize("NFC", file.stem).strip()


def sample_voices(folder: Path | None, language: str) -> list[Voice]:
    """The voices that can be cloned."""
    return [Voice(name, name, language, kind="sample") for name in list_samples(folder)]


def without_hidden_samples(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """The voices without the recordings that have the name of a built-in one, which keeps it."""
    listed = tuple(voices)
    built_in = {voice.id.casefold() for voice in listed if voice.kind != "sample"}
    return tuple(each for each in listed if each.kind != "sample" or each.id.casefold() not in built_in)


def find_sample(folder: Path | None, name: str) -> Path:
    """The recording of a voice. Raises UnknownName."""
    found = list_samples(folder)
    if name not in found:
        raise UnknownName("voice", name, found)
    return found[name]


def check_sample(name: str, magnitudes: Any, sample_rate_hz: int, *, shortest_s: float) -> None:
    """Raise RequestError, which says what to do, for a recording that makes no good clone.

    `magnitudes` is a numpy array of absolute sample values, full scale at 1.
    """
    if not sample_rate_hz:
        raise unreadable_sample(name)  # what the reader of mp3 makes of a text
    seconds = len(magnitudes) / sample_rate_hz
    if seconds < shortest_s:
        raise _bad_sample(name, f"is {seconds:.1f} s long; record at least {shortest_s:g} s, best 8 to 15 s")
    if not magnitudes.max() > _QUIETEST:
        raise _bad_sample(name, "is silent; record it louder")
    if (magnitudes > _QUIETEST).mean() < 1 - _SILENT_SHARE:
        raise _bad_sample(name, "is almost all silence; cut the pauses out, or record it louder")
    if (magnitudes >= _FULL_SCALE).mean() > _CLIPPED_SHARE:
        raise _bad_sample(name, "is clipped: too much of it is at full scale; record it at a lower level")


def unreadable_sample(name: str) -> RequestError:
    """The error of a file that does not hold what its suffix says."""
    return _bad_sample(name, f"cannot be read; it must be {_KINDS} and complete")


def _bad_sample(name: str, why: str) -> RequestError:
    return RequestError(f"the voice sample {name} {why}", code="bad_sample")
