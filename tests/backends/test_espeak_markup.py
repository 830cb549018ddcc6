"""SSML that the library can bear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_backends.espeak.markup import safe_ssml, text_of


@pytest.mark.parametrize(
    "ssml",
    [
        "<speak>Hi <prosody rate='slow' pitch=\"+10%\">there</prosody></speak>",
        "<break time='300ms'/>",
        "Tom &amp; Jerry",
        '<say-as interpret-as="characters">abc</say-as>',
        '<voice xml:lang="de">ja</voice >',
    ],
)
def test_ordinary_markup_stays_as_it_is(ssml: str) -> None:
    assert safe_ssml(ssml) == ssml


@pytest.mark.parametrize(
    ("ssml", "text"),
    [
        ("5 < 6 & 7 > 3", "5   6   7   3"),
        ("<script>x</script>", " script x /script "),
        ("<prosody rate='x", " prosody rate='x"),
        ("<voice name='" + "x" * 61 + "'>", " voice name='" + "x" * 61 + "' "),
        ("<audio src='file'/>", " audio src='file'/ "),
        ("&#x41;&bogus;", " #x41; bogus;"),
        ("<![CDATA[a]]>", " ![CDATA[a]] "),
    ],
)
def test_anything_else_is_text(ssml: str, text: str) -> None:
    assert safe_ssml(ssml) == text


@given(st.text("<>&;/'\" =abreakspeak", max_size=80))
def test_offsets_stay_true(ssml: str) -> None:
    result = safe_ssml(ssml)
    assert len(result) == len(ssml)
    assert all(now in (before, " ") for before, now in zip(ssml, result, strict=True))
    assert safe_ssml(result) == result


def test_the_text_keeps_its_offsets_and_loses_elements() -> None:
    ssml = "Tom &amp; <break time='300ms'/>Jerry"
    assert text_of(ssml) == "Tom &                          Jerry"
    assert len(text_of(ssml)) == len(ssml)
