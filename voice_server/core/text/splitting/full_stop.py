"""Whether a full stop ends a sentence: a table of the kind of the word before it and the next word's shape.

Where the two are not enough, the table names a condition, which looks at the next word itself or at how the
sentence began.
"""

from __future__ import annotations

import re
from enum import Enum

from voice_server.core.text.splitting import abbreviations, list_items, marks, word_lists
from voice_server.core.text.splitting.mark_context import MarkContext, MoreTextNeeded

_TIME_ABBREVIATIONS = frozenset(word_lists.TIME_ABBREVIATIONS.split())
_LONGEST_TIME_PHRASE = 6
"""Words of a time phrase at most: "At half past 5 p.m." is one, so the sentence has only begun."""
_LANGUAGES_WITH_CAPITAL_NOUNS = frozenset(("de", "lb"))
"""Where every noun is written with a capital, so that a capital says little."""
_LANGUAGES_WITH_CAPITAL_AFTER_ORDINAL = _LANGUAGES_WITH_CAPITAL_NOUNS | {"hu", "tr"}
"""Where an ordinal may be followed by a noun or a month with a capital."""
_TITLES = frozenset(abbreviations.TITLES.split())
_ET_CETERA = frozenset(abbreviations.ET_CETERA.split())
_ADDRESS_SUFFIXES = frozenset(word_lists.ADDRESS_SUFFIXES.split())
_MONEY = frozenset("$€£¥₹")
_CURRENCIES = frozenset(abbreviations.CURRENCIES.split())
ALSO_PLAIN_WORDS = frozenset(("no", "nos", "art", "ex", "ok"))
"""Abbreviations before a number that are also ordinary words: "I said no." """

_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}+\.)+[^\W\d_]{1,4}+")
_CASELESS_ACRONYM = re.compile("(?:[\u0900-\u0dff\u1200-\u137f]{1,3}[.])+[\u0900-\u0dff\u1200-\u137f]{1,3}")
_ENGLISH_CLITICS = frozenset(("s", "t", "d", "m", "ll", "re", "ve", ""))
"""What may follow an apostrophe within an English word; elsewhere an article stands before it ("l'Ing.")."""
_NUMBER = re.compile(r"\d[\d.,:/]*+")
_INDIC_INITIAL = re.compile("[\u0980-\u0dff]{1,3}|[\u0900-\u097f]")
_UNIT_LETTERS = frozenset("hmsgl")
"""Hours, metres, seconds, grams, litres: units in every language."""
_LONGEST_PART = 5
"""Characters of a part of a spaced abbreviation at most: "z. B."."""
_CASELESS_LETTER = re.compile("[\u05d0-\u05ea\u0600-\u06ff\u0900-\u0dff\u0531-\u0587]")
"""A letter of a script without case in which names are abbreviated to initials; "我." is none."""
_THAI_ABBREVIATION = re.compile("(?:[\\d.,]*+[\u0e01-\u0e4e]{1,5}\\.?){1,3}")
_DEVANAGARI_UNIT = re.compile("[\u0900-\u097f]{1,4}")
_NUMBER_WITH_UNIT = re.compile("\\d[\\d.,/½¼¾]*+-?[^\\W\\d_]{1,4}")
"""A measure in one word, behind which lower case goes on: "a 12-in. pizza"."""
_LABEL = re.compile(
    r"(?P<mixed>[A-Z]{1,2}[.–-]?\d{1,3}(?:\.\d+)*[a-z]?|\d{1,3}(?:\.\d+)*[a-z]|\d+(?:\.\d+)+)"
    r"|(?P<letter>[IVX]{2,5}|[A-Z])|(?P<number>\d{1,3})"
)
"""What a part of a document is called: A, B.2, K-1, S3, 2b, 3.1."""
_PARTIAL_LABEL = re.compile(r"[A-Z]{1,2}[.–-]?(?:\d{1,3}(?:\.\d*)*)?|[IVX]{2,5}|\d+(?:\.\d*)*")
"""The beginning of one, which more text may continue."""
_LONGEST_LABEL = 24
_LONGEST_SHORT_WORD = 5
"""Letters of an abbreviation before a label at most: "App. D"."""
_LONGEST_SHORTENED_WORD = 7
_DETERMINERS = frozenset(word_lists.DETERMINERS.split())
_BEHIND_LABEL = frozenset(word_lists.BEHIND_LABEL.split())
_TIME_ZONE = re.compile("[A-Z]{1,4}T|UTC|MSK|WIB")
_MOST_WORDS_OF_PLACE = 3
"""Words before "time" at most: "6 p.m. New York time"."""
_NEXT_WORDS_CHARS = 64
_WORDS_OF_PLACE = re.compile(r"(?:\A|\s)(?P<word>[^\W\d_]++)")
_COMPANY_FORMS = frozenset(abbreviations.COMPANY_FORMS.split())
_LETTERED_NOUNS = frozenset(word_lists.LETTERED_NOUNS.split())
_HEADING_LABEL = re.compile(
    rf"(?i)[\W_]*(?:{'|'.join(word_lists.HEADING_WORDS.split())})\.?[ \u00a0]"
    r"(?:\d{1,3}(?:\.\d+)*|[ivxlc]+|[a-z])[*_]*"
)
"""A sentence that is only a heading's label so far: "Step 1", "Kapitel IV"."""


