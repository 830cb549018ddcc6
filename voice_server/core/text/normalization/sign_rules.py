"""Signs within a sentence: "A → B", "x = 5", "R&D", "C#", "№ 5", "50+"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule, is_of_lengths
from voice_server.core.text.offsets import Edit

_NUMBER_BEHIND = re.compile(r"\d{1,7}(?:[.,]\d{1,3})?")


def sign_rules(language: Language) -> list[Rule]:
    """Each sign where it stands as one: between words, or before or behind a number."""
    words = language.words
    between = {
        "&": words.and_, "→": words.arrow, "⇒": words.arrow, "->": words.arrow, "=>": words.arrow,
        "↔": words.and_, "=": words.equals, "==": words.equals, "≠": words.is_not, "!=": words.is_not,
        "≈": words.about, "×": words.times,
        "÷": words.divided_by, "±": words.plus_or_minus, "≤": words.at_most, "≥": words.at_least,
        "<=": words.at_most, ">=": words.at_least, "−": words.minus,
    }  # fmt: skip
    signs = "|".join(map(re.escape, sorted(between, key=len, reverse=True)))
    edits = _Signs(language, between)
    joining = rf"(?<=[\w)\].\"'%°])(?P<before>\s*)(?P<sign>{signs})(?P<behind>\s*)(?=[\w(\[\"'$€£\-−])"
    return [
        Rule("signs", re.compile(joining), edits.read_between, any_of("& → ⇒ > ↔ = ≠ ≈ × ÷ ± ≤ ≥ −")),
        Rule(
            "signs",
            re.compile(r"(?<=[\w)])\s(?P<sign>[+<>])\s(?=[\w(])"),
            edits.read_operator,
            any_of("+ < >"),
        ),
        Rule("signs", re.compile(r"(?<=\w)\+(?![\w+])(?=[\s,.;:!?)]|\Z)"), edits.read_plus, any_of("+")),
        Rule("signs", re.compile(r"(?<!\w)[A-Z](?P<sign>\+\+|#)(?!\w)"), edits.read_name, any_of("+ #")),
        Rule(
            "signs",
            re.compile(r"(?<![\w&])(?P<sign>#|№|nº|§§?)\s?(?=\d)"),
            edits.read_before_number,
            any_of("# № º §"),
        ),
        Rule("signs", re.compile(r"(?P<sign>∞)"), edits.read_infinity, any_of("∞")),
        Rule("signs", re.compile(r"(?<=\d)(?P<sign>\+)(?=\d)"), edits.read_inside, any_of("+")),
        Rule("signs", re.compile(r"(?<=\w)\s?(?P<sign>@)\s?(?=\d)"), edits.read_inside, any_of("@")),
        Rule("signs", re.compile(r"(?<=\w)\s/\s(?=\w)"), edits.read_slash, any_of("/")),
        Rule("signs", re.compile(r"(?<=\w)–(?=\w)"), edits.read_range, any_of("–")),
        Rule("signs", re.compile(r"(?<![\w/])[≈~]\s?(?=[^\W\d_])"), edits.read_about, any_of("≈ ~")),
    ]


class _Signs:
    def __init__(self, language: Language, between: dict[str, str]) -> None:
        self._words = language.words
        self._between = between

    def read_between(self, match: re.Match[str]) -> Sequence[Edit]:
        """A sign that joins two words; "=" with a space on one side only is none."""
        if match["sign"] in ("=", "==", "->", "=>", "!=") and bool(match["before"]) != bool(match["behind"]):
            return ()
        space = self._words.space
        if match["sign"] == "×" and self._joins_lengths(match):
            return [Edit(*match.span(), space + self._words.by + space)]
        return [Edit(*match.span(), space + self._between[match["sign"]] + space)]

    def _joins_lengths(self, match: re.Match[str]) -> bool:
        number = _NUMBER_BEHIND.match(match.string, match.end())
        return number is not None and is_of_lengths(match.string, number.end())

    def read_operator(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "a + b", with spaces: without them "<" may be a remnant of markup."""
        words = {"+": self._words.plus, "<": self._words.less_than, ">": self._words.more_than}
        return [Edit(*match.span("sign"), words[match["sign"]])]

    def read_inside(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "90+4" and "4K@60"."""
        word = self._words.plus if match["sign"] == "+" else self._words.at
        return [Edit(*match.span(), f"{self._words.space}{word}{self._words.space}")]

    def read_slash(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "375 °F / 190 °C": a short pause."""
        return [Edit(*match.span(), ", " if self._words.space else "、")]

    def read_plus(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "50+"."""
        return [Edit(*match.span(), f"{self._words.space}{self._words.plus}")]

    def read_name(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "C++" and "C#"."""
        word = f"{self._words.plus} {self._words.plus}" if match["sign"] == "++" else "sharp"
        return [Edit(*match.span("sign"), f" {word}")]

    def read_before_number(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "#5" and "§ 5"."""
        word = self._words.section_sign if "§" in match["sign"] else self._words.number_sign
        return [Edit(*match.span(), word + self._words.space)]

    def read_about(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "~half"."""
        return [Edit(*match.span(), self._words.about + self._words.space)]

    def read_range(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "Monday–Friday"."""
        return [Edit(*match.span(), f"{self._words.space}{self._words.range}{self._words.space}")]

    def read_infinity(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "∞"."""
        return [Edit(*match.span(), self._words.infinity)]
