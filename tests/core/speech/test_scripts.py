"""Which parts of a text a voice cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.speech.scripts import names_of_scripts, scripts_of_language, unread_runs

LATIN_ONLY: frozenset[str] = frozenset()


def runs(
    text: str, reads: str = "", language: str | None = None, guessed: str = "en"
) -> list[tuple[str, str, str]]:
    """The runs as (text, scripts, language)."""
    found = unread_runs(text, frozenset(reads.split()), language=language, guessed=guessed)
    return [(text[run.start : run.end], " ".join(sorted(run.scripts)), run.language) for run in found]


@pytest.mark.parametrize(
    ("text", "scripts", "language"),
    [
        ("你好世界", "Hani", "zh"),
        ("Привет, мир!", "Cyrl", "ru"),
        ("Привіт, їжаче", "Cyrl", "uk"),
        ("こんにちは世界", "Hani Hrkt", "ja"),
        ("สวัสดีครับ", "Thai", "th"),
        ("مرحبا بالعالم", "Arab", "ar"),
        ("سلام گل", "Arab", "fa"),
        ("안녕하세요", "Hang", "ko"),
        ("नमस्ते", "Deva", "hi"),
        ("Καλημέρα", "Grek", "el"),
        ("שלום", "Hebr", "he"),
        ("ሰላም", "Ethi", "am"),
        ("ԲԱՐԵՎ", "Armn", "hy"),
        ("ᎣᏏᏲ", "Cher", "chr"),
        ("Прывітанне, як справы? Добра, сябар ў", "Cyrl", "be"),
        ("ЇЖАК", "Cyrl", "uk"),
        ("می\u200cخواهم بروم", "Arab", "fa"),
        ("ܫܠܡܐ", "Zzzz", "mul"),
        ("ꦧꦱꦗꦮ", "Zzzz", "mul"),
        # most of it is foreign: who reads it reads the Latin words as well
        ("我喜欢用 Python 编程。", "Hani", "zh"),
        ("日本語を話す", "Hani Hrkt", "ja"),
    ],
)
def test_a_text_in_a_foreign_script_is_one_run_in_its_language(
    text: str, scripts: str, language: str
) -> None:
    assert runs(text) == [(text, scripts, language)]


def test_a_foreign_word_is_a_run_with_the_marks_round_it() -> None:
    assert runs('The word "你好" (hello) is read.') == [('"你好" ', "Hani", "zh")]
    assert runs("Say да, нет and oui.") == [("да, нет ", "Cyrl", "ru")]
    assert runs("All of them said: привет!") == [("привет!", "Cyrl", "ru")]
    assert runs("Room ४२ is free.") == [("४२ ", "Deva", "hi")]


def test_runs_of_two_scripts_are_two() -> None:
    assert runs("One 你好 two мир three and so on it goes.") == [
        ("你好 ", "Hani", "zh"),
        ("мир ", "Cyrl", "ru"),
    ]
    assert runs("你好мир") == [("你好", "Hani", "zh"), ("мир", "Cyrl", "ru")]


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("Plain text, with “quotes” – 12 µm, é…", ""),
        ("Привет", "Cyrl"),
        ("你好", "Zyyy"),
        ("The angle α and Δt", ""),
        ("", ""),
        ("12 345 😊", ""),
        ("ひらがな", "Hrkt"),
    ],
)
def test_what_a_voice_reads_is_no_run(text: str, reads: str) -> None:
    assert runs(text, reads) == []


def test_who_reads_kana_alone_does_not_read_japanese() -> None:
    assert runs("日本語を話す", "Hrkt") == [("日本語を話す", "Hani Hrkt", "ja")]


def test_the_language_that_was_given_comes_first_where_it_fits() -> None:
    assert runs("Привет", language="bg") == [("Привет", "Cyrl", "bg")]
    assert runs("日本", language="ja-JP") == [("日本", "Hani", "ja-JP")]
    assert runs("Привет", language="en") == [("Привет", "Cyrl", "ru")]
    assert runs("Добър ден", guessed="bg") == [("Добър ден", "Cyrl", "bg")]


@pytest.mark.parametrize(
    ("tag", "scripts"),
    [
        ("en-US", ""),
        ("ru", "Cyrl"),
        ("cmn", "Hani"),
        ("zh-CN", "Hani"),
        ("ja", "Hani Hrkt"),
        ("cmn-Latn-pinyin", ""),
        ("mul", "Zyyy"),
        ("", "Zyyy"),
    ],
)
def test_a_language_tells_the_scripts_that_its_voices_read(tag: str, scripts: str) -> None:
    assert " ".join(sorted(scripts_of_language(tag))) == scripts


def test_scripts_have_names_for_people() -> None:
    assert names_of_scripts(frozenset({"Hani", "Hrkt"})) == "Chinese and Japanese"
    assert names_of_scripts(frozenset({"Zzzz"})) == "an uncommon"


@given(
    st.text(st.sampled_from('ab 你好はひпри안αβγ ()."「」,1٣'), max_size=40),
    st.sampled_from(["", "Hani", "Cyrl Hrkt"]),
)
def test_runs_are_in_order_inside_the_text_and_hold_what_is_not_read(text: str, reads: str) -> None:
    at = 0
    for run in unread_runs(text, frozenset(reads.split()), language=None, guessed="en"):
        assert at <= run.start < run.end <= len(text)
        assert run.scripts - frozenset(reads.split())
        at = run.end