class WordKind(Enum):
    """What the word before a full stop is; `abbreviations.py` explains the kinds of abbreviations."""

    PLAIN = "word"
    NEVER_ENDS = "abbreviation"
    MAY_END = "abbreviation that may end"
    ET_CETERA = "and so on"
    BEFORE_NUMBER = "abbreviation before a number"
    UNIT = "unit"
    INITIAL = "initial"
    ACRONYM = "dotted acronym"
    TIME = "time or degree"
    ORDINAL = "ordinal"
    NUMERAL = "number"


class NextWordShape(Enum):
    """What the first character of the next word is."""

    LOWER = "lower case"
    UPPER = "capital"
    DIGIT = "digit"
    OTHER = "other script or sign"


class EndRule(Enum):
    """Whether the sentence ends: always, never, or on a condition."""

    CUT = "cut"
    HOLD = "hold"
    IF_STARTER = "cut if the next word is one that starts sentences"
    IF_NO_CAPITALS = "cut if the text seems to be written without capitals"
    IF_NO_NOUN = "cut unless the next word may be a noun"
    IF_NO_NUMERAL = "cut unless a Roman numeral or a letter follows"
    IF_TIME_IS_NOT_ALL = "cut unless the sentence consists of a time phrase so far"
    IF_NO_ORDINAL = "cut unless the number may be an ordinal of what follows"


_RULES: dict[WordKind, tuple[EndRule, EndRule, EndRule, EndRule]] = {
    # the next word begins with: lower case, a capital, a digit, another character
    WordKind.PLAIN: (EndRule.IF_NO_CAPITALS, EndRule.CUT, EndRule.CUT, EndRule.CUT),
    WordKind.NEVER_ENDS: (EndRule.HOLD, EndRule.HOLD, EndRule.HOLD, EndRule.HOLD),
    WordKind.MAY_END: (EndRule.HOLD, EndRule.IF_STARTER, EndRule.HOLD, EndRule.HOLD),
    WordKind.ET_CETERA: (EndRule.HOLD, EndRule.IF_NO_NOUN, EndRule.HOLD, EndRule.HOLD),
    WordKind.BEFORE_NUMBER: (EndRule.IF_NO_CAPITALS, EndRule.IF_NO_NUMERAL, EndRule.HOLD, EndRule.HOLD),
    WordKind.UNIT: (EndRule.HOLD, EndRule.IF_TIME_IS_NOT_ALL, EndRule.HOLD, EndRule.CUT),
    WordKind.INITIAL: (EndRule.HOLD, EndRule.IF_STARTER, EndRule.HOLD, EndRule.HOLD),
    WordKind.ACRONYM: (EndRule.HOLD, EndRule.IF_STARTER, EndRule.HOLD, EndRule.HOLD),
    WordKind.TIME: (EndRule.HOLD, EndRule.IF_TIME_IS_NOT_ALL, EndRule.IF_TIME_IS_NOT_ALL, EndRule.CUT),
    WordKind.ORDINAL: (EndRule.HOLD, EndRule.IF_NO_ORDINAL, EndRule.HOLD, EndRule.HOLD),
    WordKind.NUMERAL: (EndRule.HOLD, EndRule.CUT, EndRule.CUT, EndRule.CUT),
}

