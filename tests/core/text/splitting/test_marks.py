from __future__ import annotations

import pytest

from voice_server.core.text.splitting import marks


@pytest.mark.parametrize(
    "text",
    [
        "a.",
        "a!",
        "a?",
        "a…",
        "a。",
        "a।",
        "a؟",
        "a۔",
        "α;",
        "է:",
        "a\n",
        "a\u2028",
        " 1)",
        " ab)",
        " iii)",
        "•",
    ],
)
def test_sentences_may_end_here(text: str) -> None:
    found = marks.CANDIDATE_END.search(text)
    assert found is not None
    assert found.end() == len(text)


@pytest.mark.parametrize("text", ["a,", "a ;", "a:", "(a)", "abcd)", "a-b", "a b", "a—"])
def test_sentences_do_not_end_here(text: str) -> None:
    assert marks.CANDIDATE_END.search(text) is None


def test_no_sign_both_ends_and_opens() -> None:
    ending = (
        marks.FULL_STOPS + marks.QUESTION_AND_EXCLAMATION_MARKS + marks.ELLIPSES + marks.UNAMBIGUOUS_STOPS
    )
    assert not set(ending) & set(marks.OPENERS + marks.CLOSERS + marks.MARKDOWN + marks.BULLETS)


def test_openers_and_closers_differ() -> None:
    assert not set(marks.OPENERS) & set(marks.CLOSERS)
