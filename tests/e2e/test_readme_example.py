"""The README's Python example, as it stands there, with a model that is slower than its reader."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tests.e2e.live import live_server

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
_ADDRESS = "ws://localhost:8000/stream-tokens"


def example(url: str) -> CodeType:
    """The snippet that opens a stream, with the address of another server."""
    (snippet,) = [
        each for each in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "connect(" in each
    ]
    assert _ADDRESS in snippet
    code = snippet.replace(_ADDRESS, url)
    compiled: CodeType = compile(code, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return compiled


@pytest.mark.timeout(60)
def test_the_first_sentence_is_heard_before_the_last_token_is_made() -> None:
    async def main(url: str) -> None:
        first_sound = asyncio.Event()
        sound = bytearray()
        sent: list[str] = []

        async def your_llm() -> AsyncIterator[str]:
            for token in ("This is ", "the first ", "sentence. ", "And "):
                sent.append(token)
                yield token
            await first_sound.wait()  # for ever, if it comes only when all tokens are there
            sent.append("the last.")
            yield "the last."

        def play(pcm: bytes) -> None:
            assert first_sound.is_set() or sent[-1] == "And "
            sound.extend(pcm)
            first_sound.set()

        names: dict[str, Any] = {"your_llm": your_llm, "play": play}
        await eval(example(url), names)  # noqa: S307 - what the README says
        assert sent[-1] == "the last."
        assert len(sound) > 24_000 * 2, "both sentences were heard"

    with live_server() as url:
        asyncio.run(main(url.replace("http", "ws") + "/stream-tokens"))
