"""Word times as clients read them."""

from __future__ import annotations

from voice_server.core.types import TimesSource, WordMark
from voice_server.endpoints.http.responses import TimedWords
from voice_server.endpoints.http.word_timestamps import WordColumns, spoken_words

TEXT = 'He said: "Go!"  Now.'


def marks(*words: str) -> tuple[WordMark, ...]:
    places = [(word, TEXT.index(word)) for word in words]
    return tuple(
        WordMark(word, at * 10.0, at * 10.0 + 5.4321, at, at + len(word), "x") for word, at in places
    )


def test_white_space_is_what_follows_the_word_behind_its_punctuation() -> None:
    words = list(spoken_words(TEXT, marks("He", "said", "Go", "Now")))
    assert [word.whitespace for word in words] == [" ", " ", "  ", ""]
    assert [TEXT[slice(*word.chars)] for word in words] == ["He", "said", "Go", "Now"]


def test_times_are_seconds_to_the_millisecond() -> None:
    (word,) = spoken_words(TEXT, marks("said"))
    assert (word.start_time, word.end_time, word.phonemes) == (0.03, 0.035, "x")


def test_columns_hold_the_words_as_they_were_added() -> None:
    columns = WordColumns()
    columns.add(TimedWords(marks("He", "said"), "engine", (0, 7)))
    columns.add(TimedWords((), "engine", (0, 7)))
    columns.add(TimedWords(marks("Go"), "engine", (0, 7)))
    assert tuple(columns) == marks("He", "said", "Go") == tuple(columns)


def test_the_source_is_the_least_exact_of_all() -> None:
    def source(*sources: TimesSource) -> TimesSource:
        columns = WordColumns()
        for each in sources:
            columns.add(TimedWords(marks("He"), each, (0, 7)))
        return columns.source

    assert source("model", "engine") == "engine"
    assert source("model", "estimate", "engine") == "estimate"
    assert source("model") == "model"
    assert source() == "estimate"
