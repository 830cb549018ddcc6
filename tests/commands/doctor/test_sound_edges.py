from __future__ import annotations

import numpy as np
import pytest

from voice_server.client_events import Word
from voice_server.commands.doctor.sound_edges import (
    SoundSpan,
    sentence_pauses_ms,
    sound_spans,
    word_time_errors,
)
from voice_server.commands.doctor.take import Take

HZ = 8000
TEXT = "Here, there. Nowhere"
SPANS = ((40, 300), (500, 700), (1000, 1400))


def take(*words: Word, spans: tuple[tuple[int, int], ...] = SPANS, starts_ms: tuple[float, ...] = ()) -> Take:
    """A take of 1.5 s with a tone in each span and faint noise elsewhere."""
    samples = np.random.default_rng(1).normal(0, 10, HZ * 3 // 2)
    for start_ms, end_ms in spans:
        at = slice(start_ms * HZ // 1000, end_ms * HZ // 1000)
        samples[at] = 8000 * np.sin(np.arange(at.stop - at.start) / 3)
    return Take(TEXT, samples.astype("<i2").tobytes(), HZ, words, "model", starts_ms)


def test_the_edges_of_sound_are_found_over_a_noise_floor() -> None:
    assert sound_spans(take()) == [SoundSpan(start, end) for start, end in SPANS]


def test_the_closure_of_a_consonant_is_no_pause() -> None:
    assert sound_spans(take(spans=((100, 200), (250, 400)))) == [SoundSpan(100, 400)]


@pytest.mark.parametrize("pcm", [b"", bytes(8000)])
def test_silence_has_no_sound(pcm: bytes) -> None:
    silent = Take(TEXT, pcm, HZ, (Word("Here", 0, 100, 0, 4),))
    assert sound_spans(silent) == []
    assert word_time_errors(silent) is None


@pytest.mark.parametrize("boundary_ms", [600, 700, 850, 1000])
def test_the_pause_is_that_at_the_sentence_wherever_its_samples_begin(boundary_ms: float) -> None:
    assert sentence_pauses_ms(take(starts_ms=(0, boundary_ms))) == [300]


def test_two_sentences_without_a_silence_have_a_pause_of_nothing() -> None:
    assert sentence_pauses_ms(take(spans=((0, 1400),), starts_ms=(0, 700))) == [0]
    assert sentence_pauses_ms(take(starts_ms=(0,))) == []


def test_words_behind_a_mark_are_compared_with_the_sound_behind_the_silence() -> None:
    errors = word_time_errors(
        take(Word("Here", 60, 300, 0, 4), Word("there", 490, 720, 6, 11), Word("Nowhere", 1030, 1500, 13, 20))
    )
    assert errors is not None
    assert errors.starts_ms == (20, -10, 30)
    assert errors.end_ms == 100


@pytest.mark.parametrize(
    ("word", "compared"), [("two", False), ("Cats", False), ("3", False), ("the", True), ("over", True)]
)
def test_a_word_whose_first_sound_begins_in_silence_is_not_compared(word: str, compared: bool) -> None:
    errors = word_time_errors(take(Word(word, 0, 300, 0, 4)))
    assert errors is not None
    assert bool(errors.starts_ms) is compared


def test_a_mark_that_nobody_paused_at_is_not_compared() -> None:
    spoken = take(Word("Here", 0, 300, 0, 4), Word("there", 300, 700, 6, 11), spans=((0, 700),))
    errors = word_time_errors(spoken)
    assert errors is not None
    assert errors.starts_ms == (0,)


def test_without_words_there_is_nothing_to_compare() -> None:
    assert word_time_errors(take()) is None
