"""The dialects that can be measured beside `/stream-tokens`, and what a client of one has to do.

To measure another one, write its client beside `minimal_wyoming.py` and add it to `DIALECTS`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from voice_server.commands.benchmark import minimal_wyoming
from voice_server.commands.benchmark.minimal_json_socket import JSON_DIALECTS
from voice_server.commands.benchmark.minimal_websocket import OnAudio


class BenchmarkedConnection(Protocol):
    """One connection for one text.

    `on_audio` is called with the bytes of 16-bit PCM at 24 000 Hz as they arrive; `closed` is done when all
    of the answer has come, with what went wrong, or None. `received_at` is when the bytes that are being
    looked at were read, in seconds: what a client does with a message does not count as the server's delay.
    """

    on_audio: OnAudio
    closed: asyncio.Future[str | None]

    @property
    def received_at(self) -> float:
        """When the bytes that are being looked at were read."""

    def send(self, data: bytes) -> None:
        """Send bytes."""

    def abort(self) -> None:
        """Drop the connection."""


@dataclass(frozen=True, slots=True)
class BenchmarkedDialect:
    """A dialect: what `serve` needs to speak it, where it is spoken, and how a text is written.

    `address_of` gets the URL of the server, and the line `ready` that a server of the benchmark's own prints.
    `encode` writes tokens, each by itself: the last with the end of the text.
    `tells_times` says that its answers always tell when words or characters are heard.
    """

    serve_arguments: Sequence[str]
    address_of: Callable[[str, Mapping[str, object]], str]
    connect: Callable[[str], Awaitable[BenchmarkedConnection]]
    encode: Callable[[Sequence[str]], list[bytes]]
    tells_times: bool = False


DIALECTS: Mapping[str, BenchmarkedDialect] = {
    "wyoming": BenchmarkedDialect(
        ("--wyoming", "0"),
        minimal_wyoming.address_of,
        minimal_wyoming.MinimalWyoming.open,
        minimal_wyoming.encode,
    ),
    **{
        name: BenchmarkedDialect((), each.address_of, each.open, each.encode, each.tells_times)
        for name, each in JSON_DIALECTS.items()
    },
}
"""By the names that `--dialect` takes."""
