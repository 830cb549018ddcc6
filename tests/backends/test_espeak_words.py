"""Word marks from events, however odd the events are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_backends.espeak.library import Event, EventKind
from tts_backends.espeak.words import WordTimes
from voice_server.worker.api import WordMark


def marks_of(text: str, *events: Event, ends_at: int = 1000) -> list[WordMark]:
    words = WordTimes(text, samples_per_ms=10)
    return [*words.take(events), *words.finish(ends_at)]


def word(position: int, length: int, sample: int) -> Event:
    return Event(EventKind.WORD, position, length, sample)


def test_a_word_ends_where_the_next_begins_and_the_last_with_the_audio() -> None:
    marks = marks_of("to be", word(1, 2, 100), word(4, 2, 300))
    assert [(mark.word, mark.start_ms, mark.end_ms) for mark in marks] == [("to", 10, 30), ("be", 30, 100)]


def test_a_word_ends_with_its_clause() -> None:
    marks = marks_of("to, be", word(1, 2, 100), Event(EventKind.END, 3, 0, 200), word(5, 2, 300))
    assert marks[0].end_ms == 20


def test_sentence_events_make_no_mark() -> None:
    assert marks_of("to", Event(EventKind.SENTENCE, 1, 0, 0)) == []


@pytest.mark.parametrize(
    ("text", "events", "words"),
    [
        # before a dash without spaces, and in quotation marks, a word has no length or begins too early
        ("The plan—simple", [(1, 3), (5, 0), (10, 6)], ["The", "plan", "simple"]),
        ("The “best” thing", [(1, 3), (6, 0), (12, 5)], ["The", "best", "thing"]),
        ("one -- two -- three", [(1, 3), (5, 2), (12, 2)], ["one", "two", "three"]),
        # several words are one for the library
        (
            "of the hill for a while",
            [(1, 2), (8, 4), (13, 3), (14, 3)],
            ["of", "the", "hill", "for", "a", "while"],
        ),
        ("1,000,000 people", [(1, 2), (2, 2), (11, 6)], ["1,000,000", "people"]),
        ("မြန်မာ", [(1, 3), (5, 2)], ["မြန်မာ"]),
        # signs that are read out
        ("10% & more", [(1, 2), (3, 1), (5, 1), (7, 4)], ["10", "%", "&", "more"]),
        ("日本語", [(1, 3), (1, 3)], ["日", "本", "語"]),
    ],
)
def test_every_word_has_a_mark(text: str, events: list[tuple[int, int]], words: list[str]) -> None:
    marks = marks_of(text, *(word(*place, sample) for sample, place in enumerate(events)))
    assert [mark.word for mark in marks] == words


@pytest.mark.parametrize("text", ["I don't", "of the end of the", "well-known", "it is", "e.g"])
def test_a_clause_that_ends_inside_its_last_word_takes_all_of_it(text: str) -> None:
    marks = marks_of(text, word(1, 2, 0), Event(EventKind.END, len(text), 0, 70))
    assert [mark.word for mark in marks] == text.split()


def test_words_without_an_event_share_the_time_of_the_one_before() -> None:
    of, the, end = marks_of("of the, end", word(1, 2, 0), Event(EventKind.END, 8, 0, 70), word(9, 3, 100))
    assert 0 == of.start_ms < of.end_ms == the.start_ms < the.end_ms == 7
    assert end.start_ms == 10


def test_a_word_that_was_cut_short_is_completed() -> None:
    text = "don't U.S.A. Donaudampfschifffahrtsgesellschaft well-known"
    marks = marks_of(text, word(1, 3, 0), word(7, 1, 10), word(14, 31, 20), word(49, 4, 30))
    assert [mark.word for mark in marks] == text.replace("A.", "A").split()


def test_a_completed_word_stops_before_the_next() -> None:
    assert [mark.word for mark in marks_of("公园", word(1, 1, 0), word(2, 1, 10))] == ["公", "园"]


def test_a_sign_that_is_pointed_at_twice_has_one_mark() -> None:
    text = "0|"
    (mark,) = marks_of(text, word(2, 1, 0), Event(EventKind.END, 0, 0, 0), word(2, 1, 0))
    assert mark.word == "|"


@given(
    st.text(max_size=40),
    st.lists(
        st.tuples(
            st.sampled_from([*EventKind]), st.integers(-3, 50), st.integers(0, 40), st.integers(0, 500)
        ),
        max_size=12,
    ),
)
def test_marks_never_overlap_and_stay_inside(
    text: str, events: list[tuple[EventKind, int, int, int]]
) -> None:
    at = 0
    ordered: list[Event] = []
    for kind, position, length, later in events:
        at += later
        ordered.append(Event(kind, position, length, at))
    read = heard = 0.0
    for mark in marks_of(text, *ordered, ends_at=at):
        assert read <= mark.start < mark.end <= len(text)
        assert heard <= mark.start_ms <= mark.end_ms <= at / 10
        assert mark.word == text[mark.start : mark.end]
        read, heard = mark.end, mark.end_ms
