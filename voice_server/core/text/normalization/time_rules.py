"""Times of day and ratios: "9:05 a.m.", "14.30 Uhr", "14h30", "16:9"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice_server.core.text.normalization.number_syntax import WrittenNumber
from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule, ends_text
from voice_server.core.text.offsets import Edit

_BOOKS = (
    r"Genesis|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra"
    r"|Nehemiah|Esther|Job|Psalms?|Proverbs|Ecclesiastes|Song of Solomon|Isaiah|Jeremiah|Lamentations"
    r"|Ezekiel|Daniel|Hosea|Joel|Amos|Jonah|Micah|Habakkuk|Zechariah|Malachi|Matthew|Mark|Luke|John|Acts"
    r"|Romans|Corinthians|Galatians|Ephesians|Philippians|Colossians|Thessalonians|Timothy|Titus"
    r"|Philemon|Hebrews|James|Peter|Jude|Revelation|Sura|Surah|Quran"
)
_HALF_DAY = r"(?P<half>[AaPp])\.?\s?[Mm]\.?(?!\w)"


def time_rules(language: Language) -> list[Rule]:
    """Times with a colon, with "a.m.", and as the language writes them; then what else has a colon."""
    times = _Times(language)
    until = r"(?:\s?(?P<range>[–—-])\s?(?P<hour2>\d{1,2}):(?P<minute2>[0-5]\d))?"
    hour_words = (
        rf"(?:\s(?P<hour_word>{language.words.hour_words})(?!\w))?" if language.words.hour_words else ""
    )
    clock = re.compile(
        rf"(?<![\w.:/])(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?{until}(?:(?![\w:])|(?=[AaPp]\.?[Mm]))(?:\s?{_HALF_DAY})?{hour_words}"
    )
    rules = [Rule("times", clock, times.read, any_of("1:"))]
    half = re.compile(
        rf"(?<![\w.:/])(?P<hour>\d{{1,2}})(?:(?:\s?(?P<first_half>[AaPp])\.?[Mm]\.?)?\s?(?P<range>[–—-])\s?(?P<hour2>\d{{1,2}}))?\s?{_HALF_DAY}"
    )
    rules.append(Rule("times", half, times.read_half_day, any_of("1A 1a 1P 1p 1- 1– 1—")))
    if language.tag in ("fr", "pt"):
        written = re.compile(r"(?<![\w.:/])(?P<hour>\d{1,2})\s?h\s?(?P<minute>[0-5]\d)(?!\w)")
        rules.append(Rule("times", written, times.read, any_of("1h")))
    if language.tag in ("de", "nl"):
        dotted = re.compile(
            r"(?<![\w.:/])(?P<hour>\d{1,2})\.(?P<minute>[0-5]\d)\s(?P<hour_word>Uhr|uur)(?!\w)"
        )
        rules.append(Rule("times", dotted, times.read, any_of("1.")))
    if language.tag == "en":
        verse = re.compile(
            rf"(?<!\w)(?:{_BOOKS})\s(?P<chapter>\d{{1,3}}):(?P<verse>\d{{1,3}})(?:[–-](?P<until>\d{{1,3}}))?(?![\w:])"
        )
        rules.insert(0, Rule("times", verse, times.read_verse, any_of("1:")))
        interval = re.compile(r"(?<!\w)q\.?\s?(?P<hours>\d{1,2})(?:[–-](?P<until>\d{1,2}))?\s?h\.?(?!\w)")
        rules.append(Rule("times", interval, times.read_interval, any_of("1h 1- 1–")))
        course = re.compile(r"(?<=\w\s)(?P<sign>[x×])(?=\s?\d{1,3}\s(?:days?|weeks?|months?|hours?)\b)")
        rules.append(Rule("times", course, times.read_course, any_of("1d 1w 1m 1h")))
    ratio = re.compile(r"(?<![\w.:/])(?P<low>\d{1,5}):(?P<high>\d{1,5})(?![\w:])")
    rules.append(Rule("times", ratio, times.read_ratio, any_of("1:")))
    return rules


class _Times:
    def __init__(self, language: Language) -> None:
        self._words = language.words
        self._spelling = language.spelling

    def read(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of a time, and of a second one behind a dash."""
        groups = match.groupdict()
        if int(match["hour"]) > 24:
            return ()
        half = groups.get("half")
        edits = [
            Edit(
                match.start("hour"),
                match.end("minute"),
                self._time(match["hour"], match["minute"], half is not None),
            )
        ]
        if groups.get("second"):
            spoken = self._number(groups["second"].lstrip("0") or "0")
            edits.append(Edit(match.start("second") - 1, match.end("second"), f" {spoken}"))
        if groups.get("hour2"):
            edits.append(Edit(*match.span("range"), f" {self._words.range} "))
            edits.append(
                Edit(
                    match.start("hour2"),
                    match.end("minute2"),
                    self._time(groups["hour2"], groups["minute2"], half is not None),
                )
            )
        if half:
            edits.append(self._half_day(match))
        if groups.get("hour_word"):
            edits.append(Edit(match.start("hour_word") - 1, match.end("hour_word")))
        return edits

    def read_half_day(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of "9 am" and "9–11 a.m."."""
        if not 0 <= int(match["hour"]) <= 12:
            return ()
        edits = [Edit(*match.span("hour"), self._number(match["hour"]))]
        if match["first_half"]:
            edits.append(Edit(match.end("hour"), match.start("range"), f" {match['first_half'].lower()} m"))
        if match["hour2"]:
            edits.append(Edit(*match.span("range"), f" {self._words.range} "))
            edits.append(Edit(*match.span("hour2"), self._number(match["hour2"])))
        return [*edits, self._half_day(match)]

    def read_verse(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of "John 3:16" and "Psalm 23:4–6"."""
        edits = [
            Edit(*match.span("chapter"), self._number(match["chapter"])),
            Edit(match.end("chapter"), match.start("verse"), " "),
            Edit(*match.span("verse"), self._number(match["verse"])),
        ]
        if match["until"]:
            edits.append(Edit(match.end("verse"), match.start("until"), f" {self._words.range} "))
            edits.append(Edit(*match.span("until"), self._number(match["until"])))
        return edits

    def read_interval(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of "q4h", as doses are written."""
        hours = self._number(match["hours"])
        if match["until"]:
            hours += f" {self._words.range} {self._number(match['until'])}"
        return [Edit(*match.span(), f"every {hours} hours" if hours != "one" else "every hour")]

    def read_course(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edit of "x 7 days" in a prescription."""
        return [Edit(*match.span("sign"), "for")]

    def read_ratio(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of "16:9"."""
        space = self._words.space
        return [
            Edit(*match.span("low"), self._number(match["low"])),
            Edit(
                match.end("low"),
                match.start("high"),
                f"{space}{self._words.ratio or self._words.range}{space}",
            ),
            Edit(*match.span("high"), self._number(match["high"])),
        ]

    def _half_day(self, match: re.Match[str]) -> Edit:
        """The letters apart; the dot of the last one may also end the sentence."""
        start, end = match.start("half"), match.end()
        written = match.string[start:end].rstrip()
        end = start + len(written)
        last_dot = "." * (written.endswith(".") and ends_text(match.string, end))
        before = "" if match.string[start - 1].isspace() else " "
        return Edit(start, end, f"{before}{match['half'].lower()} m{last_dot}")

    def _time(self, hour: str, minute: str, has_half: bool) -> str:
        spoken_hour = self._spelling.number(WrittenNumber(hour.lstrip("0") or "0"), self._words.hour_gender)
        if minute == "00" and int(hour) > 12 and self._words.afternoon_hour:
            return self._words.afternoon_hour.format(hour=spoken_hour)
        if minute == "00":
            return spoken_hour if has_half else self._words.full_hour.format(hour=spoken_hour)
        number = self._number(minute.lstrip("0"))
        if minute.startswith("0"):
            number = self._words.minute_below_ten.format(minute=number)
        return self._words.time.format(hour=spoken_hour, minute=number)

    def _number(self, digits: str) -> str:
        return self._spelling.number(WrittenNumber(digits))
