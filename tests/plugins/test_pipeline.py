"""What a plugin may make of the pipeline, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from voice_server.core.speech.text_stages import TEXT_STAGES
from voice_server.errors import PluginFault
from voice_server.plugins.pipeline import Pipeline

OWN = [stage.name for stage in TEXT_STAGES]


def same(given: Any, *_: Any) -> Any:
    return given


def test_stages_can_be_removed_moved_and_added() -> None:
    pipeline = Pipeline().copy_for("odd")
    assert (pipeline.text, pipeline.audio) == (OWN, ["resampling"])
    for name in ("scripts", "pronunciation", "phonemes"):
        pipeline.remove(name)
    pipeline.move("markup", after="normalization")
    assert pipeline.text == ["normalization", "markup"]
    pipeline.move("normalization")
    pipeline.add_text("first", same, before="markup")
    pipeline.add_text("second", same, after="first")
    pipeline.add_text("last", same)
    assert pipeline.text == ["first", "second", "markup", "normalization", "last"]
    pipeline.add_audio("softer", same, before="resampling")
    pipeline.add_audio("louder", same)
    pipeline.move("softer", after="resampling")
    assert pipeline.audio == ["resampling", "softer", "louder"]
    pipeline.remove("louder")
    assert pipeline.audio == ["resampling", "softer"]
    own = {stage.name for stage in pipeline.text_stages if stage.origin == "voice-server"}
    assert own == {"markup", "normalization"}
    assert {stage.origin for stage in pipeline.text_stages} == {"voice-server", "odd"}


def test_a_copy_is_changed_without_the_other() -> None:
    pipeline = Pipeline()
    pipeline.copy_for("odd").remove("markup")
    assert pipeline.text == OWN


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda it: it.remove("resampling"), "wanted to remove resampling, without which"),
        (
            lambda it: it.remove("markupp"),
            "asked for the stage 'markupp', and there are markup, pronunciation",
        ),
        (lambda it: it.move("x"), "asked for the stage 'x'"),
        (lambda it: it.move("markup", before="resampling"), "asked for the stage 'resampling'"),
        (lambda it: it.add_text("a", same, after="x"), "asked for the stage 'x'"),
        (lambda it: it.add_text("markup", same), "wanted to add a second stage markup"),
        (lambda it: it.add_audio("markup", same), "wanted to add a second stage markup"),
    ],
)
def test_what_cannot_be_is_a_fault(change: Any, fault: str) -> None:
    with pytest.raises(PluginFault) as raised:
        change(Pipeline())
    assert raised.value.message.startswith(fault)
