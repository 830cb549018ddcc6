"""IPA in a text becomes Kokoro's own, and what only looks like it is no phonemes for its reader either."""

from __future__ import annotations

import pytest

from tts_backends.kokoro.inline import in_own_phonemes


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("A [GIF](/dʒˈɪf/).", "A [GIF](/ʤˈɪf/)."),
        ("A [mat](/ tatami/).", "A [mat](/tætæmi/)."),
        ("See [docs](/api/) and [it](/docs/intro/).", "See [docs](link) and [it](link)."),
        ("See [docs](https://a.example/).", "See [docs](https://a.example/)."),
    ],
)
def test_phonemes_are_kokoro_s_own_and_links_are_none(text: str, own: str) -> None:
    assert in_own_phonemes(text, "a") == own
