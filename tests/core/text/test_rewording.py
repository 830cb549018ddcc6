"""What somebody else has rewritten leads back to the words that it was made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.speech.rendering import words_of
from voice_server.core.text.rewording import reworded

WORDS = st.lists(st.sampled_from(["a", "b", "Dr.", "k8s", "don't", "北京", "हिन्दी", "(x)", "—"]), max_size=12)


def sources(before: str, after: str) -> list[str]:
    """What each word of the new text was made of."""
    text, offsets = reworded(before, after)
    assert text == after
    spans = [offsets.to_source(mark.start, mark.end) for mark in words_of(after)]
    return [before[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("Deploy to k8s now.", "Deploy to kubernetes now.", ["Deploy", "to", "k8s", "now."]),
        ("Say k8s.", "Say kay eight ess.", ["Say", "k8s", "k8s", "k8s."]),
        ("Hello you there.", "Hello there.", ["Hello", "there."]),
        ("hello", "um hello there", ["hello"] * 3),
        ("hello world", "hello big world please", ["hello", "world", "world", "world"]),
        ("(hello", "so (hello", ["(", "(hello"]),
        ("a, b", "a, , b", ["a,", "b", "b"]),
        ("one two", "eins zwei", ["one", "two"]),
        ("他在北京。", "她 在 北京。", ["他", "在", "北京。"]),
        ("same", "same", ["same"]),
        ("", "new", [""]),
    ],
)
def test_every_word_leads_to_the_word_that_it_was_made_of(before: str, after: str, found: list[str]) -> None:
    assert sources(before, after) == found


def test_what_is_longer_than_can_be_compared_leads_to_all_that_was_replaced() -> None:
    before = "Yes: " + "a b " * 300 + "end."
    after = "Yes: " + "b c " * 300 + "end."
    found = sources(before, after)
    assert (found[0], found[-1]) == ("Yes:", "end.")
    assert set(found[1:-1]) == {("a b " * 300).strip()}


@given(WORDS, WORDS)
def test_nothing_leads_to_nothing_and_offsets_never_go_back(old: list[str], new: list[str]) -> None:
    before, after = " ".join(old), " ".join(new)
    text, offsets = reworded(before, after)
    assert text == after
    spans = [offsets.to_source(at, at + 1) for at in range(len(after))]
    assert spans == sorted(spans)
    for start, end in spans:
        assert 0 <= start <= end <= len(before)
        assert start < end or not before
