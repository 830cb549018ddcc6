"""Clients of a dialect that send anything in any order, and one beside them that must not notice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Received, Served, converse, listen, run, served

Sent = dict[str, Any] | str | bytes
HANG_UP = "hang up"
"""In place of a message: the connection is dropped without a word."""

_BYSTANDER = "Nobody beside me is heard."

texts = st.text(alphabet="ab. !?\n\ud83d\ude00é\0<[{", max_size=12) | st.sampled_from(
    ["One two three. ", "Four. ", " five", "Six!", "", "[pause:1s]", "…"]
)

garbage: st.SearchStrategy[Sent] = st.one_of(
    st.sampled_from(["", "[", "null", "3", '"Speak"', "[]", "{}", '{"type":3}', '{"type":"Nothing"}', "\0"]),
    st.text(max_size=10).filter(lambda text: not text.startswith("{")),
    st.binary(max_size=8),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
        max_leaves=4,
    ).map(json.dumps),
)
"""What is no message of any dialect."""


async def _send(socket: ClientConnection, steps: Sequence[Sent]) -> bool:
    """Send all steps; returns whether the connection was kept."""
    for step in steps:
        if step == HANG_UP:
            socket.transport.abort()
            return False
        await socket.send(json.dumps(step) if isinstance(step, dict) else step)
    return True


def play(
    path: str,
    steps: Sequence[Sent],
    last: Sent,
    check: Callable[[Received], None],
    *,
    until: Callable[[Received], bool] | None = None,
) -> None:
    """Send steps and a last message; `check` asks about what was received.

    The last message has the server close, or with `until` the client does when that is true of what it has
    received. Beside it another client is spoken to, sample for sample, and nothing is left open at the end.
    """

    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.0005, frames=2)) as server:
            async with server.connect(path) as socket, server.connect() as bystander:
                beside = asyncio.create_task(_bystander(bystander))
                sending = asyncio.create_task(_send(socket, [*steps, last]))
                received = await (listen(socket) if until is None else _listen_until(socket, until))
                if await sending:
                    assert received.close_code == (1000 if until is None else None)
                    check(received)
                assert await beside == pcm_of(_BYSTANDER)
            await _all_is_over(server)

    run(main)


async def _listen_until(socket: ClientConnection, is_over: Callable[[Received], bool]) -> Received:
    received = Received()
    try:
        while not is_over(received):
            received.messages.append(await socket.recv())
    except ConnectionClosed:
        received.close_code = socket.close_code
    return received


async def _bystander(socket: ClientConnection) -> bytes:
    return (await converse(socket, {"token": _BYSTANDER}, {"done": True})).audio


async def _all_is_over(server: Served) -> None:
    while server.service.open_speeches:  # a hang-up is noticed soon
        await asyncio.sleep(0.005)