_RULES_AND_REASONS = {
    kind: {
        shape: (end_rule, f"{kind.value}, {shape.value} follows")
        for shape, end_rule in zip(NextWordShape, row, strict=True)
    }
    for kind, row in _RULES.items()
}


def rule(context: MarkContext) -> tuple[bool, str]:
    """Return whether the sentence ends at this full stop, and why."""
    word = context.word_before()
    kind = kind_of_word(word, context)
    if kind is WordKind.PLAIN and context.next_character in marks.SENTENCE_OPENERS:
        return True, "word, opener follows"
    if kind not in (WordKind.PLAIN, WordKind.BEFORE_NUMBER) and context.start_of(word) <= context.start + 1:
        return False, f"{kind.value} alone"
    if _is_label(context, word):
        return False, "label of what follows"
    if kind is WordKind.UNIT and context.next_character in _MONEY:
        return False, "unit before a sign of money"
    shape = shape_of_next_word(context)
    is_plain = kind is WordKind.PLAIN and shape in (NextWordShape.UPPER, NextWordShape.DIGIT)
    if is_plain and (_is_label_next(context, word) or _is_company_form_next(context, word)):
        return False, "short word, label or company form follows"
    end_rule, reason = _RULES_AND_REASONS[kind][shape]
    ends = end_rule is EndRule.CUT or (end_rule is not EndRule.HOLD and _CONDITIONS[end_rule](context, word))
    return ends, reason


def _is_label(context: MarkContext, word: str) -> bool:
    """Whether the sentence, or its part behind the colon, is only a label so far: "Step 1.", "Steps: 1."."""
    text, start = context.text, context.start
    if (word.isdigit() or len(word) == 1) and list_items.is_label_behind_colon(
        text, start, context.start_of(word)
    ):
        return True
    may_be_heading = word[-1:].isdigit() or word.isupper()
    return may_be_heading and _HEADING_LABEL.fullmatch(text, start, context.at) is not None


def shape_of_next_word(context: MarkContext) -> NextWordShape:
    """Return the shape of the next word, opening quotes and brackets before it skipped."""
    first = context.next_word_first_character()
    if first.islower():
        return NextWordShape.LOWER
    if first.isupper() or first.istitle():
        return NextWordShape.UPPER
    return NextWordShape.DIGIT if first.isdigit() else NextWordShape.OTHER


def kind_of_word(word: str, context: MarkContext) -> WordKind:
    """Return what `word`, which stands before the full stop, is."""
    if not word or word[-1] in marks.WORD_CLOSERS:
        return WordKind.PLAIN
    if word[0].isdigit() and _NUMBER.fullmatch(word):
        return _kind_of_number(word, context)
    if word.isalpha():
        return _kind_of_part(word, word, context)
    before_apostrophe, _, after_apostrophe = word.replace("’", "'").replace("–", "-").rpartition("'")
    if after_apostrophe in _ENGLISH_CLITICS and before_apostrophe:
        return WordKind.PLAIN
    before_hyphen, _, after_hyphen = after_apostrophe.rpartition("-")
    if before_hyphen and len(after_hyphen) == 1 and "." not in before_hyphen:
        return WordKind.PLAIN
    return _kind_of_part(after_apostrophe, after_hyphen, context)


def _kind_of_part(after_apostrophe: str, after_hyphen: str, context: MarkContext) -> WordKind:
    """The kind of a word from its part behind the last apostrophe, and its part behind the last hyphen."""
    listed = (
        _listed_kind(_joined_with_part_before(after_apostrophe, context), context)
        or _listed_kind(after_apostrophe, context)
        or _listed_kind(after_hyphen.rpartition("/")[2], context)
    )
    if listed is not None and context.has_space_before and listed is not WordKind.NEVER_ENDS:
        return WordKind.PLAIN
    return listed or _kind_by_shape(after_hyphen, context)


