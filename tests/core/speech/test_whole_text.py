"""A whole text is fed in slices: nothing is lost, little waits, and a slice ends inside a word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.speech.whole_text import WholeTextFeeder

SLICE_CHARS = 4000


def slices_of(text: str, most_chars: int = 200_000) -> list[str]:
    feeder = WholeTextFeeder(text, most_chars)
    slices = []
    while (piece := feeder.next_slice(0)) is not None:
        slices.append(piece)
    assert feeder.is_exhausted
    return slices


@given(st.text(alphabet="ab. \n", max_size=50), st.integers(1, 400))
def test_the_slices_are_the_text(text: str, times: int) -> None:
    slices = slices_of(text * times)
    assert "".join(slices) == text * times
    assert max(map(len, slices)) <= SLICE_CHARS


def test_a_slice_ends_inside_a_word_where_there_is_one() -> None:
    first, *_ = slices_of("word. " * 3000)
    assert first[-1].isalnum()
    assert len(first) > SLICE_CHARS // 2


def test_a_text_without_words_is_cut_at_the_limit() -> None:
    assert [len(piece) for piece in slices_of("-" * 9000)] == [4000, 4000, 1000]


def test_no_slice_comes_while_enough_of_the_text_waits() -> None:
    feeder = WholeTextFeeder("a" * 5000, 200_000)
    assert feeder.next_slice(SLICE_CHARS) is None
    assert not feeder.is_exhausted
    assert feeder.next_slice(SLICE_CHARS - 1) == "a" * 4000


@given(st.integers(1000, 20_000))
def test_what_waits_and_the_next_slice_are_never_too_much(most_chars: int) -> None:
    feeder = WholeTextFeeder("a" * 20_000, most_chars)
    buffered = 0
    while (piece := feeder.next_slice(buffered)) is not None:
        assert buffered + len(piece) <= most_chars
        buffered += len(piece) // 2


def test_an_empty_text_is_one_empty_slice() -> None:
    assert slices_of("") == [""]
