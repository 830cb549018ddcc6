"""The common case, decided at little cost: a plain word, ".", "?" or "!", then a space and a capital or a
line break.

It only ever says what `boundary.judge` would say too, in every language whose lists were asked; whatever it
does not know is left to the rules.
"""

from __future__ import annotations

import re

_MARKS = ".?!"
_VOWELS = "aeiouyáàâãäåæéèêëíìîïóòôõöøúùûüýаеёиоуыэюяіїєαεηιουωάέήίόύώ"
_LOWER = "a-zß-öø-ÿ\u0101-\u017f\u0430-\u045f\u0491\u03ac-\u03ce"
_WORD = re.compile(f"(?=\\w\\w)[^\\W\\d_]?(?:(?![{_VOWELS}])[{_LOWER}])*[{_VOWELS}][{_LOWER}]*+(?<!str)")
"""A word in lower case but for its first letter, with a vowel: without one it may be an abbreviation that no
list has. (German street names end in "str.".)"""


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
        return is_plain_word(text, start, at, listed) and not has_bracket(text, start, at)
    return (behind[:1] == "\n" or (not behind and final)) and is_plain_word(text, start, at, listed)


def has_bracket(text: str, start: int, end: int) -> bool:
    """Whether a bracket opens in text[start:end]."""
    return (
        text.find("(", start, end) >= 0
        or text.find("[", start, end) >= 0
        or text.find("{", start, end) >= 0
        or text.find("（", start, end) >= 0
    )
