"""The languages whose packages a set-up may leave out: dictionaries are two fifths of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

_COMMAND = "run: voice-server setup kokoro"


@dataclass(frozen=True, slots=True)
class _Packages:
    """What reads a language: a group in pyproject.toml, and modules that are there if it is."""

    name: str
    group: str
    modules: tuple[str, ...]


_PACKAGES = {
    "j": _Packages("Japanese", "ja", ("fugashi", "unidic_lite")),
    "z": _Packages("Mandarin", "zh", ("jieba", "pypinyin")),
}


def left_out_languages() -> Mapping[str, str]:
    """The letters of the languages that cannot be read here, each with what to do about it."""
    return {
        letter: f"{each.name} needs packages that were left out; {_COMMAND} --with {each.group}"
        for letter, each in _PACKAGES.items()
        if any(find_spec(module) is None for module in each.modules)
    }
