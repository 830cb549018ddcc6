"""Dates and years: "Dec. 24", "2024-03-15", "3. Oktober 1990", "in 1984", "the 1990s"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from voice_server.core.text.normalization.number_syntax import WrittenNumber
from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule, ends_text
from voice_server.core.text.normalization.units import UNITS
from voice_server.core.text.offsets import Edit

_OBLIQUE_CASE = re.compile(
    r"(?:\b(?:[Aa]m|[Dd]em|[Dd]en|[Vv]om|[Zz]um|[Ss]eit|[Bb]is|[Aa]b|[Ii]m|[Bb]eim|[Nn]ach|[Vv]or))\s\Z"
)
"""What stands before a German date in the dative or accusative."""
_BEHIND_ARTICLE = re.compile(r"(?:\b(?:[Dd]er|[Dd]ieser|[Jj]eder|[Jj]ener))\s\Z")
_COUNTED = re.compile(r"\s(?:[a-z]{1,30}[^\W\d_sui]s|people|[A-Z]{3})\b")
"""What a number before it is no year of, but behind `_BEFORE_YEARS`."""
_BEFORE_YEARS = re.compile(
    r"(?:in|since|early|mid|late|spring|summer|autumn|fall|winter|year)\s", re.IGNORECASE
)
_RUSSIAN_IN = re.compile(r"(?<!\w)[Вв]\s\Z")
_RUSSIAN_YEARS = {
    "год": "-masculine",
    "года": "-masculine-genitive",
    "году": "-masculine-locative",
    "годом": "-masculine-ablative",
}


def date_rules(language: Language) -> list[Rule]:
    """Whole dates first, then days of a month, then years by what stands before them."""
    dates = _Dates(language)
    mark = "-" if language.words.space else "[-/]"
    iso = re.compile(
        rf"(?<![\w/.-])(?P<year>\d{{4}})(?P<mark>{mark})(?P<month>\d{{2}})(?P=mark)(?P<day>\d{{2}})(?![\w/-])"
    )
    numeric = re.compile(
        r"(?<![\w/.-])(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\w/-])"
    )
    rules = [
        Rule("dates", iso, dates.read_iso, any_of("1- 1/")),
        Rule("dates", numeric, dates.read_numeric, any_of("1/ 1. 1-")),
    ]
    if language.tag in ("de", "pl", "ru"):
        short = re.compile(r"(?<![\w/.,-])(?P<day>\d{1,2})\.(?P<month>0\d|1[0-2])\.?(?![\w/-]|\.?\d)")
        rules.append(Rule("dates", short, dates.read_short, any_of("1.")))
    elif not language.words.space:
        short = re.compile(r"(?<![\w/.,-])(?P<month>0?[1-9]|1[0-2])/(?P<day>1[3-9]|2\d|3[01])(?![\w/-])")
        rules.append(Rule("dates", short, dates.read_short, any_of("1/")))
    elif language.names.decimal_mark == ",":
        short = re.compile(r"(?<![\w/.,-])(?P<day>\d{1,2})/(?P<month>0\d|1[0-2])(?![\w/-])")
        rules.append(Rule("dates", short, dates.read_short, any_of("1/")))
    rules += [Rule("dates", pattern, dates.read_named) for pattern in dates.named_patterns()]
    if language.words.years_in_hundreds:
        context = re.compile(
            rf"(?:(?<!\w)(?:{language.words.year_context})\s|(?<=\())(?P<year>1[1-9]\d\d|20\d\d)(?![\w%°]|[.,:/-]\d)"
        )
        rules.append(Rule("dates", context, dates.read_year, any_of("1111")))
        units = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
        years = re.compile(
            r"(?<![\w.,/$€£¥₹~-])(?P<year>1[1-9]\d\d|20\d\d)(?P<range>\s?[–-]\s?)(?P<until>1[1-9]\d\d|20\d\d|\d\d)"
            rf"(?![\w/–-]|[.,:]\d|\s?(?:{units}|[%€£])(?!\w))"
        )
        rules.append(Rule("dates", years, dates.read_years, any_of("1111")))
    if language.tag == "en":
        decade = re.compile(r"(?<![\w.,])(?<!\d-)(?P<year>1[1-9]\d0|20\d0|['’]?\d0)['’]?s(?!\w)")
        rules.append(Rule("dates", decade, dates.read_decade, any_of("1s 1' 1’")))
        quarter = re.compile(r"(?<!\w)Q(?P<quarter>[1-4])(?P<mark>\s?['’])(?P<year>\d\d)(?!\w)")
        rules.append(Rule("dates", quarter, dates.read_quarter, any_of("a1")))
        due = re.compile(
            r"(?<!\w)(?:on|by|due|until|before|after|since|starting|ending|expires)\s"
            r"(?P<month>1[0-2]|[1-9])/(?P<day>[12]\d|3[01]|[1-9])(?![\w/]|[.,]\d)"
        )
        rules.append(Rule("dates", due, dates.read_due, any_of("1/")))
        fiscal = re.compile(r"(?<!\w)(?:FY|CY)\s?['’]?(?P<year>20\d\d)(?!\w)")
        rules.append(Rule("dates", fiscal, dates.read_fiscal_year, any_of("1111")))
    if language.tag == "de":
        decade = re.compile(r"(?<![\w.,])(?P<year>1[1-9]\d0|20[1-9]0|[2-9]0)er(?!\w)")
        rules.append(Rule("dates", decade, dates.read_german_decade, any_of("1e")))
    season = re.compile(r"(?<![\w.,/])(?P<year>(?:19|20)\d\d)(?P<mark>/)(?P<until>\d\d)(?![\w/]|[.,]\d)")
    rules.append(Rule("dates", season, dates.read_season, any_of("1/")))
    if language.tag == "ru":
        year = re.compile(r"(?<![\w.,-])(?P<year>\d{3,4})\s(?P<word>год|года|году|годом)(?!\w)")
        rules.append(Rule("dates", year, dates.read_russian_year, any_of("1г")))
        short = re.compile(r"(?<![\w.,-])(?P<year>1\d{3}|20\d\d)\sг\.(?!\w)")
        rules.append(Rule("dates", short, dates.read_russian_year_with_letter, any_of("1г")))
        behind_date = re.compile(r"(?<=\d{4}\s)г\.(?!\w)")
        rules.append(Rule("dates", behind_date, dates.read_russian_letter, any_of("1г")))
    return rules


class _Dates:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._words = language.words
        self._spelling = language.spelling
        self._months = language.names.months()

    def named_patterns(self) -> list[re.Pattern[str]]:
        """Dates with the name of a month, in the orders that the language has."""
        names = {form for name in self._months for form in (name, name.capitalize()) if not name[0].isdigit()}
        if self._language.tag in ("en", "de"):
            names = {name for name in names if name[0].isupper()}
        if self._language.tag == "en":
            names |= {"Sept"}
        if not names:
            return []
        month = r"(?P<month>" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")\.?(?!\w)"
        ending = r"(?:st|nd|rd|th|[ºª°]|er)?+"
        until = rf"(?:\s?[–-]\s?(?P<until>\d{{1,2}}){ending})?+"
        days = rf"(?P<days>(?P<day>\d{{1,2}}){ending}{until})"
        year = r"(?:,?\s(?:de\s|del\s)?(?P<year>1\d{3}|20\d\d)(?![\w]|[.,:]\d))?"
        days_with_dots = days.replace(ending, ending + r"\.?+")
        behind = re.compile(rf"(?<![\w.,:/-]){days_with_dots}\s(?P<of>of\s|de\s|d['’])?{month}{year}")
        if self._language.tag != "en":
            return [behind]
        return [re.compile(rf"(?<!\w){month}(?P<of>\s){days}(?![\w:%]|[.,]\d){year}"), behind]

    def read_named(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of a date with the name of a month."""
        day = int(match["day"])
        if not 1 <= day <= 31:
            return ()
        written = match["month"].lower().rstrip(".")
        month = self._months.get(written) or self._months[written[:3]]
        end = match.end("month")
        # The dot belongs to an abbreviated name; behind a whole one, and at the end, it ends the sentence.
        name = self._language.names.month(month)
        has_dot = match.string[end : end + 1] == "." and len(match["month"]) < len(name)
        if has_dot:
            end += 1
            name += "." * ends_text(match.string, end)
        spoken = self._day(day, match)
        if match["until"]:
            spoken += f" {self._words.range} {self._day(int(match['until']), match)}"
        if self._language.tag == "en" and not match["of"]:
            before = match.string[max(0, match.start() - 4) : match.start()].lower()
            spoken = f"{'' if before.endswith('the ') else 'the '}{spoken} of"
        edits = [
            Edit(match.start("month"), end, name),
            Edit(*match.span("days"), spoken),
        ]
        if match["year"]:
            edits.append(Edit(*match.span("year"), self._year_of_date(int(match["year"]))))
        return sorted(edits, key=lambda edit: edit.start)

    def read_iso(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of 2024-03-15."""
        return self._whole(match, int(match["year"]), int(match["month"]), int(match["day"]))

    def read_numeric(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of 3/15/2024 or 15.3.2024; none of what is no date."""
        first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
        if len(match["year"]) == 2:
            if match["mark"] != "/" and not (
                match["mark"] == "." and self._language.names.decimal_mark == ","
            ):
                return ()
            year += 2000 if year < 50 else 1900
        is_month_first = self._words.is_month_first and match["mark"] == "/" and first <= 12
        month, day = (first, second) if is_month_first else (second, first)
        if month > 12:
            month, day = day, month
        return self._whole(match, year, month, day)

    def read_short(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of a day and a month in digits, "24.12." or "15/03"."""
        day, month = int(match["day"]), int(match["month"])
        if not (1 <= day <= 31 and month):
            return ()
        last_dot = "." * (match[0].endswith(".") and ends_text(match.string, match.end()))
        if not self._words.space:
            return [Edit(*match.span(), f"{month}月{day}日")]
        spoken = self._words.day_month.format(
            day=self._day(day, match), month=self._language.names.month(month)
        )
        return [Edit(*match.span(), spoken + last_dot)]

    def read_year(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of a year behind a word that years stand behind."""
        if _COUNTED.match(match.string, match.end()) and not _BEFORE_YEARS.match(match[0]):
            return ()
        return [Edit(*match.span("year"), self._year(int(match["year"])))]

    def read_german_decade(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of "1990er" and "80er"."""
        return [Edit(*match.span("year"), self._spelling.year(int(match["year"])))]

    def read_season(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of "2024/25"; other pairs are no two years."""
        if int(match["until"]) != (int(match["year"]) + 1) % 100:
            return ()
        return [
            Edit(*match.span("year"), self._year(int(match["year"]))),
            Edit(*match.span("mark"), self._words.space),
            Edit(*match.span("until"), self._spelling.number(WrittenNumber(match["until"]))),
        ]

    def read_quarter(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of "Q2'24"."""
        return [
            Edit(*match.span("quarter"), " " + self._spelling.cardinal(match["quarter"])),
            Edit(match.start("mark"), match.end(), " " + self._spelling.cardinal(match["year"])),
        ]

    def read_due(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of "by 5/1"."""
        month = self._language.names.month(int(match["month"]))
        return [Edit(match.start("month"), match.end(), f"{month} {self._day(int(match['day']), match)}")]

    def read_fiscal_year(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of "FY2024"."""
        return [Edit(match.start() + 2, match.end(), " " + self._spelling.year(int(match["year"])))]

    def read_years(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of "1914–1918" and "1990-91"; "1990-80" is something else."""
        until = match["until"]
        if len(until) == 2 and until <= match["year"][2:]:
            return ()
        spoken = self._spelling.year(int(until)) if len(until) == 4 else self._spelling.cardinal(until)
        return [
            Edit(*match.span("year"), self._spelling.year(int(match["year"]))),
            Edit(*match.span("range"), f" {self._words.range} "),
            Edit(*match.span("until"), spoken),
        ]

    def read_decade(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of "1990s", "'90s" and "80s"."""
        digits = match["year"].lstrip("'’")
        year = int(digits)
        if year % 100 == 0:
            spoken = self._spelling.year(year) + "s" if year % 1000 else self._spelling.cardinal(digits) + "s"
        else:
            before = self._spelling.cardinal(digits[:2]) + " " if len(digits) == 4 else ""
            tens = self._spelling.cardinal(digits[-2:])
            spoken = before + (tens[:-1] + "ies" if tens.endswith("y") else tens + "s")
        return [Edit(*match.span(), spoken)]

    def read_russian_year(self, match: re.Match[str]) -> Sequence[Edit]:
        """Russian counts years: "в 1990 году" is "девяностом"."""
        form = _RUSSIAN_YEARS[match["word"]]
        return [Edit(*match.span("year"), self._spelling.ordinal(int(match["year"]), form))]

    def read_russian_year_with_letter(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "1990 г."."""
        is_in = _RUSSIAN_IN.search(match.string, max(0, match.start() - 4), match.start()) is not None
        word = "году" if is_in else "года"
        year = self._spelling.ordinal(int(match["year"]), _RUSSIAN_YEARS[word])
        last_dot = "." * ends_text(match.string, match.end())
        return [Edit(*match.span("year"), year), Edit(match.end() - 2, match.end(), word + last_dot)]

    def read_russian_letter(self, match: re.Match[str]) -> Sequence[Edit]:
        """The letter behind the year of a date, "3 октября 1990 г."."""
        return [Edit(*match.span(), "года" + "." * ends_text(match.string, match.end()))]

    def _whole(self, match: re.Match[str], year: int, month: int, day: int) -> Sequence[Edit]:
        try:
            date(year, month, day)
        except ValueError:
            return ()
        spoken = self._words.date.format(
            day=self._day(day, match),
            month=self._language.names.month(month) if self._words.spells_numbers else f"{month}月",
            year=self._year_of_date(year),
        )
        return [Edit(*match.span(), spoken)]

    def _day(self, day: int, match: re.Match[str]) -> str:
        kind = self._words.day
        if not self._words.spells_numbers:
            return str(day)
        if kind == "first" and day == 1:
            return self._words.first_of_month
        if kind != "ordinal":
            return self._spelling.number(WrittenNumber(str(day)))
        form = {"de": "-r", "ru": "-neuter-genitive", "pl": "ego"}.get(self._language.tag, "")
        if form == "-r":
            if _OBLIQUE_CASE.search(match.string, max(0, match.start() - 8), match.start()):
                form = "-n"
            elif _BEHIND_ARTICLE.search(match.string, max(0, match.start() - 8), match.start()):
                form = ""
        return self._spelling.ordinal(day, form)

    def _year_of_date(self, year: int) -> str:
        is_polish = self._language.tag == "pl"
        return self._spelling.ordinal(year, "ego") if is_polish else self._year(year)

    def _year(self, year: int) -> str:
        if not self._words.spells_numbers:
            return str(year)
        if self._language.tag == "ru":
            return self._spelling.ordinal(year, "-masculine-genitive")
        return self._spelling.year(year)
