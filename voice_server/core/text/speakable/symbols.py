"""Characters that are not spoken: emoji, with the joiners between them and their variation selectors."""

from __future__ import annotations

import re
import unicodedata

_EMOJI = (
    "\U0001f000-\U0001faff"  # all the later blocks: faces, hands, flags, objects, skin tones
    "\u2600-\u266c\u2670-\u26ff"  # sun, hearts, notes; not the flat, natural and sharp signs, which are said
    "\u2700-\u2775\u2794-\u27bf"  # ticks, crosses, stars; not the circled digits, which are said
    "\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55"
    "\U000e0020-\U000e007f"  # the letters inside a flag of a region
)
_EMOJI_IF_SELECTED = (
    "\u203c\u2049\u2122\u2139\u2194-\u21aa\u24c2\u231a-\u23ff\u25aa-\u25fe\u3030\u303d\u3297\u3299"
)
"""Characters that are emoji only before a variation selector (U+FE0F); alone, "™" is read out."""
_INVISIBLE = "\ufe0e\ufe0f\u20e3"

# The joiner is dropped only between emoji: inside Persian and Indic words it decides how they are pronounced.
UNSPOKEN = (
    rf"(?:[{_EMOJI}]\ufe0f?\u200d?|[{_EMOJI_IF_SELECTED}]\ufe0f\u200d?|[{_INVISIBLE}]"
    rf"|(?<=[{_EMOJI}\ufe0f])\u200d)++"
)
"""A run of characters that are not spoken, as the source of a pattern."""

UNSPOKEN_CHARACTERS = _EMOJI + _EMOJI_IF_SELECTED + _INVISIBLE + "\u200d"
"""With what such a run may begin, as characters and ranges of a set."""

INVISIBLE = re.compile(rf"[{_INVISIBLE}]+")
"""Variation selectors, or the keycap round a digit; `unicode_forms` drops what else is not displayed."""

_SPOKEN_PUNCTUATION = frozenset("%&@§#")


def has_speech(text: str) -> bool:
    """Return whether `text` has something to speak: a letter, a digit, or a sign that is read out ("%")."""
    return any(_is_spoken(character) for character in text)


def _is_spoken(character: str) -> bool:
    if character.isalnum():
        return True
    return character in _SPOKEN_PUNCTUATION or unicodedata.category(character).startswith("S")
