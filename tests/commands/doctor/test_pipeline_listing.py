"""The stages are listed in order with where they come from, and so is what is not used."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec.structs import replace

from tests.arithmetic_pool import config_of
from voice_server.commands.doctor.pipeline_listing import PipelineRow, pipeline_lines, pipeline_rows

PLUGIN = """
from voice_server.plugins.plugin_api import hookimpl

@hookimpl
def post_process_text(text):
    return text

@hookimpl
def pre_process_audio(samples):
    return samples

@hookimpl
def customize_pipeline(pipeline):
    pipeline.remove("everything")
"""


def test_our_own_stages_and_a_plugin_s_are_listed(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(PLUGIN)
    config = replace(config_of("one"), plugins=("own.py",), source=tmp_path / "backends.yaml")
    rows = asyncio.run(pipeline_rows(config))
    assert [(row.kind, row.number, row.name, row.origin, row.source) for row in rows] == [
        ("text", 1, "markup", "voice-server", ""),
        ("text", 2, "pronunciation", "voice-server", ""),
        ("text", 3, "scripts", "voice-server", ""),
        ("text", 4, "phonemes", "voice-server", ""),
        ("text", 5, "normalization", "voice-server", ""),
        ("text", 6, "own.post_process_text", "own", "own.py"),
        ("audio", 1, "own.pre_process_audio", "own", "own.py"),
        ("audio", 2, "resampling", "voice-server", ""),
        ("not_used", 1, "own", "own", "own.py"),
    ]
    assert rows[-1].detail.startswith(
        "it asked for the stage 'everything', and there are markup, pronunciation"
    )


def test_people_see_two_lists_and_what_is_wrong() -> None:
    rows = [
        PipelineRow("text", 1, "markup", "voice-server", ""),
        PipelineRow("audio", 1, "resampling", "voice-server", ""),
        PipelineRow("audio", 2, "own.post_process_audio", "own", "own.py"),
        PipelineRow("not_used", 1, "bad", "bad", "bad 1.0", "it has no hook"),
    ]
    assert list(pipeline_lines(rows)) == [
        "a sentence's text goes through",
        "  1. markup                  voice-server",
        "its sound goes through",
        "  1. resampling              voice-server",
        "  2. own.post_process_audio  own (own.py)",
        "  ✗ bad (bad 1.0): it has no hook",
    ]
