"""List items that follow each other on one line: "1) apples 2) pears", "a. x b. y", "• x • y".

Such an item ends where the next label begins, but only if the label before that one begins the sentence or
stands behind its colon ("Bring: 1) a rope 2) water"): "by 1) and 2)" and "A • B" stay whole, and so do names,
"A. Lind beat B. Berg" and "C. elegans".
"""

from __future__ import annotations

import re

from voice_server.core.text.splitting import marks, word_lists
from voice_server.core.text.splitting.mark_context import MarkContext

_LABEL = re.compile(
    rf"(?P<bullet>[{marks.BULLETS}-]?)\s*(?P<opener>[(\[]?)(?P<number>\d{{1,3}}|[A-Za-z]|[ivx]{{2,5}})"
    r"(?P<closer>[.)\]]{1,2})"
)
_STYLE = ("bullet", "opener", "closer")
"""The groups of `_LABEL` that are the same in all labels of one list."""
_ROMAN_NUMERALS = word_lists.ROMAN_NUMBERS.split()
_CONJUNCTIONS = frozenset(word_lists.CONJUNCTIONS.split())


def next_item_start(context: MarkContext) -> int | None:
    """Return where the label begins that ends at this mark, if it continues the sentence's own; else None."""
    text, start = context.text, context.start
    if context.mark in marks.BULLETS:
        return context.at if text[start] == context.mark and context.at > start else None
    own_label = _own_label(context)
    if own_label is None or (context.is_unspaced and context.next_character.isdigit()):
        return None
    number = own_label["number"]
    label_start = max(text.rfind(" ", start, context.at), text.rfind("\n", start, context.at)) + 1
    between = text[own_label.end() : label_start]
    if _joins_next_item(own_label, between) or _may_be_names(own_label, between):
        return None
    if text[label_start - 2 : label_start - 1] in (*marks.BULLETS, "-") and label_start - 2 > start:
        label_start -= 2
    label = _LABEL.match(text, label_start, context.end)
    if label is None or label_start <= own_label.end():
        return None
    is_same_style = own_label.group(*_STYLE) == label.group(*_STYLE)
    return label_start if is_same_style and _is_next(label["number"], number) else None


def _own_label(context: MarkContext) -> re.Match[str] | None:
    """The label that the sentence begins with, or None; "C. elegans" begins with a name."""
    text, start = context.text, context.start
    if text[start : start + 2].isalpha() and text[start] not in "ivx":
        return _label_behind_colon(context)
    label = _LABEL.match(text, start, start + 12)
    if label is None or label.end() >= context.at:
        return _label_behind_colon(context)
    is_name = (
        label["closer"] == "."
        and label["number"].isupper()
        and text[label.end() : label.end() + 2].strip().islower()
    )
    return None if is_name else label


def _label_behind_colon(context: MarkContext) -> re.Match[str] | None:
    """The label behind the first colon of the sentence: "three things: 1) rope"."""
    colon = context.text.find(": ", context.start, context.at)
    if colon < 0:
        return None
    label = _LABEL.match(context.text, colon + 2, context.at)
    return label if label and (label["closer"] != "." or label["number"].isdigit()) else None


def is_label_behind_colon(text: str, start: int, word_start: int) -> bool:
    """Return whether the word at `word_start` is behind the first colon: a label in "Steps: 1. Open it."."""
    return text.find(": ", start, word_start) == word_start - 2 >= start


def _joins_next_item(own_label: re.Match[str], between: str) -> bool:
    """Whether the items are parts of one sentence: "A. Lind and B. Berg", "needs: 1) salt, 2) oil"."""
    is_behind_colon = own_label.string.endswith(": ", 0, own_label.start())
    ends_in_conjunction = not _CONJUNCTIONS.isdisjoint(between.rsplit(None, 1)[-1:])
    if ends_in_conjunction and (is_behind_colon or own_label["number"].isalpha()):
        return True
    return is_behind_colon and between.rstrip().endswith(",")


def _may_be_names(own_label: re.Match[str], between: str) -> bool:
    """Whether "A." may be an initial: "A. Meyer beat B. Costa", but not "A. Apples B. Bananas"."""
    if own_label["closer"] != "." or not own_label["number"].isupper() or len(own_label["number"]) > 1:
        return False
    words = between.split()
    begins_with_capital = bool(words) and words[0][0].isupper()
    return begins_with_capital and not all(word[0].isupper() and word.isalpha() for word in words)


def _is_next(number: str, before: str) -> bool:
    """Whether a list goes on with `number` behind `before`: 3 behind 2, c behind b, iv behind iii."""
    if before.isdigit() and number.isdigit():
        return int(number) == int(before) + 1
    if before in _ROMAN_NUMERALS and number in _ROMAN_NUMERALS and len(before) + len(number) > 2:
        return _ROMAN_NUMERALS.index(number) == _ROMAN_NUMERALS.index(before) + 1
    return len(before) == 1 and len(number) == 1 and ord(number) == ord(before) + 1
