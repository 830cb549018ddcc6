"""What a tagger of running text gets wrong about numbers and signs, put right before misaki reads them.

misaki leaves out what is tagged as punctuation, and it runs numbers with a hyphen between them into one word.
Here a number is a number whatever its tag, a sign that is spoken is a word of its own, and no zero is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from unicodedata import category

from misaki.en import CURRENCIES, PUNCT_TAG_PHONEMES, PUNCT_TAGS
from misaki.token import MToken

DASHES = "-–—"
"""Between two numbers they part them."""
MINUS = "-−"
TIME = re.compile(r"\d\d?(?::\d\d){1,2}")
_NUMBER = re.compile(r"[-−+]?[.,]?\d[\d.,]*")
_ABBREVIATION = re.compile(r"[^\W\d_]+\.")
_COMPARED = {"<": "less than", ">": "greater than"}
_SPOKEN = "%&@/\\"
_DATE = [4, 2, 2]
_TELEPHONE = [3, 4]
_SPELLED_FROM = 3


def mend(tokens: list[MToken], say: Callable[[str], str], knows: Callable[[str], bool]) -> None:
    """Change the tagger's tokens so that misaki speaks every one of them.

    `say` gives the phonemes of a word, `knows` tells whether the dictionary has a word as it is written.
    """
    for token in tokens:
        if token.phonemes is None:
            token.tag = _tag(token)
    for first, last in _chains(tokens):
        _part(tokens[first : last + 1], say)
    around = [None, *tokens, None]
    for before, token, behind in zip(around, tokens, around[2:], strict=False):
        if token.phonemes is not None or token._.alias is not None:
            continue
        if re.fullmatch(r"0\d+", token.text):
            _spell(token, say)
        elif behind is not None:
            _mend_sign(before, token, behind, say)
            _mend_abbreviation(token, behind, knows)


def _tag(token: MToken) -> str:
    if _NUMBER.fullmatch(token.text):
        return "CD"
    if token.text in CURRENCIES:
        return "$"
    if token.tag not in PUNCT_TAGS:
        return str(token.tag)
    kinds = {category(character) for character in token.text}
    is_enclosing = kinds <= {"Ps", "Pe", "Pi", "Pf"} or set(token.text) <= set("\"'`")
    if token.text in _SPOKEN or not (is_enclosing or all(kind[0] in "PZ" for kind in kinds)):
        return "NN"
    return "," if token.tag in PUNCT_TAG_PHONEMES and not is_enclosing else str(token.tag)


def _chains(tokens: list[MToken]) -> Iterator[tuple[int, int]]:
    """The first and the last place of numbers that dashes join."""
    first = 0
    while first < len(tokens):
        last = first
        while (
            last + 2 < len(tokens)
            and all(_NUMBER.fullmatch(token.text) for token in tokens[last : last + 3 : 2])
            and tokens[last + 1].text in DASHES
            and not any(token.whitespace or token.phonemes for token in tokens[last : last + 2])
        ):
            last += 2
        if last > first:
            yield first, last
        first = last + 1


def _part(chain: list[MToken], say: Callable[[str], str]) -> None:
    """Read `10-15` with a word between, and dates and telephone numbers with pauses, digit by digit."""
    numbers, dashes = chain[::2], chain[1::2]
    lengths = [len(number.text) for number in numbers]
    is_round = all(number.text.endswith("0") for number in numbers)
    is_telephone = lengths == _TELEPHONE and not is_round
    is_range = len(numbers) == 2 and not is_telephone and not any(n.text[0] == "0" for n in numbers)
    for number, dash in zip(numbers, dashes, strict=False):
        dash.whitespace = " "
        if is_range and dash.text != "—":
            dash._.alias = "to"
            number.whitespace = " "
        else:
            dash.phonemes = ","
    for number in numbers if not is_range and lengths != _DATE else ():
        if len(number.text) >= _SPELLED_FROM and number.text.isdecimal():
            _spell(number, say)


def _spell(number: MToken, say: Callable[[str], str]) -> None:
    names = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    number.phonemes = " ".join(say(names[int(digit)]) for digit in number.text)


def _mend_sign(before: MToken | None, token: MToken, behind: MToken, say: Callable[[str], str]) -> None:
    attached = before is not None and not before.whitespace and before.text[-1].isalnum()
    counts = not token.whitespace and (_NUMBER.fullmatch(behind.text) or behind.text in CURRENCIES)
    word = None
    if token.text in _COMPARED and token.whitespace and before is not None and before.whitespace:
        token.phonemes = " ".join(map(say, _COMPARED[token.text].split()))
    elif token.text in MINUS and counts and not attached:
        word = "minus"
    elif token.text == "#" and counts:
        word = "number"
    elif token.text == "#" and attached and before is not None and before.text in "ABCDEFG":
        word = "sharp"
        before.whitespace = " "
    if word is not None:
        token._.alias = word
        token.whitespace = " "


def _mend_abbreviation(token: MToken, behind: MToken, knows: Callable[[str], bool]) -> None:
    """The dot of an abbreviation is no end of a sentence if what follows does not begin one."""
    goes_on = token.whitespace and (behind.text[0].islower() or behind.text[0].isdecimal())
    if goes_on and _ABBREVIATION.fullmatch(token.text) and not knows(token.text):
        token._.alias = token.text[:-1]
