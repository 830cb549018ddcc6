"""Halves that meet are the character, halves that are alone are U+FFFD, and nothing else changes."""

from __future__ import annotations

import json

import pytest

from voice_server.core.wire.half_characters import (
    ends_in_first_half,
    has_lost_character,
    joined_halves,
    replace_halves,
    without_halves,
)

FIRST, SECOND = "\ud83d", "\ude00"


@pytest.mark.parametrize(
    ("text", "joined", "alone"),
    [
        ("", "", 0),
        ("a😀ä", "a😀ä", 0),
        (FIRST + SECOND, "😀", 0),
        (FIRST, "\ufffd", 1),
        (SECOND, "\ufffd", 1),
        (FIRST + "a" + SECOND, "\ufffda\ufffd", 2),
        (FIRST + FIRST + SECOND, "\ufffd😀", 1),
        (SECOND + FIRST, "\ufffd\ufffd", 2),
        ("\ufffd" + FIRST + SECOND, "\ufffd😀", 0),
    ],
)
def test_halves_are_joined_or_replaced(text: str, joined: str, alone: int) -> None:
    assert joined_halves(text) == (joined, alone)
    assert json.loads(without_halves(json.dumps(text))) == joined


@pytest.mark.parametrize("text", [r'"\\ud83d"', r'"\ud83d\ude00"', r'"\uD83D\uDE00 \\"', '"plain 😀"', "{"])
def test_a_json_text_without_lone_halves_stays_the_same(text: str) -> None:
    assert without_halves(text) is text


@pytest.mark.parametrize("step", [1, 2, 5, 7, 1000])
def test_a_long_text_is_done_in_steps(step: int) -> None:
    text = r'"\n\ud83d \\ud83d\ud83d\ude00ä\ude00\\\ud83d' + " " * 20 + '"'
    replaced, at = bytearray(text.encode()), 0
    while at < len(replaced):
        at = replace_halves(replaced, at, at + step)
    assert replaced.decode() == without_halves(text)


def test_what_may_go_on_and_what_was_lost_is_seen() -> None:
    assert ends_in_first_half("a" + FIRST)
    assert not any(map(ends_in_first_half, ("", "a", SECOND, "😀")))
    assert has_lost_character("a\ufffd")
    assert not has_lost_character("a?")
