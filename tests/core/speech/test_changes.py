"""What will be said is what is said, and every change leads to what was typed, however the text is cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voice_server.core.speech.changes import LEFT_OUT, spoken_sentences
from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.speech.segments import new_segments
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.directives import Style
from voice_server.core.text.pronunciation.dictionary import PronunciationDictionary
from voice_server.core.text.pronunciation.entries import read_entries
from voice_server.core.types import ANY_SCRIPT, NORMALIZED_KINDS, SpeechWarning

SETTINGS = SpeechSettings(backend="b", voice="v", normalized_kinds=NORMALIZED_KINDS)
TEXT = (
    "# Money\nIt **cost** $4.5M&nbsp;[1] in `x/y.py`, see [here](https://a.example/b). <think>hm</think>"
    "Take 200–400 mg [sigh] \U0001f600 of H₂O, <think>why?</think>so $x^2$ it is.\n```\nf(x)\n```\n"
    "Fine.\n```math\nx^2\n```\n| a | b |\n|---|---|\n| 1 | ✅ |\n\nＤone ｛5 %｝.\n***\n"
)


def changes(text: str, settings: SpeechSettings = SETTINGS) -> list[tuple[str, str, str]]:
    return [
        (change.written, change.said, change.rule)
        for sentence in spoken_sentences([text], settings)
        for change in sentence.changes
    ]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("It cost $4.5M.", ("$4.5M", "four point five million dollars", "amounts")),
        ("Take **200–400 mg**.", ("200–400 mg", "two hundred to four hundred milligrams", "amounts")),
        ("It **is** so.", ("**", "", "emphasis")),
        ("See [the tea](https://a.example/b).", ("[the tea](https://a.example/b)", "the tea", "link")),
        ("It fell [3].", ("[3]", "", "citation")),
        ("- Tea", ("- ", "", "line")),
        ("Tea ☕ is.", ("☕", "", "emoji")),
        ("Tea [sigh] is.", ("[sigh]", "", "sound")),
        ("So $x^2$ it is.", ("$x^2$", "x squared", "formula")),
        ("5&nbsp;km", ("&nbsp;", " ", "characters")),
        ("So ｔea it is.", ("ｔ", "t", "characters")),
        ("It <think>or?</think> is.", ("<think>or?</think>", "", LEFT_OUT)),
        ("So:\n```py\nf(x)\n```", ("```py", "Code omitted.", "code")),
        ("So:\n```math\nx^2\n```", ("```math", "$$", "formula")),
        ("| a | b |\n|---|---|\n| 1 | ✅ |\n", ("✅", "yes", "table")),
    ],
)
def test_a_change_says_what_was_typed_what_is_said_and_by_which_rule(
    text: str, change: tuple[str, str, str]
) -> None:
    assert change in changes(text)


def test_a_dictionary_is_named_where_it_changed_a_word() -> None:
    settings = replace(SETTINGS, dictionary=PronunciationDictionary(read_entries({"GIF": "jif"}, most=1)))
    assert changes("A GIF.", settings) == [("GIF", "jif", "pronunciation")]


def test_what_ssml_says_is_told_as_it_is_said_in_the_voice_of_its_place() -> None:
    def german(settings: SpeechSettings, style: Style) -> tuple[SpeechSettings, list[SpeechWarning]]:
        return replace(settings, spoken_language=style.language or settings.spoken_language), []

    settings = replace(SETTINGS, markup="ssml", find_style=german)
    text = "A <sub alias='b'>c</sub> &amp; 5. <lang xml:lang='de'>5 kg</lang>"
    english, other = spoken_sentences([text], settings)
    assert (english.spoken, other.spoken) == ("A b and five.", "fünf Kilogramm")
    told = {(change.written, change.said, change.rule) for change in english.changes}
    assert told >= {("c", "b", "SSML"), ("&amp;", "&", "SSML"), ("</sub>", "", "SSML")}


def test_where_nothing_is_changed_nothing_is_told() -> None:
    assert changes("This is a sentence, and this\nis another one.") == []


def test_only_unknown_sounds_are_left_out_where_markup_is_spoken() -> None:
    settings = SpeechSettings(backend="b", voice="v", markup="speak", known_tags=frozenset({"laugh"}))
    assert changes("**So** [sigh] [laugh] 5 km.", settings) == [("[sigh]", "", "sound")]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_what_will_be_said_is_what_is_said_under_every_cutting(size: int) -> None:
    tokens = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    found = list(spoken_sentences(tokens, SETTINGS))
    text = IncomingText(SETTINGS)
    pieces = [*text.push(TEXT, 0.0), *text.finish()]
    segments = [new_segments(0, piece, SETTINGS, 0.0, text.typed_place) for piece in pieces]
    assert [each.spoken for each in found] == [
        " ".join(pending.segment.text for pending in each) for each in segments
    ]
    assert [each.piece.text for each in found] == [piece.text for piece in pieces]
    assert [(each.start, each.end) for each in found] == [text.typed_place(piece)[0] for piece in pieces]
    told = [change for each in found for change in each.changes]
    assert all(TEXT[change.start : change.end] == change.written for change in told)
    whole = spoken_sentences([TEXT], SETTINGS)
    assert [each.changes for each in found] == [each.changes for each in whole]
    assert {change.rule for change in told} >= {"amounts", "table", "code", "formula", LEFT_OUT}


def test_changes_of_a_part_that_another_voice_reads_lead_to_where_it_was_typed() -> None:
    latin = SpeechSettings(
        backend="b",
        voice="v",
        normalized_kinds=NORMALIZED_KINDS,
        reads=frozenset(),
        find_reader=lambda settings, scripts, language: SpeechSettings(
            backend="b",
            voice="w",
            normalized_kinds=NORMALIZED_KINDS,
            spoken_language="ru",
            reads=frozenset({ANY_SCRIPT}),
        ),
    )
    text = "He said Привет и пока, and left with 5 km to go."
    assert [
        text[change.start : change.end] for each in spoken_sentences([text], latin) for change in each.changes
    ] == ["5 km"]
