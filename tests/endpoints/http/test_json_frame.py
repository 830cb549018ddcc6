"""Of a JSON body only what stands in quotes may be long."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.endpoints.http.json_frame import MAX_FRAME_BYTES, JsonFrame
from voice_server.errors import TooMuch

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('ab"\\\n🙂/{[,')),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('a"\\', max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


def _frame_of(value: Any) -> int:
    """The same count by walking through the value; json.dumps puts one blank behind "," and ":"."""
    if isinstance(value, str):
        return 2
    if isinstance(value, dict):
        return 2 + sum(4 + _frame_of(each) for each in value.values()) + 2 * max(0, len(value) - 1)
    if isinstance(value, list):
        return 2 + sum(map(_frame_of, value)) + 2 * max(0, len(value) - 1)
    return len(json.dumps(value))


@given(_VALUES, st.integers(1, 9), st.booleans())
def test_what_stands_in_quotes_does_not_count_however_it_is_cut(value: Any, size: int, ascii: bool) -> None:  # noqa: A002
    frame, body = JsonFrame(), json.dumps(value, ensure_ascii=ascii).encode()
    for at in range(0, len(body), size):
        frame.feed(body[at : at + size])
    assert frame._bytes == _frame_of(value)


@pytest.mark.parametrize("text", ["word " * 400_000, '"' * 400_000, "\\" * 400_000, '\\"' * 300_000])
def test_a_text_may_be_long_whatever_is_in_it(text: str) -> None:
    JsonFrame().feed(json.dumps({"text": text}).encode())


@pytest.mark.parametrize(
    "value", [[[]] * 40_000, ["a"] * 20_000, {f"k{number}": 1 for number in range(10_000)}, " " * 0]
)
def test_anything_else_may_not(value: Any) -> None:
    body = json.dumps(value).encode().ljust(MAX_FRAME_BYTES + 3)
    with pytest.raises(TooMuch, match="65536 bytes beside what stands in quotes"):
        JsonFrame().feed(body)


@pytest.mark.parametrize("escape", [r"\n", r"\\\\", r"\u0001"])
def test_there_are_no_more_escapes_than_a_text_may_have_characters(escape: str) -> None:
    with pytest.raises(TooMuch, match="700000 characters that are written with a backslash"):
        JsonFrame().feed(b'"' + escape.encode() * 700_001)
