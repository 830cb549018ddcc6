"""Weighted mixes of voices: how they are written, and those that were saved under a name.

A mix is written `af_bella(2)+af_sky(1)`, or with a comma for the plus; a weight of 1 may be left out. Saved
mixes live in one small JSON file that is replaced as a whole, so that a crash leaves the old one. Names are
words, never paths.
"""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from voice_server.errors import NoStorage, RequestError, TooMuch
from voice_server.process.output_file import OutputFile

MAX_PARTS = 8
MAX_SAVED = 1000
_PART = re.compile(r"([^()+\s]{1,80})(?:\((\d{1,4}(?:\.\d{1,4})?)\))?")
_SEPARATOR = re.compile(r"[+,]")
_MAX_NAME_CHARS = 64
_NAME = re.compile(rf"[a-z0-9][a-z0-9_.-]{{0,{_MAX_NAME_CHARS - 1}}}")


@dataclass(frozen=True, slots=True)
class Mix:
    """Voices with their weights, in the order they were given."""

    parts: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        return "+".join(f"{voice}({weight:g})" for voice, weight in self.parts)


def parse_mix(text: str) -> Mix | None:
    """The mix that a text means; None when it is a plain name. Raises RequestError for a malformed mix."""
    if len(_split(text)) == 1 and "(" not in text:
        return None
    parts = tuple((voice, float(weight or 1)) for voice, weight in _written_parts(text))
    if not all(weight > 0 for _, weight in parts):
        raise _badly_written()
    return Mix(parts)


def looks_like_mix(name: str) -> bool:
    """Whether a name that no voice has is a mix, rather than a language with a speaker (`de+f3`)."""
    voices = _split(name)
    return "(" in name or (len(voices) > 1 and all("_" in voice for voice in voices))


def name_for_mix(text: str) -> str:
    """A name that says what is in a mix: `af_bella(2)+af_sky` is `af_bella-2_af_sky`. Raises RequestError."""
    words = (f"{voice}-{weight}" if weight else voice for voice, weight in _written_parts(text))
    return "_".join(words).lower()[:_MAX_NAME_CHARS]


def _split(text: str) -> list[str]:
    """What stands between plus signs or commas; no more of it than shows that it is too much."""
    return _SEPARATOR.split(text, MAX_PARTS)


def _written_parts(text: str) -> list[tuple[str, str | None]]:
    """The voices of a mix, each with its weight as written or None."""
    written = _split(text)
    if len(written) > MAX_PARTS:
        raise TooMuch(f"a mix has at most {MAX_PARTS} voices", code="invalid_mix")
    parts: list[tuple[str, str | None]] = []
    for part in written:
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise _badly_written()
        parts.append((found[1], found[2]))
    return parts


def _badly_written() -> RequestError:
    return RequestError(
        "a mix is written like af_bella(2)+af_sky(1), with weights above 0", code="invalid_mix"
    )


class SavedMix(msgspec.Struct, frozen=True, kw_only=True):
    """A mix under a name of the user's."""

    id: str
    mix: str
    backend: str


class MixStore(Mapping[str, SavedMix]):
    """The saved mixes by name, kept in `file`; without a file they last as long as the store."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._mixes: dict[str, SavedMix] = {}
        self.read_again()

    def read_again(self) -> None:
        """Take what the file holds by now; one that is missing or damaged changes nothing."""
        if self._file is not None:
            with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeError):
                if not self._file.is_file():
                    return  # a pipe would keep the server waiting for whoever writes
                saved = msgspec.json.decode(self._file.read_bytes(), type=list[SavedMix])
                self._mixes = {each.id: each for each in saved}

    def __getitem__(self, name: str) -> SavedMix:
        return self._mixes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._mixes)

    def __len__(self) -> int:
        return len(self._mixes)

    def save(self, mix: SavedMix) -> None:
        """Keep a mix, in place of one of the same name.

        Raises RequestError for a name that is none, NoStorage where it cannot be kept: then nothing changed.
        """
        if not _NAME.fullmatch(mix.id):
            raise RequestError(
                f"name must be 1 to {_MAX_NAME_CHARS} of a-z, 0-9, dot, - and _, "
                "beginning with a letter or digit",
                code="invalid_name",
            )
        if len(self._mixes) >= MAX_SAVED and mix.id not in self._mixes:
            raise TooMuch(f"at most {MAX_SAVED} mixes can be saved; delete one first")
        self._keep(self._mixes | {mix.id: mix})

    def delete(self, name: str) -> bool:
        """Forget a mix; whether there was one. Raises NoStorage, and then it is still there."""
        if name not in self._mixes:
            return False
        self._keep({each: mix for each, mix in self._mixes.items() if each != name})
        return True

    def _keep(self, mixes: dict[str, SavedMix]) -> None:
        if self._file is not None:
            try:
                _replace(self._file, msgspec.json.format(msgspec.json.encode(list(mixes.values()))))
            except OSError as error:
                raise NoStorage(
                    "the saved mixes could not be written, and have not changed", error
                ) from error
        self._mixes = mixes


def _replace(file: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "what stands in their place is no plain file")
    output = OutputFile(file)
    try:
        output.file.write(content)
        output.keep()
    finally:
        output.discard()
