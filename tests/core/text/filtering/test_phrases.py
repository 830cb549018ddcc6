"""What is said in place of code is said in the language of the text."""

from __future__ import annotations

import pytest

from voice_server.core.text.filtering.phrases import phrases_for

LANGUAGES = "en de fr es it pt nl pl ru ja zh hi ar".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("de-AT", "", "Code ausgelassen."),
        ("cmn", "", "代码已省略。"),
        ("xx", "", "Code omitted."),
        (None, "", "Code omitted."),
        (None, "N", "Code omitted."),
        (None, "A: 1: b 2, c 3.", "Code omitted."),
        (None, "Use:", "Code omitted."),
        (None, "Hier ist der Code:", "Code ausgelassen."),
        (None, "Voici le code que vous avez demandé :", "Code omis."),
        (None, "Вот код:", "Код пропущен."),
        (None, "这是代码：", "代码已省略。"),
        (None, "これはコードです。", "コードは省略します。"),
    ],
)
def test_the_language_is_the_given_one_or_that_of_the_text(
    language: str | None, text: str, code: str
) -> None:
    assert phrases_for(language, text).code == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_how_many_rows_there_are(language: str) -> None:
    phrases = phrases_for(language, "")
    assert "40" in phrases.table.format(rows=40)
    assert "40" in phrases.more_rows.format(rows=40)
    assert phrases.yes != phrases.no
    assert phrases.table_of_one != phrases.table.format(rows=1) or language in ("ja", "zh")
    assert phrases.sources != phrases.code
    assert (language == "en") is (phrases == phrases_for("en", ""))
