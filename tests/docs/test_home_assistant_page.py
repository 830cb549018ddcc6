"""docs/home-assistant.md: its commands, and what Home Assistant finds behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.docs.page_reader import Reader, blocks, page, reader_of_docs
from tests.e2e.home_assistant import HomeAssistant

PAGE = page("home-assistant.md")
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with reader_of_docs(tmp_path) as somebody:
        yield somebody


def _commands(heading: str) -> list[str]:
    """The lines of the shell in a chapter."""
    chapter = PAGE[PAGE.index(heading) :].partition("\n## ")[0]
    return [block.code.strip() for block in blocks(chapter) if block.language == "sh"]


def test_every_line_that_starts_the_server_does_and_it_answers_who_it_is(reader: Reader) -> None:
    own, everybody, question = _commands("## 1.")
    (announced,) = _commands("## 2.")
    for command in (own, everybody, announced):
        reader.serve(command)
        assert reader.run(question).startswith('{"type":"info"')


def test_the_voice_of_the_automation_is_one_that_home_assistant_offers(reader: Reader) -> None:
    (automation,) = [yaml.safe_load(block.code) for block in blocks(PAGE) if block.language == "yml"]
    wanted = automation["data"]
    reader.serve(_commands("## 1.")[0])
    home = HomeAssistant(reader.wyoming_port)

    async def offered() -> dict[str, list[tuple[str, str]]]:
        assert automation["target"]["entity_id"] == f"tts.{(await home.program()).name.replace('-', '_')}"
        return await home.voices()

    voices = asyncio.run(offered())
    assert wanted["options"]["voice"] in [name for name, _ in voices[wanted["language"]]]
