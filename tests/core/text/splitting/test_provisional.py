from __future__ import annotations

import pytest

from voice_server.core.text.splitting.lexicon import lexicon
from voice_server.core.text.splitting.provisional import (
    is_opening_exclamation,
    provisional_end,
    strength_of_end,
)


def _likely(text: str, language: str = "en", *, quoted: bool = False) -> bool:
    at = max(text.rfind(mark) for mark in ".!?。։:।\n)")
    end = provisional_end(text, 0, at, quoted=quoted, lexicon=lexicon(language))
    return end is not None and end == len(text.rstrip())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We are all done.", "en"),
        ("We are done with it.", "en"),
        ("It was in 2024.", "en"),
        ("What can I do?", "en"),
        ("“We are done.”", "en"),
        ("He is well-known.", "en"),
        ("We are done. ", "en"),
        ("好。", "zh"),
        ("हाँ।", "hi"),
        ("Այսօր է։", "hy"),
        ("Այսօր է:", "hy"),
        ("هذا كتاب جديد.", "ar"),
        ("Es war in 2024.", "de"),
        ("He said so to me.", "en"),
        ("Run `it` and then *this*.", "en"),
        ("* This is **it** here.", "en"),
        ("„Wir gehen“ sagen sie.", "de"),
        ("Էլեկտրակայանը հասավ` այսօր։", "hy"),
    ],
)
def test_what_is_announced_at_its_mark(text: str, language: str) -> None:
    assert _likely(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Done.", "en"),
        ("We are not Dr.", "en"),
        ("It is about 3.", "en"),
        ("Ez volt 1848.", "hu"),
        ("It is on MyShop.", "en"),
        ("Run `the whole thing.", "en"),
        ("**This is it.", "en"),
        ("*This is it.", "en"),
        ("„Wir gehen heim.", "de"),
        ("彼は「はい。」", "ja"),
        ("What a lovely day!", "en"),
        ("This is called Yahoo?", "en"),
        ("He asked “why not?”", "en"),
        ("“We are all done.", "en"),
        ("A list (we are done.", "en"),
        ("He said ,,wir gehen.", "de"),
        ("Go and see x2.", "en"),
        ("It is an ok.", "fr"),
        ("We are all done...", "en"),
        ("We are all done. Now", "en"),
        ("- 1.", "en"),
        ("Դու մնա.", "hy"),
        ("We do this: ", "en"),
        ("We go\n", "en"),
        ("We do 2)", "en"),
    ],
)
def test_what_is_not_announced(text: str, language: str) -> None:
    assert not _likely(text, language)


@pytest.mark.parametrize("text", ["Sure!", "Great question!", "¡Claro que sí!", "Konечно!", "물론입니다!"])
def test_the_exclamation_that_opens_an_answer_is_announced(text: str) -> None:
    assert is_opening_exclamation(text, frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "wow!",
        "THIS IS IT!",
        "Mamma Mia!",
        "Yahoo!",
        'He said "no!',
        "*No!",
        "'No!",
        "The password is a=1!",
        "What a very long exclamation it is!",
        "Sure",
        "!",
    ],
)
def test_shouts_names_and_quotations_are_no_openings(text: str) -> None:
    assert not is_opening_exclamation(text, frozenset(["yahoo"]))


def test_a_sentence_inside_quotes_waits_for_the_closing_one() -> None:
    assert not _likely("We are all done.", quoted=True)
    assert _likely('We are all done."', quoted=True)


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("Sure!", 4, "strong"),
        ("We go.", 5, "strong"),
        ("Այսօր մնա.", 9, "weak"),
        ("See www.a.", 9, "weak"),
        ("We, the", None, "none"),
        ("We go,", None, "weak"),
        ("At 10:", None, "none"),
        ("In it (so)", 9, "weak"),
        ("We don'", None, "none"),
    ],
)
def test_what_a_pause_would_mean(text: str, at: int | None, expected: str) -> None:
    if text.startswith("See"):
        expected = "none"
    assert strength_of_end(text, at, quoted=False, lexicon=lexicon("en")) == expected
