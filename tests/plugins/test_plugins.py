"""Sentences and sound go through plugins' stages, and whatever a plugin does, the rest is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.arithmetic_pool import config_of
from tests.core.speech.rendering import SETTINGS
from tests.plugins.plugging import hanging, plugin_of, run
from voice_server.core.speech.segments import new_segments
from voice_server.core.speech.text_stages import TEXT_STAGES, Preparation
from voice_server.core.speech.utterance_inputs import TextPrepared
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import SAMPLE_RATE_HZ, Frame, SpeechWarning, WordMark
from voice_server.errors import ConfigError
from voice_server.plugins.discovery import BrokenPlugin
from voice_server.plugins.plugin_api import Pipeline
from voice_server.plugins.plugins import Plugins, SoundItem, open_plugins, running_plugins


async def prepared(plugins: Plugins, text: str = "Hello k8s.") -> TextPrepared:
    preparation = Preparation(Piece(text, 0, len(text), "", "en"), SETTINGS)
    done = await plugins.prepare(preparation)
    assert done.preparation is preparation
    return done


async def said(plugins: Plugins, text: str = "Hello k8s.") -> tuple[list[str], list[str]]:
    """What is said of a text, and the warnings."""
    done = await prepared(plugins, text)
    return [part.spoken.text for part in done.parts], [each.message for each in done.warnings]


def spelled(text: str) -> str:
    return text.replace("k8s", "kubernetes")


def raising(text: str) -> str:
    raise ValueError(text)


def test_without_plugins_text_and_sound_go_their_usual_way() -> None:
    plugins = Plugins()
    assert plugins.inline_stages == TEXT_STAGES
    assert not plugins.changes_sound


def test_a_sentence_goes_through_all_stages_in_order() -> None:
    async def main() -> None:
        one = plugin_of("one", pre_process_text=spelled)
        other = plugin_of("other", post_process_text=lambda text: text.replace("kubernetes", "it"))
        async with running_plugins([one, other]) as plugins:
            assert plugins.inline_stages is None
            assert not plugins.changes_sound
            assert await said(plugins, "Hello **k8s**.") == (["Hello it."], [])
            assert await said(plugins, "---") == ([], [])

    run(main)


def test_what_a_plugin_leaves_without_speech_is_not_said() -> None:
    async def main() -> None:
        async with running_plugins([plugin_of("odd", post_process_text=lambda: "…")]) as plugins:
            assert await said(plugins) == ([], [])

    run(main)


def test_one_that_fails_is_told_of_and_the_others_go_on() -> None:
    async def main() -> None:
        number = plugin_of("number", post_process_text=lambda: 3)
        raises = plugin_of("raises", pre_process_text=raising)
        good = plugin_of("good", pre_process_text=spelled)
        with hanging() as hang:

            def waiting() -> None:
                hang()

            hangs = plugin_of("hangs", pre_process_text=waiting)
            async with running_plugins([raises, hangs, good, number]) as plugins:
                off = "did not return within 1 s and is switched off until the server is started again"
                warnings = [
                    "the plugin raises raised ValueError; raises.pre_process_text is left out",
                    f"the plugin hangs {off}; hangs.pre_process_text is left out",
                    "the plugin number returned int and not str; number.post_process_text is left out",
                ]
                for _ in range(2):
                    assert await said(plugins) == (["Hello kubernetes."], warnings)

    run(main)


def test_a_pipeline_of_our_own_stages_needs_no_thread() -> None:
    async def main() -> None:
        def customize(pipeline: Pipeline) -> None:
            pipeline.remove("normalization")

        async with running_plugins([plugin_of("less", customize_pipeline=customize)]) as plugins:
            stages = plugins.inline_stages
            assert stages is not None
            assert [stage.name for stage in stages] == [stage.name for stage in TEXT_STAGES[:-1]]

    run(main)


def test_one_that_cannot_customize_the_pipeline_changes_nothing_of_it_and_goes_on() -> None:
    async def main() -> None:
        def customize(pipeline: Pipeline) -> None:
            pipeline.remove("markup")
            raise KeyError("x")

        odd = plugin_of("odd", customize_pipeline=customize, pre_process_text=spelled)
        async with running_plugins([odd], [BrokenPlugin("bad", "bad 1", "no")]) as plugins:
            assert plugins.pipeline.text == ["odd.pre_process_text", *(stage.name for stage in TEXT_STAGES)]
            assert plugins.broken == [
                BrokenPlugin("bad", "bad 1", "no"),
                BrokenPlugin("odd", "tests", "it raised KeyError; its customize_pipeline is left out"),
            ]
            assert await said(plugins) == (["Hello kubernetes."], [])

    run(main)


async def rendered(*items: SoundItem) -> AsyncGenerator[SoundItem, None]:
    for item in items:
        await asyncio.sleep(0)
        yield item


def test_sound_comes_with_its_words_and_warnings() -> None:
    async def main() -> None:
        contexts: set[Any] = set()

        def louder(samples: Any, context: Any) -> Any:
            contexts.add(context)
            return samples * 2

        (pending,) = new_segments(0, Piece("Hello.", 0, 6, "", "nl"), SETTINGS, 0.0)
        mark, warning = WordMark("a", 0, 0.01, 0, 1), SpeechWarning("seam", "x")
        quiet = Frame(b"\1\0" * 100, SAMPLE_RATE_HZ)
        async with running_plugins([plugin_of("odd", post_process_audio=louder)]) as plugins:
            assert plugins.changes_sound
            assert plugins.inline_stages == TEXT_STAGES
            heard = [item async for item in plugins.heard(rendered(warning, mark, quiet, quiet), pending)]
        frame = Frame(b"\2\0" * 100, SAMPLE_RATE_HZ)
        assert heard == [warning, mark, frame, frame]
        (context,) = contexts
        assert (context.backend, context.voice, context.language) == ("b", "v", "nl")
        assert context.sentence == "Hello."

    run(main)


def test_a_render_that_is_stopped_is_stopped_below_too() -> None:
    async def main() -> None:
        stopped = asyncio.Event()

        async def endless() -> AsyncGenerator[SoundItem, None]:
            try:
                while True:
                    await asyncio.sleep(0)
                    yield Frame(b"\1\0", SAMPLE_RATE_HZ)
            finally:
                stopped.set()

        (pending,) = new_segments(0, Piece("Hello.", 0, 6, "", "nl"), SETTINGS, 0.0)
        async with running_plugins([plugin_of("odd", post_process_audio=lambda: None)]) as plugins:
            items = plugins.heard(endless(), pending)
            assert await anext(items) == Frame(b"\1\0", SAMPLE_RATE_HZ)
            await items.aclose()
            assert stopped.is_set()

    run(main)


def test_a_plugin_that_the_file_lists_must_have_right_hooks(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "own.py").write_text("x = 1\n")
        config = replace(config_of("one"), plugins=("own.py",), source=tmp_path / "backends.yaml")
        with pytest.raises(
            ConfigError, match=r"backends\.yaml: plugins: 'own' cannot be used: it has no hook"
        ):
            async with open_plugins(config):
                pass

    run(main)


def test_the_configuration_s_plugins_are_used_with_its_limit(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "own.py").write_text(
            "from voice_server.plugins.plugin_api import hookimpl\n"
            "@hookimpl\ndef pre_process_text(text):\n    return text.upper()\n"
        )
        config = replace(config_of("one"), plugins=("own.py",), source=tmp_path / "backends.yaml")
        async with open_plugins(config) as plugins:
            assert [plugin.name for plugin in plugins.found] == ["own"]
            assert await said(plugins) == (["HELLO K8S."], [])

    run(main)
