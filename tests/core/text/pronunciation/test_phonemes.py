"""The notation for words that are said by their phonemes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.pronunciation.phonemes import (
    MAX_IPA_CHARS,
    TextPart,
    is_ipa,
    parts_of,
    phoneme_places,
    silent_places,
    with_phonemes,
    without_phonemes,
)


def test_the_word_stands_in_square_brackets_and_its_phonemes_behind_it() -> None:
    assert with_phonemes("GIF", "dʒˈɪf") == "[GIF](/dʒˈɪf/)"


@pytest.mark.parametrize(
    ("written", "given_to_engines"),
    [
        ("ˈdʒɪf", "dʒˈɪf"),
        ("ˈɛn.dʒɪn ˌɛks", "ˈɛndʒɪn ˌɛks"),
        ("t͡ʃɛk", "tʃˈɛk"),
        ("'ga:", "ɡˈaː"),
        ("ˈstrɛŋθ", "strˈɛŋθ"),
        ("ˈpst", "ˈpst"),
        ("dʒɪf", "dʒˈɪf"),
        ("nuː jaɪk", "nˈuː jˈaɪk"),
        ("ɔ̃ʃ", "ˈɔ̃ʃ"),
        ("dəta", "dəta"),
        ("tatami", "tatami"),
        ("san fransisko", "sˈan fransisko"),
    ],
)
def test_ipa_has_one_form_for_every_engine(written: str, given_to_engines: str) -> None:
    assert parts_of(with_phonemes("x", written))[0].ipa == given_to_engines


def test_brackets_in_a_word_do_not_end_the_notation() -> None:
    assert with_phonemes("a[1]", "eɪ") == "[a 1 ](/ˈeɪ/)"


@pytest.mark.parametrize("text", ["dʒɪf", "ˈpiː.ən", "ʃɑ̃ʒe", "nˈuː jˈɔːk", "a" * MAX_IPA_CHARS])
def test_letters_and_signs_of_the_ipa_are_ipa(text: str) -> None:
    assert is_ipa(text)


@pytest.mark.parametrize(
    "text", ["", " ", "ˈ", "a/b", "a]b", "a(b", "a1", "a\nb", "a" * (MAX_IPA_CHARS + 1), "."]
)
def test_what_would_break_the_notation_or_says_nothing_is_none(text: str) -> None:
    assert not is_ipa(text)


def test_a_text_comes_apart_into_words_with_phonemes_and_what_is_between() -> None:
    text = "A [GIF](/dʒɪf/), [New York](/nuː jɔːk/)"
    assert parts_of(text) == [
        TextPart(0, "A "),
        TextPart(3, "GIF", "dʒɪf"),
        TextPart(15, ", "),
        TextPart(18, "New York", "nuː jɔːk"),
    ]
    assert parts_of("Plain.") == [TextPart(0, "Plain.")]
    assert parts_of("") == []
    assert [text[slice(*place)] for place in phoneme_places(text)] == [
        "[GIF](/dʒɪf/)",
        "[New York](/nuː jɔːk/)",
    ]
    assert [text[slice(*place)] for place in silent_places(text)] == ["](/dʒɪf/)", "](/nuː jɔːk/)"]


@pytest.mark.parametrize(
    "text", ["[a](b)", "[a](/bə)", "[](/bə/)", "[a](//)", "[a] (/bə/)", "a](/bə/)", "[a](/docs/bə/)"]
)
def test_what_only_looks_like_it_is_text(text: str) -> None:
    assert phoneme_places(text) == []
    assert without_phonemes(text)[0] == text


@pytest.mark.parametrize("address", ["/api/", "/docs/", "/kat/", "/docs/intro/", "/2024/", "/a-b_c.d/"])
def test_an_address_in_ascii_is_a_link(address: str) -> None:
    text = f"See [docs]({address}) and [GIF](/dʒˈɪf/)."
    assert [text[slice(*place)] for place in phoneme_places(text)] == ["[GIF](/dʒˈɪf/)"]
    assert without_phonemes(text)[0] == f"See [docs]({address}) and GIF."


@pytest.mark.parametrize("ipa", ["/kæt/", "/kˈat/", "/ kat/", "/təˈmeɪtoʊ/"])
def test_letters_of_the_ipa_a_sign_for_stress_or_a_blank_tell_phonemes_from_a_link(ipa: str) -> None:
    assert parts_of(f"[it]({ipa})") == [TextPart(1, "it", ipa.strip("/ "))]


@given(st.text("abdikstɡəæˈː", min_size=1, max_size=8).filter(is_ipa))
def test_what_is_written_as_phonemes_is_read_as_phonemes(ipa: str) -> None:
    text = with_phonemes("word", ipa)
    assert phoneme_places(text) == [(0, len(text))]


@given(st.lists(st.tuples(st.text("ab .", max_size=5), st.text("wxyz", min_size=1, max_size=5)), max_size=5))
def test_without_phonemes_words_stay_and_lead_to_where_they_stood(parts: list[tuple[str, str]]) -> None:
    text = "".join(between + with_phonemes(word, "iː") for between, word in parts)
    plain, offsets = without_phonemes(text)
    assert plain == "".join(between + word for between, word in parts)
    for at, character in enumerate(plain):
        start, end = offsets.to_source(at, at + 1)
        assert text[start:end] == character
