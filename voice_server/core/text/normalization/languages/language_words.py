"""What a language says for signs, fractions, dates and abbreviations: the words that CLDR does not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageWords:
    """The words of one language; patterns have places in braces.

    `spells_numbers` is false where the reading of a number depends on what is counted and engines know
    more of it than we (Japanese and Chinese): digits stay. `gendered` numbers agree with what they count,
    and `feminine_endings` tell a feminine noun by its singular. `decimal_digits` says whether the digits
    behind the decimal mark are said one by one, or as a number where there are at most two. `percent`,
    `range` and so on are said in place of the sign, between words. `time` and `full_hour` have `{hour}`
    and `{minute}`, and `minute_below_ten` has `{minute}`; `hour_words` is a pattern of what may follow a
    time and says the same ("Uhr"); `date` has `{day}`, `{month}` and `{year}`, `day_month` the first two.
    `afternoon_hour` is a full hour behind noon on a clock of 24. `day` is how the day of a date is said:
    as a cardinal, an ordinal, or an ordinal for the first only.
    `is_month_first` is the order of 3/4/2024. `money` joins an amount and its hundredths: `{amount}`,
    which names the currency, and `{cents}`; `cent` is the name of one and of several, where they are
    named, but for the `subunits` of other currencies by their codes, and `of_magnitude` stands between a
    million and its currency, before a consonant and, elided, before a vowel. `units` are those that CLDR
    lacks, one and several; `unit_symbols` are CLDR's by the language's own symbols. `bare_currencies` are
    patterns, by code, of what CLDR's names of money have beside the word itself, and `currency_names` are
    said in place of CLDR's. `directions` are the words for N, S, E and W behind degrees, by the letters,
    and `out_of` stands between a rating and the best one ("4.5/5"). `year_context` is a pattern of the
    words before a year, where years are said otherwise than numbers (`years_in_hundreds`).
    `abbreviations` are said wherever they stand, `titles` before a name only, `before_numbers` before
    digits only, `inside` where the sentence goes on in lower case, `behind_names` behind a name ("Oak
    St."); `ratio` is said between the numbers of one, where it is not `range`, and `numbered` is a
    pattern of the nouns before a number with a letter ("Gate 12A"), `numbered_in_pairs` of those before
    one that is said in pairs ("Room 204"). `version_point` stands between the numbers of "2.3.1" where it
    is not the `dot` of addresses. `hour_gender` is that of an hour, and `feminine_nouns` and
    `masculine_nouns` are patterns of what follows a plain number that has another
    form then ("un libro"). `counts_percent` says that the word for per cent has plural forms, which CLDR
    knows. Keys have their dots, and a key in lower case is met in upper case too.
    """

    spells_numbers: bool = True
    space: str = " "
    gendered: bool = False
    feminine_endings: tuple[str, ...] = ()
    feminine_nouns: str = ""
    masculine_nouns: str = ""
    masculine_exceptions: tuple[str, ...] = ()
    point: str = "."
    decimal_digits: Literal["each", "number"] = "each"
    minus: str
    plus: str
    range: str
    ratio: str = ""
    range_form: str = ""
    about: str
    plus_or_minus: str
    times: str
    by: str
    divided_by: str
    equals: str
    is_not: str
    less_than: str
    more_than: str
    at_most: str
    at_least: str
    percent: str
    counts_percent: bool = False
    percent_pattern: str = "{number} {percent}"
    per_mille: str
    per: str
    and_: str
    at: str
    dot: str
    version_point: str = ""
    dash: str
    underscore: str
    number_sign: str
    section_sign: str
    hashtag: str
    infinity: str
    arrow: str
    version: str
    fractions: Mapping[tuple[int, int], str] = field(default_factory=dict)
    fractions_behind_whole: Mapping[tuple[int, int], str] = field(default_factory=dict)
    over: str
    mixed: str = "{whole} {fraction}"
    time: str
    full_hour: str
    afternoon_hour: str = ""
    minute_below_ten: str = "{minute}"
    hour_words: str = ""
    hour_gender: Literal["", "feminine"] = ""
    date: str
    day_month: str = ""
    day: Literal["cardinal", "ordinal", "first"] = "cardinal"
    is_month_first: bool = False
    first_of_month: str = ""
    years_in_hundreds: bool = False
    year_context: str = ""
    currency_signs: Mapping[str, str] = field(default_factory=dict)
    currency_names: Mapping[str, str] = field(default_factory=dict)
    bare_currencies: Mapping[str, str] = field(default_factory=dict)
    money: str = "{amount} {cents}"
    cent: tuple[str, str] | None = None
    subunits: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    out_of: str = ""
    numbered: str = ""
    numbered_in_pairs: str = ""
    of_magnitude: tuple[str, str] = ("", "")
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    unit_symbols: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    before_numbers: Mapping[str, str] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)
    behind_names: Mapping[str, str] = field(default_factory=dict)
    ordinals: Mapping[str, str] = field(default_factory=dict)
    roman: Literal["", "cardinal", "the_ordinal", "ordinal_to_ten", "ordinal"] = ""
    counted_in_roman: str = ""
    regnal_names: str = ""
