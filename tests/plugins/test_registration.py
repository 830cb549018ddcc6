"""Plugins' hooks become stages in order, and one with a wrong hook is not used."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.core.speech.rendering import SETTINGS
from tests.plugins.plugging import CONTEXT, plugin_of
from voice_server.core.speech.text_stages import TEXT_STAGES, staged, unchanged_part
from voice_server.core.text.splitting.splitter import Piece
from voice_server.plugins.discovery import FoundPlugin
from voice_server.plugins.plugin_api import Pipeline, hookimpl
from voice_server.plugins.registration import Registration

OWN = [stage.name for stage in TEXT_STAGES]


def spoken(registration: Registration, text: str) -> str:
    part = unchanged_part(Piece(text, 0, len(text), "", "en"), SETTINGS)
    (changed,) = staged(part, registration.pipeline().text_stages)
    return changed.spoken.text


def test_stages_stand_before_and_behind_ours_in_the_order_of_the_plugins() -> None:
    first = plugin_of("first", pre_process_text=lambda text: f"{text} a", post_process_audio=lambda: None)
    second = plugin_of(
        "second",
        pre_process_text=lambda text: f"{text} b",
        post_process_text=lambda text: f"{text} c",
        pre_process_audio=lambda: None,
    )
    registration = Registration([first, second])
    assert registration.plugins == [first, second]
    pipeline = registration.pipeline()
    assert pipeline.text == [
        *("first.pre_process_text", "second.pre_process_text"),
        *OWN,
        "second.post_process_text",
    ]
    assert pipeline.audio == ["second.pre_process_audio", "resampling", "first.post_process_audio"]
    assert spoken(registration, "So *it* is") == "So it is a b c"


def test_a_plugin_may_ask_to_be_called_first_or_last() -> None:
    module = ModuleType("eager")
    module.pre_process_text = hookimpl(lambda text: f"{text} eager", tryfirst=True)  # type: ignore[attr-defined]
    eager = FoundPlugin("eager", "tests", module, is_listed=True)
    other = plugin_of("other", pre_process_text=lambda text: f"{text} other")
    assert spoken(Registration([other, eager]), "It is") == "It is eager other"


def test_an_object_s_methods_are_hooks_too_with_the_arguments_that_they_want() -> None:
    class Plugin:
        @hookimpl
        def pre_process_text(self, context: Any, text: str) -> str:
            return f"{text} {context.voice}"

        @hookimpl
        def pre_process_audio(self, rate: int) -> Any:
            return np.full(2, rate / 32768)

    registration = Registration([FoundPlugin("object", "tests", Plugin(), is_listed=True)])
    assert spoken(registration, "It is") == "It is v"
    stage = registration.pipeline().audio_stages[0]
    pcm = stage.open(1000, CONTEXT).process(b"\1\0")
    assert np.frombuffer(pcm, "<i2").tolist() == [1000, 1000]


def test_a_pipeline_is_customized_on_a_copy_in_order() -> None:
    seen: list[list[str]] = []

    def without_markup(pipeline: Pipeline) -> None:
        pipeline.remove("markup")
        pipeline.add_text("new", lambda text, _: text)

    registration = Registration(
        [
            plugin_of("first", customize_pipeline=without_markup),
            plugin_of("second", customize_pipeline=lambda pipeline: seen.append(pipeline.text)),
        ]
    )
    pipeline = registration.pipeline()
    customized = pipeline
    for each in registration.customizations():
        customized = each.apply(customized)
    assert seen == [[*OWN[1:], "new"]]
    assert customized.text_stages[-1].origin == "first"
    assert pipeline.text == OWN


@pytest.mark.parametrize(
    ("hooks", "reason"),
    [
        ({}, "it has no hook; mark its functions with hookimpl of voice_server.plugins.plugin_api"),
        (
            {"pre_process_txt": lambda text: text},
            "there is no hook pre_process_txt; there are pre_process_text,",
        ),
        ({"pre_process_text": lambda words: words}, "Plugin 'odd' for hook 'pre_process_text'"),
    ],
)
def test_a_plugin_with_a_wrong_hook_is_not_used_and_the_others_are(hooks: Any, reason: str) -> None:
    good = plugin_of("good", pre_process_text=lambda text: text)
    registration = Registration([plugin_of("odd", **hooks), good])
    assert registration.plugins == [good]
    (broken,) = registration.broken
    assert (broken.name, broken.source) == ("odd", "tests")
    assert broken.reason.startswith(reason)
    assert registration.pipeline().text[0] == "good.pre_process_text"


def test_a_wrapper_is_not_used() -> None:
    def wrapping(text: str) -> Any:
        yield text

    module = ModuleType("wrapping")
    module.pre_process_text = hookimpl(wrapping, wrapper=True)  # type: ignore[attr-defined]
    registration = Registration([FoundPlugin("wrapping", "tests", module, is_listed=True)])
    assert [each.reason for each in registration.broken] == ["a hook here may not be a wrapper"]
    assert registration.pipeline().text == OWN
