"""When each written word is spoken, from the times of the phonemes.

Phonemes do not stand word by word: espeak-ng says "of the" as one, "$5" in the other order and "2024" as
four. So each word is read alone too, and what was read alone is laid over what is spoken. Rules: marks are in
order, do not overlap, and every word has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

from voice_server.worker.api import WordMark, word_spans

from .model import Sound


def word_marks(
    text: str, alone: Sequence[Sequence[str]], sounds: Sequence[Sound], samples_per_ms: float
) -> Iterator[WordMark]:
    """Yield a mark for each word of `text`.

    `alone` are the phonemes of each word when it is read alone, `sounds` those of the whole text.
    """
    words = word_spans(text, 0, len(text))
    if not words or not sounds:
        return
    ends = _ends(alone, sounds)
    for (start, end), (first, until) in zip(words, pairwise((0, *ends)), strict=True):
        began = sounds[min(first, len(sounds) - 1)].start
        ended = sounds[until - 1].end if until > first else began
        phonemes = "".join(sound.phoneme for sound in sounds[first:until])
        yield WordMark(text[start:end], began / samples_per_ms, ended / samples_per_ms, start, end, phonemes)


def _ends(alone: Sequence[Sequence[str]], sounds: Sequence[Sound]) -> list[int]:
    """The number of sounds up to the end of each word."""
    spoken = [sound.phoneme for sound in sounds]
    gaps = {number for number, sound in enumerate(sounds, start=1) if sound.ends_word}
    matcher = SequenceMatcher(None, [each for word in alone for each in word], spoken, autojunk=False)
    blocks = matcher.get_matching_blocks()  # the last one is empty, at the ends of both
    before = (0, 0)
    ends: list[int] = []
    at = 0
    for place in accumulate(map(len, alone)):
        while place > blocks[at].a + blocks[at].size:
            before = (blocks[at].a + blocks[at].size, blocks[at].b + blocks[at].size)
            at += 1
        block = blocks[at]
        if place > block.a:
            end = block.b + place - block.a
        else:
            guess = _between(place, before, (block.a, block.b))
            end = next((each for each in (guess, guess + 1, guess - 1) if each in gaps), guess)
        ends.append(max(end, ends[-1] if ends else 0))
    return [*ends[:-1], len(sounds)]


def _between(place: int, before: tuple[int, int], behind: tuple[int, int]) -> int:
    """What corresponds to `place` between two places that are known; what has no part of it comes behind."""
    (a, b), (next_a, next_b) = before, behind
    return b if next_a == a else b + round((place - a) * (next_b - b) / (next_a - a))
