"""Money, units, percentages, ranges and signed numbers: "~$4.5M", "200–400 mg", "-5 °C", "<3 %"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from voice_server.core.text.normalization.languages.language_words import LanguageWords
from voice_server.core.text.normalization.number_syntax import NUMBER, Gender, WrittenNumber
from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import (
    Language,
    Rule,
    alternatives,
    describes_noun,
    ends_text,
    is_in_formula,
)
from voice_server.core.text.normalization.units import CURRENCY_CODES, CURRENCY_SYMBOLS
from voice_server.core.text.offsets import Edit

_ZEROS: Final = {
    "K": 3, "k": 3, "M": 6, "m": 6, "mn": 6, "Mn": 6, "MM": 6, "B": 9, "b": 9, "bn": 9, "Bn": 9, "T": 12,
    "tn": 12, "Md": 9, "Mio.": 6, "Mio": 6, "Mrd.": 9, "Mrd": 9, "mln": 6, "mld": 9, "mlrd": 9, "млн": 6,
    "Mds": 9, "mln.": 6, "mld.": 9, "mi": 6, "bi": 9, "млрд": 9, "тыс.": 3, "tys.": 3,
}  # fmt: skip
"""The zeros of what is written behind a number."""
_MAGNITUDE_WORDS: Final = (
    r"thousand|million|billion|trillion|lakh|crore|Tausend|Millionen|Million|Milliarden|Milliarde|Billionen"
    r"|mille|millions|milliards?|mil\ millones|millones|millón|mil|milioni|milione|miliardi|miliardo|mila"
    r"|milhões|milhão|bilhões|bilhão|miljoen|miljard|milion(?:ów|y)?|miliard(?:ów|y)?|тысяч[иа]?|миллион(?:ов|а)?"
    r"|миллиард(?:ов|а)?|लाख|करोड़|मिलियन|बिलियन|अरब|हज़ार|مليون|مليار"
)
_MAKES_AN_AMOUNT: Final = (
    "about", "comparison", "sign", "symbol", "code", "range", "letter", "low_unit", "percent", "money_behind",
    "unit",
)  # fmt: skip
"""The groups of which one is there where a number is more than that."""
_BEHIND_MONEY: Final = ("mi", "bi")
"""Letters of magnitudes in Portuguese; without a sign of money before the number they are other units."""
_RANGES: Final = "-–—‒〜～"
_SEVERAL: Final = re.compile(r"\s(?:[a-z]+\s)?(?:[a-z]{1,30}[^\W\d_sui]s|people)\b")
"""What follows a number of which there are many, in English."""
_ATTRIBUTIVE: Final = re.compile(r"(?<![\w'’])(?:an?|each|every|this|that)\s\Z", re.IGNORECASE)
_MINUS: Final = "-−–"


def _pattern(language: Language) -> re.Pattern[str]:
    units = alternatives(language.unit_symbols)
    money = alternatives(list(CURRENCY_SYMBOLS))
    codes = "|".join(sorted(CURRENCY_CODES))
    before_sign = r"(?<![^\s(\[{\"'“«„:=,;<>≤≥~≈∼])" if language.words.space else r"(?<![\w\d])"
    longer = alternatives([letter for letter in _ZEROS if len(letter) > 1 and letter not in _BEHIND_MONEY])
    money_letters = alternatives(_BEHIND_MONEY)
    letters = rf"MM|[KkMBT]|(?(symbol)(?:[mb]|\s(?:{money_letters}))|(?!))|\s?(?:{longer})"
    first = re.escape("".join({written[0] for written in (*CURRENCY_SYMBOLS, *CURRENCY_CODES)}))
    return re.compile(
        rf"""
        (?=[{_MINUS}\d~≈∼<>≤≥±+{first}])  # only to find where one may begin faster
        (?:(?<![\w.,/^\\])|(?P<slash>(?<=°[CF]/|[a-z][A-Za-zΩ]/|\d[A-Za-z]/|\s[A-Za-z]/)(?=[\d.,]{{1,6}}\s?(?:{units})(?!\w))))(?<!\d[{_RANGES}:])(?!(?<=[A-Za-z]-)\d)
        (?P<about>[~≈∼]\s?)?+
        (?P<comparison>(?:[<>]=?|[≤≥])\s?)?+
        (?P<sign>{before_sign}(?:[{_MINUS}](?=[\d.$€£¥₹])|±\s?|\+(?=\d)))?+
        (?:(?P<symbol>{money})\s?|(?P<code>{codes})\s)?+
        (?P<low>{NUMBER})
        (?P<low_letter>(?:{letters})(?=\s?[{_RANGES}]))?+
        (?:\s(?P<low_word>{_MAGNITUDE_WORDS})(?=\s?[{_RANGES}]))?+
        (?:(?P<low_unit>\s?%)(?=\s?[{_RANGES}]))?+
        (?:(?P<range>\s?[{_RANGES}]\s?)(?P<high_sign>[−])?(?P<high_symbol>(?P=symbol))?(?P<high>{NUMBER})(?![{_RANGES}/:]?\d))?
        (?:(?P<letter>{letters}|\s[KkMm](?=\s?€|\sde\s))(?![\w²³/])
          |\s(?P<word>{_MAGNITUDE_WORDS})(?!\w)|(?P<multiple>[x×](?!\w)))?+
        (?(multiple)|(?:(?P<percent>\s?[%‰](?!\w))
          |\s?(?P<money_behind>(?:{codes})(?!\w)|[€£¥₹₽$₩₺₴₪₫₱]|zł(?!\w))
          |(?P<gap>\s|-(?=[a-zµ°]))?(?P<unit>{units})(?!\.?[\w²³°'’])(?:\s?/\s?(?P<per>{units}|[A-Za-z][^\W\dA-Z_]{{1,11}}(?!\w))(?!\w))?
        )?)
        (?:(?P<per_word>/)(?P<each>(?:{units})(?![\w²³°])|[A-Za-z][^\W\dA-Z_]{{1,11}})(?![\w/]|\.\w))?
        """,
        re.VERBOSE,
    )


def _with_dropped_signs(edits: Sequence[Edit]) -> list[Edit]:
    """The edits, of which a sign that is not said is part of what is said for it: "$4.5M" is one word."""
    joined: list[Edit] = []
    for edit in edits:
        is_behind_sign = joined and not joined[-1].replacement and joined[-1].end == edit.start
        joined.append(edit._replace(start=joined.pop().start) if is_behind_sign else edit)
    return joined


def amount_rules(language: Language) -> list[Rule]:
    """Numbers with what is written before, between or behind them."""
    amounts = _Amounts(language)
    rules = [Rule("amounts", _pattern(language), amounts.read)]
    if language.words.directions:
        letters = "".join(language.words.directions)
        place = re.compile(
            rf"(?<![\w.,])(?P<number>{NUMBER})(?P<unit>\s?°\s?)(?P<direction>[{letters}])(?!\w)"
        )
        rules.insert(0, Rule("amounts", place, amounts.read_coordinate, any_of("1°")))
    return rules


class _Amounts:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._words: LanguageWords = language.words

    def read(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of one amount; none for a bare number."""
        if not any(match[name] for name in _MAKES_AN_AMOUNT):
            return ()
        low = self._language.parse(match["low"])
        high = self._language.parse(match["high"]) if match["high"] else None
        last = high or low
        edits = self._signs(match)
        zeros = _ZEROS[match["letter"].strip()] if match["letter"] else None
        money = self._currency_of(match)
        if zeros is not None and not money and self._is_name(match, last):
            return [
                Edit(*match.span("low"), self._number(last)),
                self._spaced(match, "letter", match["letter"], behind=""),
            ]
        if money:
            edits += self._money(match, money, last, zeros)
        elif match["unit"]:
            edits += self._unit(match, last)
        else:
            edits += self._plain(match, last, zeros)
        if high is not None:
            edits.append(self._low_edit(match, low, self._gender_of(match, money)))
            edits.append(self._spaced(match, "range", self._words.range))
        if match["multiple"]:
            edits.append(self._multiple(match))
        if match["per_word"]:
            edits.append(Edit(*match.span("per_word"), f" {self._words.per} "))
            if self._language.is_unit(match["each"]):
                each = self._language.unit_pattern(match["each"], 1).replace("{}", "").strip()
                edits.append(Edit(*match.span("each"), each))
        if match["slash"] is not None:
            is_measure = match["low"] in ("10", "100", "1000")
            edits.append(
                Edit(match.start() - 1, match.start(), f" {self._words.per} " if is_measure else ", ")
            )
        return _with_dropped_signs(sorted(edits, key=lambda edit: edit.start))

    def _multiple(self, match: re.Match[str]) -> Edit:
        """ "≥3x faster"; beside an operator "x" is a variable."""
        is_variable = is_in_formula(match.string, match.start(), match.end("multiple"))
        return self._spaced(
            match, "multiple", match["multiple"] if is_variable else self._words.times, behind=""
        )

    def read_coordinate(self, match: re.Match[str]) -> Sequence[Edit]:
        """The edits of "40.7° N"."""
        number = self._language.parse(match["number"])
        degrees = self._language.unit_pattern("°", number.value).replace("{}", "").strip()
        return [
            Edit(*match.span("number"), self._number(number)),
            Edit(*match.span("unit"), f" {degrees} "),
            Edit(*match.span("direction"), self._words.directions[match["direction"]]),
        ]

    def _is_name(self, match: re.Match[str], number: WrittenNumber) -> bool:
        """Whether "12B", "4K" or "5T" is a name in English, since nothing that follows is counted."""
        if self._language.tag != "en" or match["high"] or number.fraction:
            return False
        is_called_so = number.whole in ("2", "4", "8") or self._has_article(match)
        if match["letter"] not in ("B", "T") and not (match["letter"] == "K" and is_called_so):
            return False
        return not _SEVERAL.match(match.string, match.end("letter"))

    def _low_edit(self, match: re.Match[str], low: WrittenNumber, gender: Gender) -> Edit:
        """The first number of a range, which may have a magnitude of its own: "$5M–$10M"."""
        letter = match["low_letter"]
        if not letter:
            return self._number_edit(match, "low", low, gender)
        return Edit(match.start("low"), match.end("low_letter"), self._scaled(low, _ZEROS[letter.strip()]))

    def _signs(self, match: re.Match[str]) -> list[Edit]:
        words, edits = self._words, []
        signs = {"<": words.less_than, ">": words.more_than, "≤": words.at_most, "≥": words.at_least}
        signs |= {"<=": words.at_most, ">=": words.at_least, "±": words.plus_or_minus, "+": words.plus}
        if match["about"]:
            edits.append(Edit(*match.span("about"), words.about + words.space))
        if match["comparison"]:
            edits.append(Edit(*match.span("comparison"), signs[match["comparison"].strip()] + words.space))
        if match["sign"]:
            edits.append(
                Edit(*match.span("sign"), signs.get(match["sign"].strip(), words.minus) + words.space)
            )
        if match["high_sign"]:
            edits.append(Edit(*match.span("high_sign"), words.minus + words.space))
        for symbol in ("symbol", "code", "high_symbol"):
            if match[symbol]:
                start, end = match.span(symbol)
                end = match.start("low" if symbol != "high_symbol" else "high")
                edits.append(Edit(start, end))
        if match["low_unit"]:
            edits.append(self._spaced(match, "low_unit", words.percent, behind=""))
        return edits

    def _currency_of(self, match: re.Match[str]) -> str:
        """The code of the money that is meant, or ""."""
        written = match["symbol"] or match["code"] or match["money_behind"]
        if not written:
            return ""
        return self._words.currency_signs.get(written) or CURRENCY_SYMBOLS.get(written, written)

    def _gender_of(self, match: re.Match[str], money: str) -> Gender:
        if money:
            return self._language.gender_of(self._name_of_money(match, money, 1))
        if match["unit"]:
            return self._language.gender_of(
                self._language.unit_pattern(match["unit"], 1).replace("{}", "").strip()
            )
        return ""

    def _name_of_money(self, match: re.Match[str], money: str, value: float) -> str:
        is_symbol = bool(match["symbol"]) or match["money_behind"] in CURRENCY_SYMBOLS
        return self._language.names.currency(money, value, is_symbol=is_symbol and match["symbol"] != "US$")

    def _money(self, match: re.Match[str], money: str, last: WrittenNumber, zeros: int | None) -> list[Edit]:
        """The last number with its magnitude and the currency behind it."""
        which = "high" if match["high"] else "low"
        gender = self._language.gender_of(self._name_of_money(match, money, 1))
        has_cents = (
            self._words.spells_numbers
            and len(last.fraction) == 2
            and zeros is None
            and not match["word"]
            and not match["high"]
        )
        if zeros is not None or match["word"]:
            name = self._name_of_money(match, money, 1_000_000)
            joined = self._of_magnitude(name)
            end = match.end("letter" if zeros is not None else "word")
            if zeros is not None:
                spoken = self._scaled(last, zeros) + self._words.space + joined
                edits = [Edit(match.start(which), end, spoken)]
            else:
                edits = [
                    self._number_edit(match, which, last),
                    Edit(*match.span("word"), f"{match['word']} {joined}"),
                ]
        elif has_cents:
            whole = WrittenNumber(last.whole)
            amount = self._number(whole, gender) + self._words.space
            amount += self._name_of_money(match, money, whole.value)
            edits = [Edit(*match.span(which), self._with_cents(amount, money, last))]
            end = match.end(which)
        else:
            name = self._name_of_money(match, money, last.value)
            edits = [
                Edit(*match.span(which), self._last_number(match, last, gender) + self._words.space + name)
            ]
            end = match.end(which)
        if match["money_behind"]:
            edits.append(Edit(end, match.end("money_behind")))
        return edits

    def _of_magnitude(self, name: str) -> str:
        """A currency behind a million: "dollars", "de dollars", "d'euros"."""
        of, elided = self._words.of_magnitude
        return f"{elided}{name}" if elided and name[0] in "aeiou" else f"{of} {name}".lstrip()

    def _with_cents(self, amount: str, money: str, number: WrittenNumber) -> str:
        cents = number.fraction.lstrip("0")
        if not cents:
            return amount
        spoken = self._number(WrittenNumber(cents))
        names = self._words.subunits.get(money, self._words.cent)
        if names:
            spoken += " " + names[cents != "1"]
            if not number.whole.strip("0"):
                return spoken
        return self._words.money.format(amount=amount, cents=spoken)

    def _unit(self, match: re.Match[str], last: WrittenNumber) -> list[Edit]:
        which = "high" if match["high"] else "low"
        symbol, per = match["unit"], match["per"]
        pattern = self._language.unit_pattern(symbol, 1 if self._is_attributive(match) else last.value)
        before, _, name = pattern.partition("{}")
        before = before if self._words.space else before.strip()
        name = name.strip()
        if per:
            per_name = (
                self._language.unit_pattern(per, 1).replace("{}", "").strip()
                if self._language.is_unit(per)
                else per
            )
            name = f"{name} {self._words.per} {per_name}"
        gender = self._language.gender_of(self._language.unit_pattern(symbol, 1).replace("{}", "").strip())
        end = match.end("per" if match["per"] else "unit")
        number_end = match.end(which)
        if symbol.endswith(".") and ends_text(match.string, end):
            name += "."  # which ends the sentence too
        return [
            Edit(*match.span(which), before + self._last_number(match, last, gender)),
            Edit(number_end, end, self._words.space + name),
        ]

    def _is_attributive(self, match: re.Match[str]) -> bool:
        """Whether an amount describes the noun behind it, so that its unit is singular: "a 5 km run"."""
        if self._language.tag != "en" or match["per"]:
            return False
        if match["gap"] == "-":
            return True
        text, end = match.string, match.end("unit")
        return self._has_article(match) and describes_noun(text, end)

    def _has_article(self, match: re.Match[str]) -> bool:
        return _ATTRIBUTIVE.search(match.string, max(0, match.start() - 8), match.start()) is not None

    def _plain(self, match: re.Match[str], last: WrittenNumber, zeros: int | None) -> list[Edit]:
        which = "high" if match["high"] else "low"
        if zeros is not None:
            return [Edit(match.start(which), match.end("letter"), self._scaled(last, zeros))]
        if not match["percent"]:
            return [Edit(*match.span(which), self._last_number(match, last))]
        sign = self._words.percent if "%" in match["percent"] else self._words.per_mille
        if self._words.counts_percent and "%" in match["percent"]:
            sign = self._language.names.unit("concentr-percent", last.value).replace("{}", "").strip()
        if self._words.percent_pattern.startswith("{percent}"):
            return [
                Edit(*match.span(which), sign + self._number(last)),
                Edit(*match.span("percent")),
            ]
        number = Edit(*match.span(which), self._last_number(match, last))
        return [number, self._spaced(match, "percent", sign, behind="")]

    def _scaled(self, number: WrittenNumber, zeros: int) -> str:
        """A number with the letter of a magnitude: "four point five million"."""
        pattern = self._language.names.magnitude(zeros, number.value)
        if pattern:
            return pattern.format(self._number(number))
        return self._number(WrittenNumber(str(round(number.value * 10**zeros))))

    def _number(self, number: WrittenNumber, gender: Gender = "") -> str:
        return self._language.spelling.number(number, gender)

    def _last_number(self, match: re.Match[str], number: WrittenNumber, gender: Gender = "") -> str:
        """The number that the rest stands behind: of a range the second one, which may have its own form."""
        return self._number(number, (match["high"] and self._words.range_form) or gender)

    def _number_edit(
        self, match: re.Match[str], which: str, number: WrittenNumber, gender: Gender = ""
    ) -> Edit:
        return Edit(*match.span(which), self._number(number, gender))

    def _spaced(self, match: re.Match[str], group: str, word: str, behind: str | None = None) -> Edit:
        space = self._words.space
        return Edit(*match.span(group), space + word + (space if behind is None else behind))