def _kind_of_number(word: str, context: MarkContext) -> WordKind:
    if context.lexicon.has_ordinal_dot and word.isdigit() and len(word) <= 2:
        return WordKind.ORDINAL
    return WordKind.NUMERAL


def _listed_kind(word: str, context: MarkContext) -> WordKind | None:
    """The kind that the word lists give the word, or None."""
    lexicon, lower = context.lexicon, word.lower()
    if lower not in lexicon.listed and "." not in lower and not lower.endswith("str"):
        return None
    if lower in lexicon.units and _follows_number(context, word):
        return WordKind.UNIT
    never_ends = lower in lexicon.never_ends or word in lexicon.never_ends
    if never_ends or ("." in lower and lower.partition(".")[0] in lexicon.never_ends):
        return WordKind.TIME if lower in _TIME_ABBREVIATIONS else WordKind.NEVER_ENDS
    if lower in lexicon.may_end or word in lexicon.may_end:
        return WordKind.ET_CETERA if lower in _ET_CETERA else WordKind.MAY_END
    if (
        lower in lexicon.before_number
        or word in lexicon.before_number
        or (lexicon.language == "de" and lower.endswith("str"))
    ):
        return WordKind.BEFORE_NUMBER
    return WordKind.TIME if lower.lstrip("0123456789") in _TIME_ABBREVIATIONS else None


def _kind_by_shape(word: str, context: MarkContext) -> WordKind:
    """The kind of a word that is in no list of abbreviations."""
    if word in context.lexicon.short_words:
        return WordKind.PLAIN
    if _is_caseless_abbreviation(word, context):
        return WordKind.NEVER_ENDS
    if _is_initial(word, context):
        return WordKind.UNIT if word in _UNIT_LETTERS and _follows_number(context, word) else WordKind.INITIAL
    if _ACRONYM.fullmatch(word) and word.rpartition(".")[2] not in _ADDRESS_SUFFIXES:
        return WordKind.ACRONYM
    if context.lexicon.has_ordinal_dot and marks.ROMAN_NUMERAL.fullmatch(word):
        return WordKind.ORDINAL
    return (
        WordKind.MAY_END
        if marks.WORD_WITHOUT_VOWEL.fullmatch(word[:1].lower() + word[1:])
        else WordKind.PLAIN
    )


def _joined_with_part_before(word: str, context: MarkContext) -> str:
    """The word together with the first part of a spaced abbreviation: "z.B" for "z. B", "p.m", "т.д"."""
    if len(word) > _LONGEST_PART:
        return word
    word_start = context.start_of(word)
    if context.text[word_start - 2 : word_start - 1] != ".":
        return word
    part = context.text[max(context.start, word_start - _LONGEST_PART) : word_start - 1].rpartition(" ")[2]
    joined = part + word
    is_listed = joined.lower() in context.lexicon.listed or joined.lower() in _TIME_ABBREVIATIONS
    return joined if part.islower() and (is_listed or len(word) < 3) else word


def _is_initial(word: str, context: MarkContext) -> bool:
    """One letter; in Indian and Ethiopic scripts, where an initial is a syllable, up to three characters."""
    if len(word) == 1 and word.isalpha():
        return word.lower() != word.upper() or _CASELESS_LETTER.match(word) is not None
    return _INDIC_INITIAL.fullmatch(word) is not None or _CASELESS_ACRONYM.fullmatch(word) is not None


def _is_caseless_abbreviation(word: str, context: MarkContext) -> bool:
    """Thai letters (น., จ.), with which no sentence ends; a short Hindi word beside a number (5 कि. ग्रा.)."""
    if _THAI_ABBREVIATION.fullmatch(word):
        return True
    if _DEVANAGARI_UNIT.fullmatch(word) is None:
        return False
    is_part = context.text[context.start : context.start_of(word)].rstrip().endswith(".")
    return is_part or _follows_number(context, word) or (len(word) <= 3 and context.next_character.isdigit())


