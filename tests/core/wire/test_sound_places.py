"""What comes behind a sample of a sentence, however its sound was cut into messages."""

from __future__ import annotations

import json

import pytest

from voice_server.core.wire.sound_places import TAG_BYTES, behind_sample


def sentence(turn: str, index: int) -> str:
    return json.dumps({"type": "sentence", "turn": turn, "index": index, "text": "x"}, separators=(",", ":"))


END = '{"type":"sentence_end","turn":"a"}'
LOG: list[str | bytes] = [
    b"late",  # of a sentence whose beginning is kept no more
    sentence("a", 0), b"0123", "words", b"4567", END,
    sentence("a", 1), b"89ab", END,
    sentence("b", 0), b"cdef",
]  # fmt: skip


@pytest.mark.parametrize(
    ("turn", "index", "n_bytes", "wanted"),
    [
        ("a", 0, 0, LOG[2:]),
        ("a", 0, 2, [b"23", *LOG[3:]]),
        ("a", 0, 4, LOG[3:]),
        ("a", 0, 6, [b"67", *LOG[5:]]),
        ("a", 0, 8, LOG[5:]),
        ("a", 1, 0, LOG[7:]),
        ("a", 1, 4, LOG[8:]),
        ("b", 0, 4, []),
    ],
)
def test_what_is_behind_a_sample_is_found(
    turn: str, index: int, n_bytes: int, wanted: list[str | bytes]
) -> None:
    assert behind_sample(LOG, turn, index, n_bytes, 0) == wanted


@pytest.mark.parametrize(
    ("turn", "index", "n_bytes"), [("a", 2, 0), ("c", 0, 0), ("a", 0, 9), ("b", 0, 6), ("b", 1, 0)]
)
def test_what_is_not_kept_or_was_never_sent_is_not_found(turn: str, index: int, n_bytes: int) -> None:
    assert behind_sample(LOG, turn, index, n_bytes, 0) is None


def test_the_rest_of_a_tagged_message_has_its_head_and_is_no_first_one() -> None:
    head, flags = b"h" * 12, b"\1\0\0\0"
    log: list[str | bytes] = [sentence("a", 0), head + flags + b"0123"]
    assert behind_sample(log, "a", 0, 2, TAG_BYTES) == [head + bytes(4) + b"23"]
