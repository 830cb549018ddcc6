"""docs/index.md and docs/engines.md, followed to the letter, but for downloads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.page_reader import Reader, blocks, page, reader_of_docs

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with reader_of_docs(tmp_path) as somebody:
        yield somebody


def test_whoever_follows_the_first_page_hears_the_server_from_the_shell_and_from_a_program(
    reader: Reader,
) -> None:
    for block in blocks(page("index.md")):
        if block.language == "sh":
            reader.follow(block.code)
            continue
        (reader.folder / "hello.mp3").unlink()
        assert ast.parse(block.code)
        reader.save("hello.py", block.code)
        reader.run("python hello.py")
    assert (reader.folder / "hello.mp3").read_bytes()[:2] in {b"ID", b"\xff\xf3", b"\xff\xfb"}


def test_whoever_chooses_an_engine_hears_it_and_sees_its_voices(reader: Reader) -> None:
    not_here = {"--backend piper": "--backend espeak", "doctor piper": "doctor espeak --quick"}
    printed = ""
    for block in blocks(page("engines.md")):
        code = block.code
        for written, run in not_here.items():
            code = code.replace(written, run)
        printed += "".join(reader.follow(code))
    assert "English (America)" in printed
    assert "✓ starts" in printed
