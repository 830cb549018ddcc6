"""The two common cases, decided without the rules because those take longer.

A sentence ends at ".", "?" or "!" between a plain word and a space with a capital, or a line break; and a
full stop inside a number, an address or a file name is no end. The law: where one of these functions says
yes, `boundary.decide` decides the same, in every language whose lists were asked; all else is left to the
rules.
"""

from __future__ import annotations

import re

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
        return is_plain_word(text, start, at, listed) and _OPENER.search(text, start, at) is None
    return (behind[:1] == "\n" or (not behind and final)) and is_plain_word(text, start, at, listed)


def is_inside_token(text: str, start: int, at: int) -> bool:
    """Return whether the full stop at `at` is part of a number, an address or a file name: "3.5", "a.com".

    False where the sentence may begin with a list item's label ("a. x b. y"): that is left to the rules.
    """
    after = text[at + 1 : at + 2]
    return (
        text[at] == "."
        and after.isascii()
        and (after.islower() or after.isdigit())
        and text[start : start + 2].isalpha()
        and text[start] not in _ROMAN_NUMERAL_LETTERS
    )
