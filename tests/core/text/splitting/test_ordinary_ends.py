from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.splitting.boundary import Decision, decide
from voice_server.core.text.splitting.lexicon import lexicon, listed_in_any_language
from voice_server.core.text.splitting.ordinary_ends import is_inside_token, is_ordinary_end


def _ends(text: str, language: str = "en", *, final: bool = False) -> bool:
    at = max(text.rfind(mark) for mark in ".!?")
    return is_ordinary_end(text, 0, at, lexicon(language).listed, final=final)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It rains. We", "en"),
        ("Is it? No", "en"),
        ("They left Paris. We", "en"),
        ("We go!\n", "en"),
        ("We (all of us) go.\n", "en"),
        ("Он ушёл. Она", "ru"),
        ("Η μέρα. Το", "el"),
    ],
)
def test_a_plain_word_before_a_capital_or_the_end_of_the_line_is_an_ordinary_end(
    text: str, language: str
) -> None:
    assert _ends(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It rains.", "en"),
        ("It rains. we", "en"),
        ("It rains.We", "en"),
        ("It rains; We", "en"),
        ("We met prof. We", "en"),
        ("We met mr. We", "en"),
        ("It is IBM. We", "en"),
        ("It is 3. We", "en"),
        ("It is so (it rains. We", "en"),
        ("It is so [it rains. We", "en"),
        ("vi. one", "en"),
        ("An der Hauptstr. Nord", "de"),
        ("यह घर है. वह", "hi"),
    ],
)
def test_everything_else_is_left_to_the_rules(text: str, language: str) -> None:
    assert not _ends(text, language)


def test_a_plain_word_at_the_end_of_the_text_is_an_ordinary_end() -> None:
    assert _ends("It rains.", final=True)


@pytest.mark.parametrize("text", ["See example.com", "Take 3.5", "He said e.g"])
def test_a_full_stop_within_a_word_is_no_end(text: str) -> None:
    assert is_inside_token(text, 0, text.index("."))


@pytest.mark.parametrize("text", ["1. a 2.b", "The end.Then", "So. It", "x².", "i. a ii.b", "So.²", "Why?so"])
def test_what_may_be_a_label_or_an_end_is_left_to_the_rules(text: str) -> None:
    at = max(text.rfind(mark) for mark in ".?")
    assert not is_inside_token(text, 0, at)


_WORDS = (
    """it rains Dr prof U.S vii ii Str a The A 3 . ! ? ( ) [ " ' * ; 3ft they're Она я Ό ` x.y iv.b 1.a"""
)
_TEXTS = st.lists(st.sampled_from([*_WORDS.split(), " ", " ", " ", "\n"]), min_size=2, max_size=14).map(
    "".join
)


@given(_TEXTS, st.sampled_from(["en", "de", "ru", "el", "tr"]), st.booleans())
def test_it_only_says_what_the_rules_say_too(text: str, language: str, final: bool) -> None:
    known = lexicon(language)
    for start in (0, len(text) // 2):
        for at in range(start + 1, len(text)):
            for listed in (known.listed, listed_in_any_language()):
                if is_ordinary_end(text, start, at, listed, final=final):
                    verdict = decide(text, start, at, final=final, quoted=False, lexicon=known)
                    assert verdict[:2] == (Decision.CUT, at + 1)
            if is_inside_token(text, start, at):
                verdict = decide(text, start, at, final=final, quoted=False, lexicon=known)
                assert verdict[:2] == (Decision.HOLD, at + 1)
