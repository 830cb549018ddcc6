"""The two common cases, decided without the rules because those take longer.

A sentence ends at ".", "?" or "!" between a plain word and a space with a capital, or a line break; and a
full stop inside a number, an address or a file name is no end. The law: where one of these functions says
yes, `boundary.decide` decides the same, in every language whose lists were asked; all else is left to the
rules.
"""

from __future__ import annotations

import re

from voice_server.core.text.splitting import abbreviations

_ROMAN_NUMERAL_LETTERS = "ivx"
_MARKS = ".?!"
_VOWELS = "aeiouyáàâãäåæéèêëíìîïóòôõöøúùûüýаеёиоуыэюяіїєαεηιουωάέήίόύώ"
_LOWER = "".join(filter(str.islower, map(chr, range(0x61, 0x492))))
_CONSONANTS = "".join(letter for letter in _LOWER if letter not in _VOWELS)
_WORD = re.compile(f"(?=\\w\\w)[^\\W\\d_]?[{_CONSONANTS}]*[{_VOWELS}][{_LOWER}]*+(?<!str)")
"""A word with a vowel, in lower case but for its first letter. Without a vowel, or with the "str" of a German
street at its end, it may be an abbreviation that is in no list."""
_OPENER = re.compile(r"[(\[{（`]")
"""The beginning of brackets or code, which may be open at the mark."""
_FIRST_LETTERS_OF_FORMS = frozenset(form[0].upper() for form in abbreviations.COMPANY_FORMS.split())
_LONGEST_SHORT_WORD = 5
"""Letters of a word with a capital that may be an abbreviation in no list: "App. D", "Pte. Ltd."."""


def is_plain_word(text: str, start: int, at: int, listed: frozenset[str]) -> bool:
    """Return whether the word before `at` is no abbreviation, and no name that ends in a mark.

    `listed` are the words of all lists of the text's language, in lower case (`Lexicon.listed`).
    """
    word_start = max(start, text.rfind(" ", start, at) + 1)
    return _WORD.fullmatch(text, word_start, at) is not None and text[word_start:at].lower() not in listed


def is_ordinary_end(text: str, start: int, at: int, listed: frozenset[str], *, final: bool) -> bool:
    """Return whether the mark at `at` is an ordinary end of the sentence that begins at `start`.

    `final` says that no more text will come.
    """
    if text[at] not in _MARKS:
        return False
    behind = text[at + 1 : at + 3]
    if behind[1:].isupper() and behind[0] == " ":
        return (
            is_plain_word(text, start, at, listed)
            and _OPENER.search(text, start, at) is None
            and not may_precede_label(text, start, at)
        )
    return (behind[:1] == "\n" or (not behind and final)) and is_plain_word(text, start, at, listed)


def may_precede_label(text: str, start: int, at: int) -> bool:
    """Return whether the mark at `at` may belong to a short word with a capital: "App. D", "Pte. Ltd."."""
    word_start = text.rfind(" ", start, at) + 1
    if text[at] != "." or at - word_start > _LONGEST_SHORT_WORD or word_start <= start:
        return False
    may_be_label_or_form = text[at + 2] in _FIRST_LETTERS_OF_FORMS or not text[at + 3 : at + 4].islower()
    return text[word_start].isupper() and text[at + 2] != "I" and may_be_label_or_form


def is_inside_token(text: str, start: int, at: int) -> bool:
    """Return whether the full stop at `at` is part of a number, an address or a file name: "3.5", "a.com".

    False where the sentence may begin with a list item's label ("a. x b. y"): that is left to the rules.
    """
    after = text[at + 1 : at + 2]
    return (
        text[at] == "."
        and after.isascii()
        and (after.islower() or (after.isdigit() and not text[at - 1].islower()))
        and text[start : start + 2].isalpha()
        and text[start] not in _ROMAN_NUMERAL_LETTERS
    )
