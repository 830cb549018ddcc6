"""Who reads which part of a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.speech.rendering import SETTINGS
from voice_server.core.speech.reading import ReadPart, read_parts
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.speakable.spoken_text import speakable
from voice_server.core.text.splitting.splitter import Piece

READERS = {"zh": "Hani", "ru": "Cyrl", "ja": "Hrkt"}


def reader(settings: SpeechSettings, scripts: frozenset[str], language: str) -> SpeechSettings | None:
    """A voice that is named for its language."""
    reads = frozenset(READERS.get(language, "").split())
    return replace(settings, voice=language, reads=reads) if scripts <= reads else None


VOICE = replace(SETTINGS, voice="anna", reads=frozenset({"Grek"}), find_reader=reader)


def parts_of(text: str, settings: SpeechSettings = VOICE, at: int = 0) -> list[ReadPart]:
    return read_parts(Piece(text, at, at + len(text), "end", "en"), speakable(text), settings)


def test_a_sentence_that_the_voice_reads_stays_whole() -> None:
    (only,) = parts_of("Plain **text**, λόγος and all.")
    assert (only.spoken.text, only.settings, only.warnings) == ("Plain text, λόγος and all.", VOICE, ())


def test_a_sentence_in_another_script_goes_to_its_reader_as_it_is() -> None:
    (only,) = parts_of("**你好** 世界！", at=7)
    assert (only.piece.start, only.piece.text) == (7, "**你好** 世界！")
    assert (only.settings.voice, only.spoken.text) == ("zh", "你好 世界！")
    assert [(each.code, each.message) for each in only.warnings] == [
        ("script_switched", "anna cannot read Chinese script; zh of b speaks in its place")
    ]


def test_a_voice_that_reads_the_script_in_another_language_takes_nobody_s_place() -> None:
    own = replace(VOICE, find_reader=lambda *_: replace(VOICE, reads=frozenset({"Hani"})))
    (only,) = parts_of("你好", settings=own)
    assert only.warnings == ()


def test_parts_are_typed_and_spoken_texts_with_their_places() -> None:
    text = "The **word** «你好», said *мир* twice."
    parts = parts_of(text, at=100)
    assert [(each.settings.voice, each.spoken.text) for each in parts] == [
        ("anna", "The word"),
        ("zh", "«你好»,"),
        ("anna", "said"),
        ("ru", "мир"),
        ("anna", "twice."),
    ]
    assert [each.piece.text for each in parts] == ["The **word**", "«你好»,", "said *", "мир*", "twice."]
    for each in parts:
        assert text[each.piece.start - 100 : each.piece.end - 100] == each.piece.text
        start, end = each.spoken.offsets.to_source(0, 3)
        assert each.piece.text[start:end] == each.spoken.text[:3]
    assert [len(each.warnings) for each in parts] == [2, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "settings",
    [
        replace(VOICE, script="keep"),
        replace(VOICE, find_reader=None),
        replace(VOICE, options={"ssml": True}),
        replace(VOICE, find_reader=lambda settings, scripts, language: None),
    ],
)
def test_a_voice_that_is_kept_reads_everything_and_says_what_it_cannot(settings: SpeechSettings) -> None:
    (only,) = parts_of("Say 你好.", settings)
    assert (only.settings, only.spoken.text) == (settings, "Say 你好.")
    assert [(each.code, each.message) for each in only.warnings] == [
        ("script_unread", "anna cannot read Chinese script")
    ]


def test_who_reads_some_of_a_language_reads_it_where_nobody_reads_all() -> None:
    (only,) = parts_of("日本語を話す")
    assert only.settings.voice == "ja"
    assert [each.message for each in only.warnings] == [
        "anna cannot read Chinese and Japanese script; ja of b speaks in its place",
        "ja cannot read Chinese script",
    ]
    kana = replace(VOICE, voice="yuki", reads=frozenset({"Hrkt"}))
    (only,) = parts_of("日本語を話す", kana)
    assert only.settings.voice == "yuki"
    assert [each.message for each in only.warnings] == ["yuki cannot read Chinese script"]


def test_a_script_is_read_in_another_of_its_languages_rather_than_spelled() -> None:
    (only,) = parts_of("日本", replace(VOICE, language="ja", reads=frozenset({"Hrkt"})))
    assert only.settings.voice == "zh"


@given(st.text(st.sampled_from('ab 你好はприαβγ *_()."「」,1'), max_size=40))
def test_nothing_that_is_spoken_is_lost(text: str) -> None:
    parts = parts_of(text.strip())
    spoken = speakable(text.strip()).text
    letters = [letter for part in parts for letter in part.spoken.text if letter.isalnum()]
    assert letters == [letter for letter in spoken if letter.isalnum()]
    at = 0
    for part in parts:
        assert at <= part.piece.start <= part.piece.end
        at = part.piece.end


def test_a_word_that_is_said_by_its_phonemes_needs_no_other_voice() -> None:
    text = "See [東京](/tˈoʊkioʊ/) and [γράμμα](/ɣrˈama/)."
    spoken = speakable(text, markup="speak")
    (only,) = read_parts(Piece(text, 0, len(text), "end", "en"), spoken, replace(VOICE, reads=frozenset()))
    assert (only.spoken.text, only.warnings) == (text, ())
