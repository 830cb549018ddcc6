"""What a client may say of who speaks the lines of a text."""

from __future__ import annotations

import msgspec
import pytest

from voice_server.core.wire.speakers import MAX_SPEAKERS, Speaker, Speakers, check_name
from voice_server.errors import RequestError


def read(text: str) -> object:
    return msgspec.json.decode(text, type=Speakers)


def test_a_speaker_is_a_voice_or_more_than_that_or_like_the_rest() -> None:
    given = read(
        '{"Anna": "af_bella", "Bob": {"voice": "am_adam", "backend": "b", "speed": 1.1}, "C D": null, "E": 3}'
    )
    assert given == {
        "Anna": "af_bella", "Bob": Speaker(voice="am_adam", backend="b", speed=1.1), "C D": None, "E": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"": "a"}', "length >= 1"),
        ('{"' + "A" * 61 + '": "a"}', "length <= 60"),
        ('{"A": ""}', "length >= 1"),
        ('{"A": {"voise": "a"}}', "unknown field `voise`"),
        ('{"A": {"speed": "fast"}}', "Expected `float | null`, got `str`"),
        ("[]", "Expected `object`"),
        ("{" + ",".join(f'"A{n}": "a"' for n in range(MAX_SPEAKERS + 1)) + "}", "length <= 32"),
    ],
)
def test_anything_else_is_refused_with_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why.replace("|", r"\|")):
        read(text)


def test_a_name_must_be_one_that_a_line_can_begin_with() -> None:
    for name in ("Anna", "Dr. Who", "R2-D2", "아나", "A_b", "x"):
        check_name(name)
    for name in ("A:", " A", "A ", "**A", "A_", "A\nB", "\uff1a", "*"):
        with pytest.raises(RequestError, match="the name of a speaker has no colon"):
            check_name(name)