def _is_label_next(context: MarkContext, word: str) -> bool:
    """Whether a label follows a short word that may be an abbreviation: "App. D", "Alg. 2b", "supp. S3".

    A label behind a lower-case word, and a plain number or "A", must not look like the subject of a sentence.
    """
    is_first = context.start_of(word) <= context.start
    if len(word) > _LONGEST_SHORT_WORD or not word.isalpha() or len(word) < 2 or word.isupper() or is_first:
        return False
    following = context.text[context.next_at : context.next_at + _LONGEST_LABEL]
    if _PARTIAL_LABEL.fullmatch(following) and len(following) < _LONGEST_LABEL and not context.final:
        raise MoreTextNeeded
    label = _LABEL.match(following)
    if label is None or (label[0] == "I" and following[1:2] not in ".,;)"):
        return False
    behind = following[label.end() :]
    if behind in ("", "-", "–", ".") and not context.final:
        raise MoreTextNeeded
    if behind[:1].isalnum() or behind[:1] in ("-", "'", "’", "–", "&"):
        return False
    if word[0].isupper() and label[0] != "A" and not label["number"]:
        return True
    if not behind[:1].isspace():
        return behind[:1] != "." or word[0].isupper() or label["mixed"] is not None
    found = marks.LETTERS.match(behind, 1)
    end = found.end() if found else 1
    if end == len(behind) and len(following) < _LONGEST_LABEL and not context.final:
        raise MoreTextNeeded
    return found is not None and found[0] in _BEHIND_LABEL


def _is_company_form_next(context: MarkContext, word: str) -> bool:
    """Whether the form of a company goes on behind a short word: "Pte. Ltd.", "Pty. Ltd."."""
    if len(word) > _LONGEST_SHORT_WORD or not word.istitle() or not context.is_next_word_in(_COMPANY_FORMS):
        return False
    return context.next_word()[1] == "."


def _follows_number(context: MarkContext, word: str) -> bool:
    return _text_before(word, context)[-1:].isdigit()


def _text_before(word: str, context: MarkContext) -> str:
    """The sentence up to the word before the mark, without white space at its end."""
    return context.text[context.start : context.start_of(word)].rstrip()


def _is_starter_next(context: MarkContext, word: str) -> bool:
    """ "in the U.S. It is" has an end there, "the U.S. Army" and "J. A. Smith" have none."""
    next_word, behind = context.next_word()
    if len(next_word) == 1 and behind in (".", ""):
        return False
    if len(word) == 1 and word.isupper() and len(next_word) > 1:
        before = _text_before(word, context).rpartition(" ")[2]
        if before.lower() in _LETTERED_NOUNS:
            return True
    lower, starters = next_word.lower().replace("’", "'"), context.lexicon.starters
    return lower in starters or lower.partition("'")[0] in starters or (behind == "." and lower in _TITLES)


def _is_no_noun_next(context: MarkContext, word: str) -> bool:
    """ "tea etc. We left" has an end there, German "Tee usw. Kaffee" has none."""
    return context.lexicon.language not in _LANGUAGES_WITH_CAPITAL_NOUNS or _is_starter_next(context, word)


def _is_written_without_capitals(context: MarkContext, word: str) -> bool:
    """Lower case behind a plain word: the text has no capitals, or the word is an unknown abbreviation.

    A short word is taken for an abbreviation: one of less than 4 letters in English and in sentences that
    begin in lower case, of less than 6 elsewhere.
    """
    bare = word.lower()
    if _NUMBER_WITH_UNIT.fullmatch(bare.replace("\u2010", "-").replace("\u2011", "-")):
        return False
    if bare in context.lexicon.short_words:
        return True
    if not context.lexicon.is_english and not context.text[context.start].islower():
        return len(bare) >= 6 and bare.isalpha()
    if len(bare) < 4 or not _may_be_shortened_adjective(context, word):
        return len(bare) >= 4
    return context.is_next_word_in(context.lexicon.starters)


