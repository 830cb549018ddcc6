"""Abbreviations, titles and Roman numerals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule, ends_text
from voice_server.core.text.offsets import Edit

_ARTICLES = {"en": "the ", "nl": "de "}
_RUSSIAN_CENTURIES = {
    "век": "-masculine",
    "века": "-masculine-genitive",
    "веку": "-masculine-dative",
    "веке": "-masculine-locative",
    "веком": "-masculine-ablative",
}
_QUEENS = re.compile("Elisabeth|Katharina|Margarethe|Beatrix|Vi[ck]toria")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_ROMAN = r"(?P<roman>(?=[IVXL]{1,7}(?!\w))(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?<=[IVXL])(?!\w|[.-]\w)"


def abbreviation_rules(language: Language) -> list[Rule]:
    """By what must follow: a number, a name, more of the sentence, or nothing in particular."""
    words = language.words
    rules = []
    for table, follows, needs in (
        (words.before_numbers, r"(?=\s?\d)", "1"),
        (words.titles, r"(?=\s(?:[^\W\d_a-zа-я]|(?:and|und|et|y|e|en|i|de|van|von)\s|&))", ""),
        (words.inside, r"(?=,?\s[\da-z])", ".a" if all(key.endswith(".") for key in words.inside) else ""),
        (words.behind_names, r"(?=[\s,;:!?)]|\Z)", ""),
        (words.abbreviations, r"(?!\w)", ""),
    ):
        if table:
            before = r"(?<=[a-z]\s)" if table is words.behind_names else r"(?<![\w.])"
            rules.append(
                Rule("abbreviations", _pattern(table, before, follows), _Table(table).read, any_of(needs))
            )
    if words.roman:
        rules += _roman_rules(language)
    return rules


def _pattern(table: Mapping[str, str], before: str, follows: str) -> re.Pattern[str]:
    keys = "|".join(map(re.escape, sorted(_forms(table), key=len, reverse=True)))
    return re.compile(rf"{before}(?P<written>{keys}){follows}")


def _forms(table: Iterable[str]) -> set[str]:
    """The keys, and those in lower case with a capital too."""
    return {
        form
        for key in table
        for form in (key, key[:1].upper() + key[1:] if key[:2].islower() or key[1:2] == "." else key)
    }


class _Table:
    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table

    def read(self, match: re.Match[str]) -> Sequence[Edit]:
        """The words; the dot of an abbreviation that ends the text also ends the sentence."""
        written = match["written"]
        spoken = self._table.get(written)
        if spoken is None:
            spoken = self._table[written[:1].lower() + written[1:]]
            spoken = spoken[:1].upper() + spoken[1:]
        is_last = written.endswith(".") and ends_text(match.string, match.end())
        return [Edit(*match.span("written"), spoken + "." * is_last)]


def _roman_rules(language: Language) -> list[Rule]:
    words = language.words
    reader = _Roman(language)
    counted = re.compile(rf"(?<!\w)(?:{words.counted_in_roman})\s{_ROMAN}")
    ruler = re.compile(rf"(?<!\w)(?:{words.regnal_names})\s{_ROMAN}")
    rules = [
        Rule("abbreviations", counted, reader.read_cardinal, any_of("I")),
        Rule("abbreviations", ruler, reader.read_ruler, any_of("I")),
    ]
    if language.tag == "it":
        century = re.compile(r"(?<!\w)(?P<roman>[IVX]{1,7})(?=\s[Ss]ecolo(?!\w))")
        rules.append(Rule("abbreviations", century, reader.read_ordinal, any_of("I")))
    if language.tag == "ru":
        century = re.compile(
            rf"(?<!\w)(?P<roman>[IVX]{{1,7}})(?=\s(?P<word>{'|'.join(_RUSSIAN_CENTURIES)})(?!\w))"
        )
        rules.append(Rule("abbreviations", century, reader.read_russian_century, any_of("I")))
    if language.tag == "fr":
        ordinal = re.compile(r"(?<!\w)(?P<roman>[IVX]{1,7})(?:er|ère|e|ème)(?!\w)")
        rules.append(Rule("abbreviations", ordinal, reader.read_ordinal))
    name = re.compile(rf"(?<!\w)[^\W\d_a-z][\w'’]+\s(?=[IVX]{{2,7}}(?!\w)){_ROMAN}")
    rules.append(Rule("abbreviations", name, reader.read_cardinal, any_of("I")))
    return rules


class _Roman:
    def __init__(self, language: Language) -> None:
        self._language = language

    def read_cardinal(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "World War II"."""
        return [
            Edit(*match.span("roman"), self._language.spelling.cardinal(str(roman_value(match["roman"]))))
        ]

    def read_ordinal(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "XXe siècle" and "XXI secolo"."""
        value = roman_value(match["roman"])
        return [Edit(*match.span(), self._language.spelling.ordinal(value, "-masculine"))]

    def read_russian_century(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "XX век", in the case of the noun."""
        form = _RUSSIAN_CENTURIES[match["word"]]
        return [
            Edit(*match.span("roman"), self._language.spelling.ordinal(roman_value(match["roman"]), form))
        ]

    def read_ruler(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "Henry VIII", as the language says the numbers of rulers."""
        value = roman_value(match["roman"])
        spelling, style = self._language.spelling, self._language.words.roman
        if style == "cardinal" or (style == "ordinal_to_ten" and value > 10):
            return [Edit(*match.span("roman"), spelling.cardinal(str(value)))]
        form = "-masculine" if self._language.words.gendered else ""
        if self._language.tag == "de":
            return self._german_ruler(match, value)
        article = _ARTICLES[self._language.tag] if style == "the_ordinal" else ""
        return [Edit(*match.span("roman"), article + spelling.ordinal(value, form))]

    def _german_ruler(self, match: re.Match[str], value: int) -> Sequence[Edit]:
        """ "Ludwig XIV.": the dot belongs to the number, and may also end the sentence."""
        text, end = match.string, match.end("roman")
        has_dot = text[end : end + 1] == "."
        article = "die" if _QUEENS.match(match[0]) else "der"
        spoken = f"{article} {self._language.spelling.ordinal(value).capitalize()}"
        end += has_dot
        return [Edit(match.start("roman"), end, spoken + "." * (has_dot and ends_text(text, end)))]


def roman_value(numeral: str) -> int:
    """The value of a Roman numeral in capitals, below ninety."""
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
