"""What a full stop means: the kind of the word before it against the shape of what follows, as one table."""

from __future__ import annotations

import re
from enum import Enum

from voice_server.core.text.splitting import abbreviations, marks, word_lists
from voice_server.core.text.splitting.mark_context import MarkContext

_MOMENTS = frozenset(word_lists.MOMENTS.split())
_TIME_PHRASE = 6
"""A sentence that begins with a preposition and has no more words than this has only told the time."""
_CAPITAL_NOUNS = frozenset(("de", "lb"))
"""Where every noun has a capital."""
_CAPITAL_AFTER_ORDINAL = _CAPITAL_NOUNS | {"hu", "tr"}
"""Where a noun or a month with a capital follows an ordinal."""
_TITLES = frozenset(abbreviations.TITLES.split())
_AND_SO_ON = frozenset(abbreviations.AND_SO_ON.split())
_SUFFIXES = frozenset(word_lists.SUFFIXES.split())
_CURRENCIES = frozenset(abbreviations.CURRENCIES.split())
_ORDINARY_TOO = frozenset(("no", "nos", "art", "ex", "ok"))
"""Abbreviations before a number that are words of their own."""

_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}+\.)+[^\W\d_]{1,4}+")
_CASELESS_ACRONYM = re.compile("(?:[\u0900-\u0dff\u1200-\u137f]{1,3}[.])+[\u0900-\u0dff\u1200-\u137f]{1,3}")
_ENDINGS = frozenset(("s", "t", "d", "m", "ll", "re", "ve", ""))
"""What follows an apostrophe in English; in other languages an article stands before it ("l'Ing.")."""
_NUMBER = re.compile(r"\d[\d.,:/]*+")
_INDIC = re.compile("[\u0980-\u0dff]{1,3}|[\u0900-\u097f]")
_SYLLABLE = re.compile("[\u0900-\u097f]{2,3}")
"""An initial too, where it follows another or a title."""
_UNIT_LETTERS = frozenset("hmsgl")
"""Hours, metres, seconds, grams, litres: units in every language."""
_LONGEST_PART = 5
_SINGLE_OF_CASELESS = re.compile("[\u0600-\u06ff\u0900-\u0dff\u0531-\u0587]")


_HEADING = re.compile(
    rf"(?i)[\W_]*(?:{'|'.join(word_lists.HEADINGS.split())})\.?[ \u00a0]"
    r"(?:\d{1,3}(?:\.\d+)*|[ivxlc]+|[a-z])[*_]*"
)


class Kind(Enum):
    """What the word before a full stop is."""

    PLAIN = "word"
    NEVER = "abbreviation"
    MAY = "abbreviation that may end"
    AND_SO_ON = "and so on"
    NUMBER = "abbreviation before a number"
    UNIT = "unit"
    INITIAL = "initial"
    ACRONYM = "dotted acronym"
    MOMENT = "time or degree"
    ORDINAL = "ordinal"
    NUMERAL = "number"


class Shape(Enum):
    """What the next word looks like."""

    LOWER = "lower case"
    UPPER = "capital"
    DIGIT = "digit"
    OTHER = "other script or sign"


class Act(Enum):
    """What to do: decide now, or by a closer look."""

    CUT = "cut"
    HOLD = "hold"
    STARTER = "cut if the next word starts sentences"
    STYLE = "cut if the writer does without capitals"
    NOUN = "cut unless nouns have capitals"
    ROMAN = "hold before a Roman number or a letter"
    CLOCK = "cut unless the sentence has only begun"
    COUNT = "cut unless it counts"


_TABLE: dict[Kind, tuple[Act, Act, Act, Act]] = {
    # kind          lower      UPPER        digit     other
    Kind.PLAIN: (Act.STYLE, Act.CUT, Act.CUT, Act.CUT),
    Kind.NEVER: (Act.HOLD, Act.HOLD, Act.HOLD, Act.HOLD),
    Kind.MAY: (Act.HOLD, Act.STARTER, Act.HOLD, Act.HOLD),
    Kind.AND_SO_ON: (Act.HOLD, Act.NOUN, Act.HOLD, Act.HOLD),
    Kind.NUMBER: (Act.STYLE, Act.ROMAN, Act.HOLD, Act.HOLD),
    Kind.UNIT: (Act.HOLD, Act.CLOCK, Act.HOLD, Act.CUT),
    Kind.INITIAL: (Act.HOLD, Act.STARTER, Act.HOLD, Act.HOLD),
    Kind.ACRONYM: (Act.HOLD, Act.STARTER, Act.HOLD, Act.HOLD),
    Kind.MOMENT: (Act.HOLD, Act.CLOCK, Act.CLOCK, Act.CUT),
    Kind.ORDINAL: (Act.HOLD, Act.COUNT, Act.HOLD, Act.HOLD),
    Kind.NUMERAL: (Act.HOLD, Act.CUT, Act.CUT, Act.CUT),
}

