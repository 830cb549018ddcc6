"""The splitter's own labelled texts: answers as chat models write them, and short cases of every kind.

In both files "¦" stands where a sentence ends. In `answers.txt` a text begins behind a line "=== name
language", and every line that has a word ends a sentence too, but for those of code, which only ends with its
fence.
In `cases.txt` each line is "language|text". Self-made: what they measure is the author's idea of a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions

_HERE = Path(__file__).parent
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the offsets at which its sentences end, and those where it is left open."""

    name: str
    language: str
    text: str
    ends: frozenset[int]
    open_ends: frozenset[int]

    @property
    def sentences(self) -> list[str]:
        """The sentences, in order."""
        offsets = [0, *sorted(self.ends | {len(self.text)})]
        return [
            self.text[start:end].strip() for start, end in pairwise(offsets) if self.text[start:end].strip()
        ]

    def found(self, language: str | None) -> set[int]:
        """Where the splitter ends sentences, the end of the text and what is left open apart."""
        splitter = Splitter(SplitterOptions(language=language))
        pieces = splitter.feed(self.text) + splitter.finish()
        return {piece.end for piece in pieces} - self.open_ends - {len(self.text)}


def answers() -> list[Example]:
    """Whole answers with headings, lists, tables, code and quotations, in 25 languages."""
    blocks = re.split(r"(?m)^=== ", (_HERE / "answers.txt").read_text("utf-8"))[1:]
    return [_answer(*block.partition("\n")[::2]) for block in blocks]


def cases() -> list[Example]:
    """Single sentences that must not be cut, and pairs and triples that must."""
    lines = (_HERE / "cases.txt").read_text("utf-8").splitlines()
    return [_case(number, *line.split("|", 1)) for number, line in enumerate(lines, 1)]


def _answer(head: str, marked: str) -> Example:
    name, language = head.split()
    text, ends, open_ends, is_code = "", set[int](), set[int](), False
    for line in marked.rstrip("\n").split("\n"):
        for part in line.split("¦")[:-1]:
            text += part
            ends.add(len(text))
        text += line.rpartition("¦")[2]
        is_fence = line.lstrip().startswith(_FENCE)
        is_code ^= is_fence
        is_end = not is_code if is_fence else not is_code and re.search(r"\w", line) is not None
        (ends if is_end else open_ends).add(len(text))
        text += "\n"
    text = text.rstrip("\n")
    return Example(name, language, text, frozenset(ends) - {len(text)}, frozenset(open_ends - ends))


def _case(number: int, language: str, marked: str) -> Example:
    text, ends = "", set[int]()
    for part in marked.split("¦")[:-1]:
        text += part
        ends.add(len(text))
    text += marked.rpartition("¦")[2]
    return Example(f"line {number}", language, text, frozenset(ends), frozenset())
