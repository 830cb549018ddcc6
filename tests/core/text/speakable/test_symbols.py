from __future__ import annotations

import re

import pytest

from voice_server.core.text.speakable.symbols import INVISIBLE, UNSPOKEN, has_speech

_UNSPOKEN = re.compile(UNSPOKEN)


@pytest.mark.parametrize("seen", ["🎉", "👋🏽", "👨‍👩‍👧", "🇬🇧", "❤️", "✅", "ℹ️", "↔️", "Ⓜ️"])
def test_pictures_are_not_said(seen: str) -> None:
    assert _UNSPOKEN.fullmatch(seen)


@pytest.mark.parametrize(
    "said", ["a", "5", "é", "字", "♯", "→", "©", "™", "ℹ", "❶", "\n", "\t", "\u200c", "\u200d"]
)
def test_letters_digits_and_signs_with_names_are_said(said: str) -> None:
    assert not _UNSPOKEN.search(said)


def test_a_picture_is_not_invisible() -> None:
    assert INVISIBLE.fullmatch("\ufe0e\ufe0f")
    assert not INVISIBLE.fullmatch("🎉")


@pytest.mark.parametrize("text", ["a", "…5", "字", "है", "+", "€", "%", "&", "- ก"])
def test_letters_digits_and_signs_can_be_heard(text: str) -> None:
    assert has_speech(text)


@pytest.mark.parametrize("text", ["", " \n", "…", "?!", "—", "«»", "( )"])
def test_blanks_and_punctuation_cannot_be_heard(text: str) -> None:
    assert not has_speech(text)
