from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.splitting.language_guess import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("This is what we have been waiting for", "en"),
        ("Das ist nicht das, was wir wollten", "de"),
        ("Ce n'est pas ce que nous voulions avec elle", "fr"),
        ("Esto no es lo que él quería para ellos", "es"),
        ("Questo non è quello che volevamo per loro", "it"),
        ("Dit is niet wat wij voor hen wilden", "nl"),
        ("To nie jest to, co on dla nich chciał", "pl"),
        ("Bu bir ev ve o çok güzel ama eski", "tr"),
        ("Это не то, что мы хотели", "ru"),
        ("Це не те, що вони хотіли їм", "uk"),
        ("Това не е това, което те са искали", "bg"),
        ("Бұл біздің қала", "kk"),
        ("La Révolution française a commencé en 1789", "fr"),
        ("Ich wäre größer", "de"),
        ("Jag är på väg", "sv"),
        ("Ово је њихова кућа", "sr"),
        ("Αυτό είναι το σπίτι", "el"),
        ("Սա մեր տունն է", "hy"),
        ("これは私の本です", "ja"),
        ("这是我的书", "zh"),
        ("이것은 책입니다", "ko"),
        ("यह मेरी किताब है", "hi"),
        ("ही माझी शाळा आहे", "mr"),
        ("هذا كتاب", "ar"),
        ("این یک کتاب است که می‌خوانم", "fa"),
        ("یہ میری کتاب ہے", "ur"),
        ("นี่คือหนังสือ", "th"),
        ("זה ספר", "he"),
        ("ეს წიგნია", "ka"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    assert guess_language(text, "en") == language


@pytest.mark.parametrize("fallback", ["en", "de", "fi"])
def test_little_evidence_leaves_the_language_as_it_was(fallback: str) -> None:
    assert guess_language("OK 5", fallback) == fallback
    assert guess_language("Çava café", fallback) == fallback
    assert guess_language("Wir sehen das Wort 本 darin und das ist es", fallback) == "de"


def test_another_script_long_ago_says_nothing() -> None:
    assert guess_language("本" + " the house is here and it is old" * 2, "de") == "en"


def test_a_script_keeps_the_language_within_its_family() -> None:
    assert guess_language("Москва", "kk") == "kk"
    assert guess_language("كتاب", "fa") == "fa"
    assert guess_language("घर", "mr") == "mr"


@given(st.text(), st.sampled_from(["en", "ru", "zh"]))
def test_any_text_has_a_two_letter_language(text: str, fallback: str) -> None:
    assert len(guess_language(text, fallback)) == 2


@pytest.mark.parametrize(
    ("opening", "language"),
    [
        ("Il sig", "it"),
        ("Zie blz", "nl"),
        ("Jl. Jend", "id"),
        ("Spotkanie o godz", "pl"),
        ("Ca. 500 Mio", "de"),
    ],
)
def test_an_abbreviation_tells_the_language_of_a_text_that_has_only_begun(
    opening: str, language: str
) -> None:
    assert guess_language(opening, "en", min_signs=1) == language
    assert guess_language(opening, "en") == "en"  # later the sentences before say more


def test_an_abbreviation_of_many_languages_tells_none() -> None:
    assert guess_language("Dr", "en", min_signs=1) == "en"