_RULINGS = {
    kind: {
        shape: (act, f"{kind.value}, {shape.value} follows") for shape, act in zip(Shape, row, strict=True)
    }
    for kind, row in _TABLE.items()
}


def rule(place: MarkContext) -> tuple[bool, str]:
    """Whether the sentence ends at this full stop, and why."""
    word = place.word_before()
    kind = kind_of(word, place)
    if kind is Kind.PLAIN and place.next in marks.OPENING:
        return True, "word, opener follows"
    if kind not in (Kind.PLAIN, Kind.NUMBER) and place.at - place.start <= len(word) + 1:
        return False, f"{kind.value} alone"
    if (word[-1:].isdigit() or word.isupper()) and _HEADING.fullmatch(place.text, place.start, place.at):
        return False, "label of a heading"
    shape = shape_of(place)
    act, reason = _RULINGS[kind][shape]
    cuts = act is Act.CUT or (act is not Act.HOLD and _LOOKS[act](place, word))
    return cuts, reason


def shape_of(place: MarkContext) -> Shape:
    """The shape of the next word, what opens before it left out."""
    first = place.letter_after()
    if first.islower():
        return Shape.LOWER
    if first.isupper() or first.istitle():
        return Shape.UPPER
    return Shape.DIGIT if first.isdigit() else Shape.OTHER


def kind_of(word: str, place: MarkContext) -> Kind:
    """What the word before the full stop is."""
    if not word or word[-1] in marks.CLOSING:
        return Kind.PLAIN
    if word[0].isdigit() and _NUMBER.fullmatch(word):
        return _kind_of_number(word, place)
    if word.isalpha():
        return _kind_of_part(word, word, place)
    head, _, tail = word.replace("’", "'").replace("–", "-").rpartition("'")
    if tail in _ENDINGS and head:
        return Kind.PLAIN
    before, _, last = tail.rpartition("-")
    if before and len(last) == 1 and "." not in before:
        return Kind.PLAIN
    return _kind_of_part(tail, last, place)


def _kind_of_part(tail: str, last: str, place: MarkContext) -> Kind:
    """The kind of what stands behind a word's last apostrophe, whose last part behind a hyphen is `last`."""
    listed = (
        _listed_kind(_joined(tail, place), place)
        or _listed_kind(tail, place)
        or _listed_kind(last.rpartition("/")[2], place)
    )
    if listed is not None and place.is_detached and listed is not Kind.NEVER:
        return Kind.PLAIN
    return listed or _kind_by_shape(last, place)


def _kind_of_number(word: str, place: MarkContext) -> Kind:
    if place.lexicon.has_ordinal_dot and word.isdigit() and len(word) <= 2:
        return Kind.ORDINAL
    return Kind.NUMERAL


def _listed_kind(word: str, place: MarkContext) -> Kind | None:
    lexicon, lower = place.lexicon, word.lower()
    if lower not in lexicon.listed and "." not in lower and not lower.endswith("str"):
        return None
    if lower in lexicon.units and _follows_number(place, word):
        return Kind.UNIT
    is_never = lower in lexicon.never or word in lexicon.never
    if is_never or ("." in lower and lower.partition(".")[0] in lexicon.never):
        return Kind.MOMENT if lower in _MOMENTS else Kind.NEVER
    if lower in lexicon.may or word in lexicon.may:
        return Kind.AND_SO_ON if lower in _AND_SO_ON else Kind.MAY
    if lower in lexicon.number or (lexicon.language == "de" and lower.endswith("str")):
        return Kind.NUMBER
    return Kind.MOMENT if lower.lstrip("0123456789") in _MOMENTS else None


