"""How long a text takes to say, before anything is known of the voice: in letters of Latin script.

A Chinese character is a syllable and a Latin letter a third of one, so that 300 characters are 20 seconds in
one script and a minute in another. The unit is one letter of alphabetic script, 1/15 of a second; every
character counts one at least, so that a limit of speech is a limit of characters too.

Source of the weights: syllables per second in eleven languages (Pellegrino, Coupé and Marsico 2011; between
5 and 8), and the syllables that a character of each script stands for.
"""

from __future__ import annotations

import re
from typing import Final

LETTERS_PER_SECOND: Final = 15.0
_HEAVIEST: Final = 3.0
_WEIGHTS: Final = (
    (re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 3.0),  # Han
    (re.compile("[\uac00-\ud7a3]"), 2.6),  # Hangul syllables
    (re.compile("[\u1200-\u137f\ua000-\ua4cf]"), 2.2),  # Ethiopic, Yi: a syllable each, of fewer letters
    (re.compile("[\u3041-\u30ff\uff66-\uff9d]"), 1.8),  # kana: a short syllable each
    (re.compile(r"\d"), 1.5),
    (re.compile(r"(?<=\d\d\d\d)\d"), 2.5),  # with the row above 3: a long number is said digit by digit
)
_SLOW = re.compile(
    r"[\d\u1200-\u137f\u3041-\u30ff\u3400-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003ffff]"
)


def speech_length(text: str, start: int, end: int) -> float:
    """Return how long text[start:end] takes to say, in letters of Latin script."""
    length = float(end - start)
    if _SLOW.search(text, start, end) is None:
        return length
    for pattern, weight in _WEIGHTS:
        length += (weight - 1) * len(pattern.findall(text, start, end))
    return length


def fits_within(text: str, start: int, longest: float) -> int:
    """Return the last offset of the text up to which saying text[start:] takes no longer than `longest`.

    It depends on the characters before it alone, and is the end of the text if all of it fits.
    """
    n_chars = len(text) - start
    if n_chars * _HEAVIEST <= longest or (
        n_chars <= longest and speech_length(text, start, len(text)) <= longest
    ):
        return len(text)
    at, left = start, longest
    while left >= 1 and at < len(text):
        step = min(len(text) - at, max(1, int(left / _HEAVIEST)))
        taken = speech_length(text, at, at + step)
        if taken > left:
            break
        at, left = at + step, left - taken
    return max(at, min(start + 1, len(text)))


def room_for(text: str, longest: float) -> int:
    """Return how many characters may follow `text` at least until saying it takes longer than `longest`."""
    if len(text) * _HEAVIEST <= longest:
        return int(longest / _HEAVIEST) - len(text)
    return max(0, int((longest - speech_length(text, 0, len(text))) / _HEAVIEST))
