"""Word times as clients read them."""

from __future__ import annotations

from voice_server.core.types import TimesSource, WordMark
from voice_server.endpoints.http.responses import TimedWords
from voice_server.endpoints.http.word_timestamps import spoken_words

TEXT = 'He said: "Go!"  Now.'


def marks(*words: str) -> tuple[WordMark, ...]:
    places = [(word, TEXT.index(word)) for word in words]
    return tuple(
        WordMark(word, at * 10.0, at * 10.0 + 5.4321, at, at + len(word), "x") for word, at in places
    )


def test_white_space_is_what_follows_the_word_behind_its_punctuation() -> None:
    found, _ = spoken_words(TEXT, [TimedWords(marks("He", "said", "Go", "Now"), "engine")])
    words = list(found)
    assert [word.whitespace for word in words] == [" ", " ", "  ", ""]
    assert [TEXT[slice(*word.chars)] for word in words] == ["He", "said", "Go", "Now"]


def test_times_are_seconds_to_the_millisecond() -> None:
    (word,), _ = spoken_words(TEXT, [TimedWords(marks("said"), "engine")])
    assert (word.start_time, word.end_time, word.phonemes) == (0.03, 0.035, "x")


def test_the_source_is_the_least_exact_of_all() -> None:
    def source(*sources: TimesSource) -> TimesSource:
        return spoken_words(TEXT, [TimedWords(marks("He"), each) for each in sources])[1]

    assert source("model", "engine") == "engine"
    assert source("model", "estimate", "engine") == "estimate"
    assert source("model") == "model"
    assert source() == "estimate"
