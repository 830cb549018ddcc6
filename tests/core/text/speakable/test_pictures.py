from __future__ import annotations

import pytest

from voice_server.core.text.speakable.spoken_text import speakable

WITH_MEANING = [
    ("⭐⭐⭐☆☆ from 12 guests", "3 of 5 stars from 12 guests"),
    ("Rated ⭐️⭐️⭐️⭐️", "Rated 4 stars"),
    ("✅ Free parking", "Yes: Free parking"),
    ("❌ Pets", "No: Pets"),
    ("Windows ✅ Linux ❌", "Windows yes Linux no"),
    ("Python: ✅", "Python: yes"),
    ("| Mon | ✅ | ❌ |", "Mon, yes, no"),
    ("👍", "thumbs up"),
    ("👎", "thumbs down"),
    ("Server: 🟢", "Server: green"),
    ("2 ➕ 3", "2 + 3"),
    ("A ➡️ B", "A → B"),
    ("1️⃣ First", "1 First"),
]

WITHOUT_MEANING = [
    ("Great job 🎉!", "Great job!"),
    ("Done ✅", "Done"),
    ("Great 👍 work", "Great work"),
    ("Nice ⭐ day", "Nice day"),
    ("🔴 Disk full", "Disk full"),
    ("✓ Free parking", "Free parking"),
    ("➡️ Next", "Next"),
]


@pytest.mark.parametrize(("typed", "spoken"), WITH_MEANING)
def test_what_a_list_or_a_rating_says_with_pictures_is_said(typed: str, spoken: str) -> None:
    assert speakable(typed).text == spoken


@pytest.mark.parametrize(("typed", "spoken"), WITHOUT_MEANING)
def test_pictures_that_decorate_are_not_said(typed: str, spoken: str) -> None:
    assert speakable(typed).text == spoken


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en", "Super party popper, waving hand!"),
        ("de", "Super konfettibombe, winkende hand!"),
        ("pl", "Super party popper, waving hand!"),
    ],
)
def test_pictures_have_names_for_those_who_want_them(language: str, spoken: str) -> None:
    assert speakable("Super 🎉👋!", emoji="say", language=language).text == spoken


def test_signs_that_are_no_emoji_have_no_name() -> None:
    assert speakable("so ✧ it is", emoji="say").text == "so it is"


def test_answers_are_said_in_the_language_of_the_text() -> None:
    assert speakable("❌ Haustiere", language="de").text == "Nein: Haustiere"
    assert speakable("⭐⭐☆", language="ja").text == "星3つ中2つ"
