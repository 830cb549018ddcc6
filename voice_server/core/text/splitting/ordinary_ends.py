"""The common cases, decided at little cost: a plain word, ".", "?" or "!", then a space and a capital or a
line break; and a full stop that the same word goes on behind.

It only ever says what `boundary.judge` would say too, in every language whose lists were asked; whatever it
does not know is left to the rules.
"""

from __future__ import annotations

import re

_ROMAN_DIGITS = "ivx"
_MARKS = ".?!"
_VOWELS = "aeiouyáàâãäåæéèêëíìîïóòôõöøúùûüýаеёиоуыэюяіїєαεηιουωάέήίόύώ"
_LOWER = "".join(filter(str.islower, map(chr, range(0x61, 0x492))))
_CONSONANTS = "".join(letter for letter in _LOWER if letter not in _VOWELS)
_WORD = re.compile(f"(?=\\w\\w)[^\\W\\d_]?[{_CONSONANTS}]*[{_VOWELS}][{_LOWER}]*+(?<!str)")
"""A word in lower case but for its first letter, with a vowel: without one it may be an abbreviation that no
list has. (German street names end in "str.".)"""
_OPENER = re.compile(r"[(\[{（`]")
"""What may be open at the mark: a bracket, or code."""


def is_plain_word(text: str, start: int, at: int, listed: frozenset[str]) -> bool:
    """Whether the word before `at` is one that no mark belongs to.

    `listed` are the words, in lower case, that any list of the text's language names.
    """
    word = max(start, text.rfind(" ", start, at) + 1)
    return _WORD.fullmatch(text, word, at) is not None and text[word:at].lower() not in listed


def ends_sentence(text: str, start: int, at: int, listed: frozenset[str], *, final: bool) -> bool:
    """Whether the mark at `at` is the ordinary end of a sentence that began at `start`.

    `final` says that no more text will come.
    """
    if text[at] not in _MARKS:
        return False
    behind = text[at + 1 : at + 3]
    if behind[1:].isupper() and behind[0] == " ":
        return is_plain_word(text, start, at, listed) and _OPENER.search(text, start, at) is None
    return (behind[:1] == "\n" or (not behind and final)) and is_plain_word(text, start, at, listed)


def is_glued(text: str, start: int, at: int) -> bool:
    """Whether the full stop at `at` is a part of a number, an address or a file name.

    A sentence that begins with a letter or a sign may be an item of a list: that is left to the rules.
    """
    after = text[at + 1 : at + 2]
    return (
        text[at] == "."
        and after.isascii()
        and (after.islower() or after.isdigit())
        and text[start : start + 2].isalpha()
        and text[start] not in _ROMAN_DIGITS
    )
