"""Long and strange texts in portions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_backends.espeak.portions import portions

LANGUAGES = st.sampled_from(["en", "ru", "cmn", "ja", "hi"])


@given(st.text(max_size=2000), LANGUAGES)
def test_portions_are_the_text_in_order_without_gaps(text: str, language: str) -> None:
    cuts = list(portions(text, language))
    assert "".join(text[start:end] for start, end in cuts) == text
    assert [end for _, end in cuts[:-1]] == [start for start, _ in cuts[1:]]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It was a bright cold day in April, and the clocks were striking thirteen. " * 4),
        ("en", "It cost $3.50 in 2024 – that’s “cheap”. " * 5),
        ("ru", "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 4),
        ("cmn", "今天天气很好，我们去公园吧。" * 14),
        ("ar", "مرحبا بالعالم، كيف حالك اليوم؟ " * 8),
    ],
)
def test_ordinary_sentences_are_never_cut(language: str, text: str) -> None:
    assert len(list(portions(text, language))) == 1


def test_what_has_long_names_is_cut_into_more() -> None:
    assert len(list(portions("1" * 300, "en"))) == 3
    assert len(list(portions("😀" * 300, "en"))) > 5
    assert len(list(portions("今天天气很好" * 30, "en"))) > len(list(portions("今天天气很好" * 30, "cmn")))


@given(st.lists(st.text("abc😀1", min_size=1, max_size=30), min_size=50, max_size=90))
def test_cuts_are_between_words_where_there_are_any(words: list[str]) -> None:
    text = " ".join(words)
    assert all(text[end - 1] == " " for _, end in list(portions(text, "en"))[:-1])
