"""Short names of weekdays: "Mon–Fri", "Sat. & Sun.", "Tue, Jan 5", "Mo.–Do."."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule, ends_text
from voice_server.core.text.offsets import Edit

_FURTHER = {
    "en": {"Tues": 1, "Weds": 2, "Thur": 3, "Thurs": 3},
    "pl": {"pn": 0, "wto": 1, "śro": 2, "czw": 3, "pt": 4, "so": 5, "nd": 6},
}
"""Short names that CLDR does not have."""


def weekday_rules(language: Language) -> list[Rule]:
    """Where it is plain that a day is meant: two of them joined, or one before a date or a time."""
    if not language.words.spells_numbers:
        return []
    days = _Weekdays(language)
    name = "|".join(map(re.escape, sorted(days.forms, key=len, reverse=True)))
    joined = re.compile(
        rf"(?<!\w)(?P<first>{name})(?P<dot>\.?)(?P<sign>\s?[–&-]\s?)(?P<last>{name})(?P<last_dot>\.?)(?!\w)"
    )
    rules = [Rule("dates", joined, days.read_joined, any_of("– & -"))]
    mark = r"\.?,?" if language.tag == "en" else r"(?:\.,?|,)"
    alone = re.compile(rf"(?<!\w)(?P<day>{name}){mark}(?=\s(?:\d|{days.months}))")
    return [*rules, Rule("dates", alone, days.read_alone)]


class _Weekdays:
    def __init__(self, language: Language) -> None:
        self._words = language.words
        names = language.names
        self._names = names.weekdays("wide")
        short = {name.rstrip("."): day for day, name in names.weekdays("abbreviated").items()}
        numbers = {**short, **_FURTHER.get(language.tag, {})}
        self.forms = {form: day for name, day in numbers.items() for form in (name, name.capitalize())}
        months = {name.capitalize() for name in names.months() if not name[0].isdigit()}
        self.months = "|".join(map(re.escape, sorted(months, key=len, reverse=True)))

    def read_joined(self, match: re.Match[str]) -> Sequence[Edit]:
        """Both names, with the word for the sign between them."""
        space, is_and = self._words.space, "&" in match["sign"]
        word = self._words.and_ if is_and else self._words.range
        last_dot = "." * (bool(match["last_dot"]) and ends_text(match.string, match.end()))
        return [
            Edit(match.start("first"), match.end("dot"), self._names[self.forms[match["first"]]]),
            Edit(*match.span("sign"), f"{space}{word}{space}"),
            Edit(match.start("last"), match.end(), self._names[self.forms[match["last"]]] + last_dot),
        ]

    def read_alone(self, match: re.Match[str]) -> Sequence[Edit]:
        """The name before a date."""
        comma = "," * match[0].endswith(",")
        return [Edit(*match.span(), self._names[self.forms[match["day"]]] + comma)]
