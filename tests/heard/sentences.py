"""The sixty sentences that are heard, ten of each kind, and how each may be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PLAIN = ("news", "questions", "names", "LLM style")
"""Kinds whose words are written as they are spoken."""
NORMALISED = ("numbers", "abbreviations")
"""Kinds that somebody has to read out: 1/2, kg, Oak St."""


@dataclass(frozen=True)
class Sentence:
    """A text, what may be heard in it, and its kind."""

    kind: str
    text: str
    readings: tuple[str, ...]


def _read() -> tuple[Sentence, ...]:
    lines = Path(__file__).with_name("english.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    return tuple(Sentence(kind, text, tuple(readings) or (text,)) for kind, text, *readings in rows)


SENTENCES = _read()
"""In each row of the file: the kind, the text, and its readings where they are others than the text."""