def _may_be_shortened_adjective(context: MarkContext, word: str) -> bool:
    """Whether an unknown word may be shortened: behind a determiner ("The orig. plan")."""
    if (
        len(word) > _LONGEST_SHORTENED_WORD
        or not word.isalpha()
        or not word.islower()
        or word[-1] in "aeiouy"
    ):
        return False
    before = _text_before(word, context).rpartition(" ")[2].lower()
    return before in _DETERMINERS and not context.text[context.start].islower()


def _is_no_numeral_next(context: MarkContext, word: str) -> bool:
    """ "He said no. It is" has an end there, "No. IV" and "Fig. A" have none."""
    is_also_plain_word = word.lower() in ALSO_PLAIN_WORDS
    if is_also_plain_word and context.text[context.next_at + 1 : context.next_at + 2].islower():
        return True
    next_word, _ = context.next_word()
    if is_also_plain_word and next_word in ("I", "A"):
        return True
    if len(next_word) == 1 or marks.ROMAN_NUMERAL.fullmatch(next_word):
        return False
    return is_also_plain_word or _is_starter_next(context, word)


def _is_end_after_time(context: MarkContext, word: str) -> bool:
    """ "We met at 5 p.m. Tom left" has an end there, "At 5 p.m. Tom left", "5 Mio. Euro" have none."""
    if context.is_next_word_in(context.lexicon.months) or context.is_next_word_in(_CURRENCIES):
        return False
    if _is_time_zone_next(context):
        return False
    if context.lexicon.language in _LANGUAGES_WITH_CAPITAL_NOUNS:
        return _is_starter_next(context, word)
    before = context.text[context.start : context.at].rpartition(": ")[2].split()
    first_word, n_words = before[0].lower(), len(before)
    is_time_phrase = first_word in context.lexicon.time_prepositions and n_words <= _LONGEST_TIME_PHRASE
    if is_time_phrase or n_words == 1:
        return context.next_character != "I" and context.is_next_word_in(context.lexicon.starters)
    return True


def _is_time_zone_next(context: MarkContext) -> bool:
    """Whether a zone or a place and "time" follow a time: "8 p.m. PT", "6 p.m. New York time"."""
    following = context.text[context.next_at : context.next_at + _NEXT_WORDS_CHARS].lstrip("([")
    may_grow = len(following) < _NEXT_WORDS_CHARS and not context.final
    at = 0
    for n_words, found in enumerate(_WORDS_OF_PLACE.finditer(following)):
        if found.start() > at:
            return False
        at, word = found.end(), found["word"]
        if at == len(following) and may_grow and (word[0].isupper() or "time".startswith(word)):
            raise MoreTextNeeded
        if n_words == 0 and _TIME_ZONE.fullmatch(word):
            return True
        if word in ("time", "Time"):
            return n_words > 0
        if not word[0].isupper() or n_words == _MOST_WORDS_OF_PLACE:
            return False
    if may_grow and not following[at:].strip():
        raise MoreTextNeeded
    return False


def _is_end_after_ordinal(context: MarkContext, word: str) -> bool:
    """Danish "Det er sag 3. Han" has an end there, "d. 3. Maj" and German "der 3. Mann" have none."""
    next_word, _ = context.next_word()
    if next_word.lower() in context.lexicon.months:
        return False
    if (
        word.isdigit()
        and context.lexicon.language not in _LANGUAGES_WITH_CAPITAL_AFTER_ORDINAL
        and context.start < context.start_of(word)
    ):
        return True
    return _is_starter_next(context, word)


_CONDITIONS = {
    EndRule.IF_STARTER: _is_starter_next,
    EndRule.IF_NO_CAPITALS: _is_written_without_capitals,
    EndRule.IF_NO_NOUN: _is_no_noun_next,
    EndRule.IF_NO_NUMERAL: _is_no_numeral_next,
    EndRule.IF_TIME_IS_NOT_ALL: _is_end_after_time,
    EndRule.IF_NO_ORDINAL: _is_end_after_ordinal,
}
