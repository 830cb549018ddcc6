"""A growing text is its tokens, whatever they are; what is read of it near its end costs the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.speech.growing_text import GrowingText

TOKENS = st.lists(st.text(max_size=20) | st.integers(0, 9000).map("long ".__mul__), max_size=12)


@given(TOKENS, st.data())
def test_it_is_its_tokens_joined(tokens: list[str], data: st.DataObject) -> None:
    typed, whole = GrowingText(), "".join(tokens)
    for token in tokens:
        typed.append(token)
    assert (str(typed), len(typed)) == (whole, len(whole))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    assert typed.slice(start, end) == whole[start:end]


def test_it_may_begin_with_text() -> None:
    assert str(GrowingText("Hello")) == "Hello"
