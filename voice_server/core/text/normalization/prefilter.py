"""What of a text tells which rules can find anything in it, so that the others are not asked.

Most sentences have no number and no sign at all, and each of some eighty patterns takes a microsecond or two
to find nothing. So a rule names the *atoms* of which every text has one that it changes, and the atoms of a
text are looked for once (the method of Google's RE2, whose FilteredRE2 takes them from the patterns
themselves). A rule without atoms is always asked.
"""

from __future__ import annotations

import re
from typing import Final

ANY_NUMBER: Final = "1"
VULGAR_FRACTIONS: Final = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"

_MARK: Final = re.compile(rf"[-@#&+<>=~/:–—−→⇒↔≠≈×÷±≤≥∞№º§\"″”0{VULGAR_FRACTIONS}]")
_SHAPES: Final = (
    (".a", re.compile(r"\.(?:[\w-]|,?\s[\da-z])")),
    ("I", re.compile(r"(?<![A-Za-z])[IVXL]{1,7}(?![A-Za-z])")),
)
_NUMBER: Final = re.compile(rf"[\d{VULGAR_FRACTIONS}]")
_BEHIND_DIGIT: Final = re.compile(r"\d\s?([^\d\s])")
_SHAPES_OF_NUMBERS: Final = (
    ("111", re.compile(r"\d{3}")),
    ("1111", re.compile(r"\d{4}")),
    ("1_1", re.compile(r"\d \d")),
    ("1a", re.compile(r"\d[^\W\d_]")),
    ("a1", re.compile(r"[^\W\d_]\d")),
)


def any_of(atoms: str) -> frozenset[str]:
    """Return these atoms, which are parted by spaces."""
    return frozenset(atoms.split())


def atoms_of(text: str) -> set[str]:
    """Return the atoms of a text.

    A mark is its own atom ("@"), and so is the digit "0". "1x" stands for a digit and behind it, or behind
    one space, the character "x", whatever that is; "111" and "1111" for so many digits in a row, "1_1" for
    two with a space between, "1a" and "a1" for a digit right before and right behind a letter. ".a" is a dot
    inside the text, "I" a Roman numeral or what looks like one, and "1" any number.
    """
    atoms = set(_MARK.findall(text))
    for atom, shape in _SHAPES:
        if shape.search(text):
            atoms.add(atom)
    if _NUMBER.search(text):
        atoms.add(ANY_NUMBER)
        for character in _BEHIND_DIGIT.findall(text):
            atoms.add("1" + character)
        for atom, shape in _SHAPES_OF_NUMBERS:
            if shape.search(text):
                atoms.add(atom)
    return atoms
