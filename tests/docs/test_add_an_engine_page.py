"""docs/add-an-engine.md, followed to the letter: whoever does so has an engine that the doctor finds well."""

from __future__ import annotations

import json
import re
import wave
from pathlib import Path

import pytest

from tests.docs.page_reader import Block, Reader, blocks, page, reader_of_docs

PAGE = page("add-an-engine.md")
STEPS = blocks(PAGE[: PAGE.index("## Now your own")])


def run(block: Block, reader: Reader) -> str:
    """What the commands of a block print."""
    return "".join(reader.run(line) for line in block.code.splitlines())


@pytest.mark.timeout(240)
def test_whoever_follows_the_page_has_an_engine_that_speaks_and_that_the_doctor_finds_well(
    tmp_path: Path,
) -> None:
    with reader_of_docs(tmp_path) as reader:
        printed = ""
        for block in STEPS:
            if block.language == "sh":
                printed += run(block, reader)
            elif block.language == "text":
                assert " ".join(block.code.split()) in " ".join(printed.split())
            else:
                reader.save(block.file, block.code)
        with wave.open(str(reader.folder / "speech.wav")) as sound:
            assert sound.getnframes() > 12_000
        (voice,) = map(json.loads, reader.run("voice-server voices --backend hum --json").splitlines())
        assert (voice["id"], voice["language"]) == ("hummer", "en-US")


def test_the_page_s_adapter_is_as_short_as_it_says() -> None:
    (adapter,) = [block for block in STEPS if block.file.endswith("backend.py")]
    lines = [line for line in adapter.code.splitlines() if line.strip()]
    assert re.search(r"one file of some twenty lines", PAGE)
    assert len(lines) < 22
