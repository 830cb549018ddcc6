"""A function of text becomes a stage; what cannot be said is a fault of the plugin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.speech.rendering import SETTINGS
from voice_server.core.speech.reading import ReadPart
from voice_server.core.speech.text_stages import unchanged_part
from voice_server.core.text.splitting.splitter import Piece
from voice_server.errors import PluginFault
from voice_server.plugins.speech_context import SpeechContext
from voice_server.plugins.text_hooks import MOST_CHARS, text_stage

TYPED = "Deploy k8s now."
PART = unchanged_part(Piece(TYPED, 3, 3 + len(TYPED), "", "de"), SETTINGS)


def changed(function: Any, part: ReadPart = PART) -> list[ReadPart]:
    return list(text_stage("odd.pre_process_text", "odd", function).change(part, None))


def test_what_it_returns_is_said_and_leads_to_what_was_typed() -> None:
    (part,) = changed(lambda text, _: text.replace("k8s", "kubernetes"))
    assert part.spoken.text == "Deploy kubernetes now."
    assert part.piece == PART.piece
    start, end = part.spoken.offsets.to_source(7, 17)
    assert TYPED[start:end] == "k8s"


@pytest.mark.parametrize("result", [None, TYPED, f"  {TYPED}\n"])
def test_nothing_and_the_same_text_change_nothing(result: str | None) -> None:
    assert changed(lambda *_: result) == [PART]


def test_an_empty_text_leaves_the_part_out() -> None:
    assert changed(lambda *_: " ") == []


def test_the_context_says_who_speaks_what() -> None:
    told: list[SpeechContext] = []
    changed(lambda _, context: told.append(context))
    (context,) = told
    assert (context.backend, context.voice, context.language) == ("b", "v", "de")
    assert (context.sentence, dict(context.options)) == (TYPED, {})


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        (3, "returned int and not str"),
        (b"x", "returned bytes and not str"),
        ("x" * (MOST_CHARS + 1), "returned more than 10000 characters"),
        ("\ud83d", "returned a text with half a character (surrogates not allowed)"),
    ],
)
def test_what_cannot_be_said_is_a_fault(result: object, fault: str) -> None:
    with pytest.raises(PluginFault) as raised:
        changed(lambda *_: result)
    assert raised.value.message == fault


def test_a_text_of_a_class_of_its_own_is_said_as_text() -> None:
    class Loud(str):
        __slots__ = ()

    (part,) = changed(lambda *_: Loud("Now."))
    assert type(part.spoken.text) is str
