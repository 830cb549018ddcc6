"""Lines are yielded as they come, and a line that never comes holds nobody up."""

from __future__ import annotations

import asyncio
import io
import os
import threading
from contextlib import aclosing

import pytest

from voice_server.commands.shared.piped_lines import THREAD_NAME, piped_lines
from voice_server.errors import ConfigError


async def lines() -> list[str]:
    return [line async for line in piped_lines()]


def test_every_line_comes_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"One.\nTwo.\n\nThree.")))
    assert asyncio.run(lines()) == ["One.\n", "Two.\n", "\n", "Three."]


def test_what_is_not_utf_8_is_an_error_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xe9\n")))
    with pytest.raises(ConfigError, match="standard input is not UTF-8 text"):
        asyncio.run(lines())


def test_a_line_is_yielded_before_the_next_has_come_and_the_end_waits_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    opened = os.fdopen(reading)
    monkeypatch.setattr("sys.stdin", opened)
    os.write(writing, b"One.\n")

    async def first() -> str:
        async with aclosing(piped_lines()) as lines:
            return await anext(lines)

    try:
        assert asyncio.run(first()) == "One.\n"
    finally:
        os.close(writing)
        for thread in threading.enumerate():
            if thread.name == THREAD_NAME:
                thread.join()
        opened.close()