def _kind_by_shape(word: str, place: MarkContext) -> Kind:
    if word in place.lexicon.short_words:
        return Kind.PLAIN
    if _is_initial(word, place):
        return Kind.UNIT if word in _UNIT_LETTERS and _follows_number(place, word) else Kind.INITIAL
    if _ACRONYM.fullmatch(word) and word.rpartition(".")[2] not in _SUFFIXES:
        return Kind.ACRONYM
    if place.lexicon.has_ordinal_dot and marks.ROMAN.fullmatch(word):
        return Kind.ORDINAL
    return Kind.MAY if marks.CONSONANTS.fullmatch(word[:1].lower() + word[1:]) else Kind.PLAIN


def _joined(word: str, place: MarkContext) -> str:
    """The word with the one before it, if that is a part of it: "z. B", "p. m", "т. д"."""
    begins = place.at - len(word)
    if len(word) > _LONGEST_PART or place.text[begins - 2 : begins - 1] != ".":
        return word
    first = place.text[max(place.start, begins - _LONGEST_PART) : begins - 1].rpartition(" ")[2]
    return first + word if first.islower() else word


def _is_initial(word: str, place: MarkContext) -> bool:
    """One letter, or a syllable of an Indian or Ethiopic script, which is what an initial is there."""
    if _SYLLABLE.fullmatch(word) and place.text[place.start : place.at - len(word)].rstrip()[-1:] == ".":
        return True
    if len(word) == 1 and word.isalpha():
        return word.lower() != word.upper() or _SINGLE_OF_CASELESS.match(word) is not None
    return _INDIC.fullmatch(word) is not None or _CASELESS_ACRONYM.fullmatch(word) is not None


def _follows_number(place: MarkContext, word: str) -> bool:
    before = place.text[place.start : place.at - len(word)].rstrip()
    return before[-1:].isdigit()


def _starts_sentence(place: MarkContext, word: str) -> bool:
    after, behind = place.word_after()
    if len(after) == 1 and behind in (".", ""):
        return False
    lower, starters = after.lower().replace("’", "'"), place.lexicon.starters
    return lower in starters or lower.partition("'")[0] in starters or (behind == "." and lower in _TITLES)


def _is_no_noun(place: MarkContext, word: str) -> bool:
    return place.lexicon.language not in _CAPITAL_NOUNS or _starts_sentence(place, word)


def _is_style(place: MarkContext, word: str) -> bool:
    """Lower case after a plain word: an unknown abbreviation, or someone who writes without capitals."""
    bare = word.lower()
    if bare in place.lexicon.short_words:
        return True
    if not place.lexicon.is_english and not place.text[place.start].islower():
        return len(bare) >= 6 and bare.isalpha()
    return len(bare) >= 4


def _is_not_roman(place: MarkContext, word: str) -> bool:
    is_ordinary_too = word.lower() in _ORDINARY_TOO
    if is_ordinary_too and place.text[place.following + 1 : place.following + 2].islower():
        return True
    after, _ = place.word_after()
    if is_ordinary_too and after in ("I", "A"):
        return True
    if len(after) == 1 or marks.ROMAN.fullmatch(after):
        return False
    return is_ordinary_too or _starts_sentence(place, word)


def _is_clock_end(place: MarkContext, word: str) -> bool:
    if place.next_is(place.lexicon.months) or place.next_is(_CURRENCIES):
        return False
    if place.lexicon.language in _CAPITAL_NOUNS:
        return _starts_sentence(place, word)
    before = place.text[place.start : place.at].rpartition(": ")[2].split()
    has_begun = before[0].lower() in place.lexicon.time_prepositions and len(before) <= _TIME_PHRASE
    if has_begun or len(before) == 1:
        return place.next != "I" and place.next_is(place.lexicon.starters)
    return True


def _is_counted_out(place: MarkContext, word: str) -> bool:
    after, _ = place.word_after()
    if after.lower() in place.lexicon.months:
        return False
    if (
        word.isdigit()
        and place.lexicon.language not in _CAPITAL_AFTER_ORDINAL
        and place.start < place.at - len(word)
    ):
        return True
    return _starts_sentence(place, word)


_LOOKS = {
    Act.STARTER: _starts_sentence,
    Act.STYLE: _is_style,
    Act.NOUN: _is_no_noun,
    Act.ROMAN: _is_not_roman,
    Act.CLOCK: _is_clock_end,
    Act.COUNT: _is_counted_out,
}
