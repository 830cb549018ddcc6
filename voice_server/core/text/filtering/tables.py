"""Tables as sentences: each row with its first cell for a name, and the other cells behind their heads.

    | City   | Year | Index |
    |--------|------|-------|
    | Bergen | 2021 | 0.9   |      Bergen: Year 2021, Index 0.9.

Sources of the shapes: GitHub Flavored Markdown 0.29, "Tables", and the grids that Pandoc, reStructuredText
and database clients draw. A rule row may have fewer cells than the head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from voice_server.core.text.filtering.phrases import Phrases
from voice_server.core.text.offsets import Edit
from voice_server.core.types import Span

_RULE = re.compile(r"[ \t]*\|?[ \t]*:?[-–—]+:?[ \t]*(?:\|[ \t]*:?[-–—]+:?[ \t]*)*+\|?[ \t\r]*\n?")
_RULE_BEGINNING = re.compile(r"[ \t|:–—\r-]*")
_GRID_RULE = re.compile(r"[ \t]*\+(?:[-=:]+\+)+[ \t\r]*\n?")
_GRID_RULE_BEGINNING = re.compile(r"[ \t]*\+(?:[-=:+]*[ \t\r]*)?")
_BAR = re.compile(r"(?<!\\)\|")
_MARKUP = "*_`~ \t"
_YES = re.compile("(?:[✅✔✓☑🗸]\ufe0f?)+|\\[[xX]\\]")
_NO = re.compile("(?:[❌✗✘✖✕☒🚫⛔]\ufe0f?)+|\\[ \\]")
_NOTHING = re.compile(r"[-–—−.…]{0,3}|&nbsp;")
_ENDS_BY_ITSELF = (".", "!", "?", "…", "。", "！", "？", ":", "।")


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of a table's columns, without markup round them."""

    names: tuple[str, ...]

    @property
    def are_numbers(self) -> bool:
        """Whether a head that ends in a digit would run into the number below it."""
        return any(name[-1:].isdigit() for name in self.names[1:])


def heads_of(line: str) -> Heads:
    """The heads that a table's first row names."""
    cells = (line[start:end].replace("\\|", "|") for start, end in cells_of(line))
    return Heads(tuple(cell.strip(_MARKUP).rstrip(":") for cell in cells))


def cells_of(line: str) -> list[Span]:
    """Where the cells of a row stand, without white space round them."""
    bars = [bar.start() for bar in _BAR.finditer(line)]
    first = len(line) - len(line.lstrip())
    last = len(line.rstrip())
    edges = [-1, *bars, len(line)]
    if first in bars:
        edges = edges[1:]
    if last - 1 in bars and len(edges) > 2:
        edges = edges[:-1]
    return [_stripped(line, before + 1, end) for before, end in pairwise(edges)]


def _stripped(line: str, start: int, end: int) -> Span:
    cell = line[start:end]
    bare = cell.strip()
    start += len(cell) - len(cell.lstrip()) if bare else 0
    return start, start + len(bare)


def is_row(line: str) -> bool:
    """Whether a line may be a row of a table."""
    return _BAR.search(line) is not None


def is_rule(line: str) -> bool:
    """Whether a line is the rule below a table's head."""
    return "|" in line and _RULE.fullmatch(line) is not None


def may_be_rule(beginning: str) -> bool:
    """Whether a line that begins like this may be one."""
    return _RULE_BEGINNING.fullmatch(beginning) is not None


def is_grid_rule(line: str) -> bool:
    """Whether a line is a rule of a grid."""
    return _GRID_RULE.fullmatch(line) is not None


def may_be_grid_rule(beginning: str) -> bool:
    """Whether a line that begins like this may be one."""
    return _GRID_RULE_BEGINNING.fullmatch(beginning) is not None


def spoken_chars(line: str) -> int:
    """How much there is to say of a row."""
    return sum(end - start for start, end in cells_of(line))


def row_edits(line: str, heads: Heads | None, phrases: Phrases) -> list[Edit]:
    """The changes that make a sentence of a row; `line` has no line break."""
    said = [(cell, head, sign) for cell, head, sign in _filled_cells(line, heads, phrases)]
    edits: list[Edit] = []
    at = 0
    for number, (cell, head, sign) in enumerate(said):
        before = ""
        if number:
            before = _joint(
                line, said[number - 1][0], is_name=number == 1 and said[0][1] is None, heads=heads
            )
        if head is not None and not (number and len(heads.names) < 3 and sign is None):  # type: ignore[union-attr]
            before += f"{head}: " if heads is not None and heads.are_numbers else f"{head} "
        edits.append(Edit(at, cell[0], before))
        if sign is not None:
            edits.append(Edit(*cell, sign))
        else:
            edits += [Edit(bar, bar + 1) for bar in _escapes(line, cell)]
        at = cell[1]
    ending = "" if not said or line[slice(*said[-1][0])].rstrip(_MARKUP).endswith(_ENDS_BY_ITSELF) else "."
    edits.append(Edit(at, len(line), ending))
    return [edit for edit in edits if edit.end > edit.start or edit.replacement]


def _filled_cells(
    line: str, heads: Heads | None, phrases: Phrases
) -> Iterator[tuple[Span, str | None, str | None]]:
    """The cells that say something, with their heads, and what is said in place of a sign."""
    names: Sequence[str] = heads.names if heads else ()
    for column, cell in enumerate(cells_of(line)):
        content = line[slice(*cell)]
        if _NOTHING.fullmatch(content):
            continue
        head = names[column] if 0 < column < len(names) and names[column] else None
        yield cell, head, _sign(content, phrases)


def _sign(content: str, phrases: Phrases) -> str | None:
    if _YES.fullmatch(content):
        return phrases.yes
    return phrases.no if _NO.fullmatch(content) else None


def _joint(line: str, before: Span, *, is_name: bool, heads: Heads | None) -> str:
    """What stands between two cells: a colon behind the name of a row, else a comma."""
    if line[slice(*before)].rstrip(_MARKUP).endswith(_ENDS_BY_ITSELF):
        return " "
    if not is_name or heads is None:
        return ", "
    return ", " if heads.are_numbers else ": "


def _escapes(line: str, cell: Span) -> Iterator[int]:
    """Where the backslashes before bars stand in a cell."""
    at = line.find("\\|", *cell)
    while at >= 0:
        yield at
        at = line.find("\\|", at + 2, cell[1])
