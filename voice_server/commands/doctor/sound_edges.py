"""Where a take is sound and where silence, by its energy, and how its words' times lie to that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from voice_server.commands.doctor.take import Take

_BLOCK_MS = 5
_LOUDEST_BLOCKS = 4
_FLOOR_DB = -45
"""Below the loudest 20 ms by so much it is silence."""
_SHORTEST_PAUSE_MS = 60
"""A shorter silence belongs to a sound: that before a p, t or k."""
_SEARCH_MS = 150
"""How far from a word's time its pause is looked for."""
_CLAUSE_END = re.compile(r"[,.;:!?—]")
_CLOSURE = re.compile(r"[bcdgjkpqx\d]|t(?!h)", re.IGNORECASE)
"""What a word may begin with that itself begins in silence: "two" 45 ms before anything is heard."""


@dataclass(frozen=True, slots=True)
class SoundSpan:
    """From where to where a take is not silent, in milliseconds."""

    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class WordTimeErrors:
    """Stated minus heard, ms: the starts of words that follow a silence, and the end of the last word."""

    starts_ms: tuple[float, ...]
    end_ms: float


def sound_spans(take: Take) -> list[SoundSpan]:
    """The spans of sound between the silences, to 5 ms; none where all is silent."""
    samples = np.frombuffer(take.pcm, "<i2").astype(np.float64)
    size = take.rate_hz * _BLOCK_MS // 1000
    count = len(samples) // size
    levels = np.sqrt(np.square(samples[: count * size]).reshape(count, size).mean(1))
    if not levels.any():
        return []
    floor = np.sort(levels)[-_LOUDEST_BLOCKS:].mean() * 10 ** (_FLOOR_DB / 20)
    loud = np.flatnonzero(levels > floor)
    breaks = np.flatnonzero(np.diff(loud) > _SHORTEST_PAUSE_MS // _BLOCK_MS)
    starts, ends = loud[[0, *(breaks + 1)]], loud[[*breaks, -1]] + 1
    return [
        SoundSpan(float(start) * _BLOCK_MS, float(end) * _BLOCK_MS)
        for start, end in zip(starts, ends, strict=True)
    ]


def sentence_pauses_ms(take: Take) -> list[float]:
    """How long the silence between each sentence and the next is; 0 where there is none."""
    pauses = [SoundSpan(one.end_ms, other.start_ms) for one, other in pairwise(sound_spans(take))]
    return [_length(_nearest(pauses, start_ms, start_ms)) for start_ms in take.sentence_starts_ms[1:]]


def word_time_errors(take: Take) -> WordTimeErrors | None:
    """Compare the words' times with the sound; None without words or sound.

    Looked at are the first word and those behind a mark at which the speaker was silent, unless the first
    sound of the word is a stop, whose silence nobody can tell from the pause.
    """
    spans = sound_spans(take)
    if not spans or not take.words:
        return None
    pauses = [SoundSpan(one.end_ms, other.start_ms) for one, other in pairwise(spans)]
    onsets = [(take.words[0], spans[0].start_ms)]
    for one, other in pairwise(take.words):
        if _CLAUSE_END.search(take.text, one.end, other.start):
            pause = _nearest(pauses, one.end_ms, other.start_ms)
            onsets += [] if pause is None else [(other, pause.end_ms)]
    starts_ms = [word.start_ms - onset_ms for word, onset_ms in onsets if not _CLOSURE.match(word.word)]
    return WordTimeErrors(tuple(starts_ms), take.words[-1].end_ms - spans[-1].end_ms)


def _nearest(pauses: list[SoundSpan], from_ms: float, to_ms: float) -> SoundSpan | None:
    """The longest pause that touches the neighbourhood of a time."""
    near = [
        pause
        for pause in pauses
        if pause.start_ms <= to_ms + _SEARCH_MS and pause.end_ms >= from_ms - _SEARCH_MS
    ]
    return max(near, key=_length, default=None)


def _length(pause: SoundSpan | None) -> float:
    return 0.0 if pause is None else pause.end_ms - pause.start_ms
