"""Estimated word times: in order, inside the audio, and where a voice would say the words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.speech.word_times import estimated_marks, share_time, word_spans


@given(st.text(max_size=200), st.floats(0.1, 600_000))
def test_marks_are_in_order_do_not_overlap_and_lie_within_the_audio(text: str, duration_ms: float) -> None:
    at, offset = 0.0, 0
    for mark in estimated_marks(text, duration_ms):
        assert at <= mark.start_ms <= mark.end_ms <= duration_ms
        assert offset <= mark.start < mark.end
        assert text[mark.start : mark.end] == mark.word
        at, offset = mark.end_ms, mark.end


@given(st.text(max_size=100))
def test_every_letter_and_digit_is_in_a_word(text: str) -> None:
    covered = {at for mark in estimated_marks(text, 1000) for at in range(mark.start, mark.end)}
    assert covered >= {at for at, letter in enumerate(text) if letter.isalnum()}


@pytest.mark.parametrize("text", ["", " ", "...", "—!?"])
def test_nothing_to_say_is_no_word(text: str) -> None:
    assert estimated_marks(text, 1000) == []


def test_silence_has_no_words() -> None:
    assert estimated_marks("Hello", 0) == []


def test_longer_words_take_longer_and_numbers_longer_than_they_look() -> None:
    short, long, number = (mark.end_ms - mark.start_ms for mark in estimated_marks("an elephant 1990", 3000))
    assert short < long < number


def test_a_pause_follows_a_mark() -> None:
    one, two, three, four = estimated_marks("one, two three. Four", 4000)
    assert two.start_ms > one.end_ms
    assert three.start_ms == two.end_ms
    assert four.start_ms > three.end_ms


def test_words_keep_their_inner_marks_and_lose_the_outer_ones() -> None:
    text = "'Don't' pay 3.50 for well-known, l’été…"
    assert [mark.word for mark in estimated_marks(text, 1000)] == [
        "Don't",
        "pay",
        "3.50",
        "for",
        "well-known",
        "l’été",
    ]


@pytest.mark.parametrize(
    "text",
    ["سَلَامٌ عليكم", "नमस्ते दुनिया", "می\u200cخواهم بروم", "שָׁלוֹם לך", "за́мок и", "வணக்கம் உலகம்", "1,000,000 12.5"],
)
def test_vowel_signs_accents_and_joiners_are_part_of_their_word(text: str) -> None:
    assert [mark.word for mark in estimated_marks(text, 1000)] == text.split()


def test_words_share_the_time_they_are_given() -> None:
    text = "in of the end"
    assert word_spans(text, 3, 9) == [(3, 5), (6, 9)]
    of, the = share_time(text, [(3, 5), (6, 9)], 100, 800)
    assert (of.word, of.start_ms, of.end_ms) == ("of", 100, 400)
    assert (the.word, the.start_ms, the.end_ms) == ("the", 400, 800)
    assert share_time(text, [], 100, 800) == []


def test_scripts_without_spaces_go_by_character() -> None:
    assert [mark.word for mark in estimated_marks("你好 world。", 1000)] == ["你", "好", "world"]
    assert [mark.word for mark in estimated_marks("น้ำดี", 1000)] == ["น้ำ", "ดี"]


def test_phonemes_in_a_text_are_no_words() -> None:
    text = "The [GIF](/dʒˈɪf/) of [New York](/nˈuː jˈɔːk/)."
    words = [text[slice(*span)] for span in word_spans(text, 0, len(text))]
    assert words == ["The", "GIF", "of", "New", "York"]
    assert word_spans(text, text.index("]"), text.index(" of")) == []
