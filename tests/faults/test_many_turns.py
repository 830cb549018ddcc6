"""Many turns on one connection: others hear every sample, and the server goes on when it has left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.attacking import ServerProcess, read_for, server_process, undisturbed_listeners

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]
TURNS = 900


def _ended(number: int) -> list[dict[str, object]]:
    return [{"token": f"This is sentence number {number}. "}, {"end": True}]


def _preempting(number: int) -> list[dict[str, object]]:
    return [{"token": f"This is sentence number {number}. ", "turn": f"t{number}", "on_new_turn": "preempt"}]


def _of_several_backends(number: int) -> list[dict[str, object]]:
    backend = ("espeak", "tone")[number % 2]
    return [{"backend": backend}, {"token": f"This is sentence number {number}. "}, {"end": True}]


@pytest.mark.parametrize("turn", [_ended, _preempting, _of_several_backends])
def test_others_hear_every_sample(tmp_path: Path, turn: Callable[[int], list[dict[str, object]]]) -> None:
    async def main(server: ServerProcess) -> None:
        async with undisturbed_listeners(server):
            async with server.connect() as socket:
                for number in range(TURNS):
                    for message in turn(number):
                        await socket.send(json.dumps(message))
                received = await read_for(socket, 3)
            assert await server.health_s() < 1
        codes = {each.get("code") for each in received if each["type"] == "error"}
        assert codes <= {"too_many_turns"}
        assert "Traceback" not in server.log.read_text()

    with server_process(tmp_path) as server:
        asyncio.run(main(server))
