"""List items that follow each other on one line: "1) apples 2) pears", "a. x b. y", "• x • y".

Such an item ends where the next label begins. Only a label that continues the one with which the sentence
began counts, so that "by 1) and 2)" or "A • B" stay whole; so do names: "A. Lind and B. Berg", "C. elegans".
"""

from __future__ import annotations

import re

from voice_server.core.text.splitting import marks, word_lists
from voice_server.core.text.splitting.mark_context import MarkContext

_LABEL = re.compile(rf"([{marks.BULLETS}-]?)\s*([(\[]?)(\d{{1,3}}|[A-Za-z]|[ivx]{{2,5}})([.)\]]{{1,2}})")
_ROMAN = word_lists.ROMAN_NUMBERS.split()
_JOINERS = frozenset(word_lists.JOINERS.split())


def next_item(place: MarkContext) -> int | None:
    """Where the label begins that ends at this mark and continues the sentence's own, or None."""
    text, start = place.text, place.start
    if place.mark in marks.BULLETS:
        return place.at if text[start] == place.mark and place.at > start else None
    own = _own_label(place)
    if own is None or (place.is_glued and place.next.isdigit()):
        return None
    label_start = max(text.rfind(" ", start, place.at), text.rfind("\n", start, place.at)) + 1
    if own.group(3).isalpha() and not _JOINERS.isdisjoint(text[start:label_start].rsplit(None, 1)[-1:]):
        return None
    if text[label_start - 2 : label_start - 1] in (*marks.BULLETS, "-") and label_start - 2 > start:
        label_start -= 2
    found = _LABEL.match(text, label_start, place.end)
    if found is None or label_start <= own.end():
        return None
    same_style = own.group(1, 2, 4) == found.group(1, 2, 4)
    return label_start if same_style and _follows(own.group(3), found.group(3)) else None


def _own_label(place: MarkContext) -> re.Match[str] | None:
    """The label that the sentence begins with, if it does."""
    text, start = place.text, place.start
    if text[start : start + 2].isalpha() and text[start] not in "ivx":
        return None
    own = _LABEL.match(text, start, start + 12)
    if own is None or own.end() >= place.at:
        return None
    is_name = own.group(3).isupper() and text[own.end() : own.end() + 2].strip().islower()
    return None if is_name else own


def _follows(label: str, following: str) -> bool:
    if label.isdigit() and following.isdigit():
        return int(following) == int(label) + 1
    if label in _ROMAN and following in _ROMAN and len(label) + len(following) > 2:
        return _ROMAN.index(following) == _ROMAN.index(label) + 1
    return len(label) == 1 and len(following) == 1 and ord(following) == ord(label) + 1
