"""Clients that speak the same text at the same time, in one process and on one loop, and what they saw.

All connections are open and configured before the first token goes out, so that the figures are those of the
streams and not of the handshakes. Everybody begins within one token's interval, evenly spread over it: the
worst case but for tokens of a hundred clients at the same microsecond, which no network delivers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from voice_server.client_events import Cancelled, ErrorEvent, EventReader, Ready, SentenceEnd, TurnDone
from voice_server.commands.benchmark.lean_socket import LeanSocket, framed
from voice_server.commands.simulate.simulated_llm import TokenLog
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter
from voice_server.core.types import OptionValue
from voice_server.errors import VoiceServerError

_now = time.perf_counter
_SPOKEN_BEFORE_CANCEL = 2  # sentences, so that the barge-in falls into the middle of the work
_STALLED_S = 120
_NORMAL = 1000
_AnyClient = TypeVar("_AnyClient", bound="_Client")


@dataclass(slots=True)
class LoadOutcome:
    """What all clients of one run saw; times in milliseconds."""

    clients: int
    audio_s: float = 0.0
    wall_s: float = 0.0
    first_ms: list[float] = field(default_factory=list)
    first_from_last_token_ms: list[float] = field(default_factory=list)
    sentence_ms: list[float] = field(default_factory=list)
    gaps_ms: list[float] = field(default_factory=list)
    rtfs: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cancel_ms: list[float] = field(default_factory=list)
    frames_after_cancel: int = 0


class _Client:
    """One connection: reads what comes until the server closes."""

    def __init__(self, socket: LeanSocket) -> None:
        self.socket = socket
        self.log = TokenLog()
        self.errors: list[str] = []
        self._ear = TurnMeter(self.log)
        self._heard: list[SentenceTiming] = []
        self._events = EventReader()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        socket.on_text = self._take
        socket.on_audio = self._take_audio

    def _take_audio(self, n_bytes: int) -> None:
        self._ear.hear_audio(n_bytes, _now())

    def _take(self, text: str) -> None:
        if text.startswith('{"type":"generating"'):
            return  # says nothing that is measured, and there are many
        event = self._events.read(text)
        if isinstance(event, Ready):
            self.ready.set_result(None)
        elif isinstance(event, ErrorEvent):
            self.errors.append(event.msg)
        elif sentence := self._ear.hear(event, _now()):
            self._heard.append(sentence)

    def add_to(self, outcome: LoadOutcome) -> None:
        """Add what was heard to the outcome of all."""
        outcome.errors += self.errors
        if (code := self.socket.closed.result()) != _NORMAL:
            outcome.errors.append(f"the server closed a connection with the code {code}")
        outcome.audio_s += self._ear.audio_ms / 1000
        outcome.gaps_ms += self._ear.gaps_ms
        outcome.rtfs += [each.rtf for each in self._heard if each.rtf is not None]
        outcome.sentence_ms += [each.delay_ms for each in self._heard if each.delay_ms is not None]
        for first in self._heard[:1]:
            if first.delay_ms is not None and first.from_last_token_ms is not None:
                outcome.first_ms.append(first.delay_ms)
                outcome.first_from_last_token_ms.append(first.from_last_token_ms)


class _BargingClient(_Client):
    """Cancels once its second sentence is there, and counts what comes after the answer."""

    def __init__(self, socket: LeanSocket) -> None:
        super().__init__(socket)
        self._sentences = 0
        self._asked_at: float | None = None
        self.answer_ms: float | None = None
        self.frames_after = 0

    def _take_audio(self, n_bytes: int) -> None:
        super()._take_audio(n_bytes)
        self.frames_after += self.answer_ms is not None

    def _take(self, text: str) -> None:
        super()._take(text)
        event = self._events.read(text)
        if isinstance(event, SentenceEnd):
            self._sentences += 1
            if self._sentences == _SPOKEN_BEFORE_CANCEL:
                self._asked_at = _now()
                self.socket.send(framed(cancel=True))
        elif isinstance(event, Cancelled) and self._asked_at is not None:
            self.answer_ms = (_now() - self._asked_at) * 1000
        elif isinstance(event, TurnDone):
            self.socket.send(framed(done=True))


async def speak_together(
    url: str,
    clients: int,
    tokens: Sequence[str],
    *,
    tokens_per_s: float | None,
    backend: str | None = None,
    opts: Mapping[str, OptionValue] | None = None,
) -> LoadOutcome:
    """Let so many clients stream `tokens`, or send all of them in a burst; return when all are done."""
    outcome = LoadOutcome(clients)
    frames = [framed(token=token) for token in tokens]
    frames[-1] += framed(done=True)
    with _hung_up(await _connected(_Client, url, clients, _hello(backend, opts))) as speaking:
        started = _now()
        if tokens_per_s is None:
            _burst(speaking, tokens, b"".join(frames))
        else:
            await _paced(speaking, tokens, frames, tokens_per_s)
        await _all_closed(speaking)
        outcome.wall_s = _now() - started
        for client in speaking:
            client.add_to(outcome)
    return outcome


async def barge_in_together(
    url: str, clients: int, tokens: Sequence[str], *, backend: str | None = None
) -> LoadOutcome:
    """Let so many clients stream at once, and each cancel in the middle."""
    outcome = LoadOutcome(clients)
    with _hung_up(await _connected(_BargingClient, url, clients, _hello(backend))) as barging:
        for client in barging:
            client.socket.send(framed(token="".join(tokens)))
        await _all_closed(barging)
        for client in barging:
            outcome.errors += client.errors
            outcome.frames_after_cancel += client.frames_after
            if client.answer_ms is not None:
                outcome.cancel_ms.append(client.answer_ms)
    return outcome


@contextmanager
def _hung_up(clients: list[_AnyClient]) -> Iterator[list[_AnyClient]]:
    try:
        yield clients
    finally:
        for client in clients:
            client.socket.abort()


async def open_idle(url: str, count: int) -> list[LeanSocket]:
    """Open connections that have said who they are, and nothing since; the caller ends them."""
    return [client.socket for client in await _connected(_Client, url, count, _hello(None))]


def _hello(backend: str | None, opts: Mapping[str, OptionValue] | None = None) -> bytes:
    given = {"backend": backend, "opts": opts}
    return framed(v=2, **{key: value for key, value in given.items() if value})


async def _connected(kind: type[_AnyClient], url: str, count: int, hello: bytes) -> list[_AnyClient]:
    clients = []
    for _ in range(count):
        client = kind(await LeanSocket.open(url))
        client.socket.send(hello)
        first = [asyncio.ensure_future(each) for each in (client.ready, client.socket.closed)]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if not client.ready.done():
            raise VoiceServerError(client.errors[0] if client.errors else "the server hung up at once")
        clients.append(client)
    return clients


def _burst(clients: Sequence[_Client], tokens: Sequence[str], frames: bytes) -> None:
    for client in clients:
        now = _now()
        for token in tokens:
            client.log.sent(token, now)
        client.log.finished(now)
        client.socket.send(frames)


async def _paced(
    clients: Sequence[_Client], tokens: Sequence[str], frames: Sequence[bytes], tokens_per_s: float
) -> None:
    started = _now()
    for number in range(len(tokens) * len(clients)):
        token, client = tokens[number // len(clients)], clients[number % len(clients)]
        due = started + number / len(clients) / tokens_per_s
        if (wait_s := due - _now()) > 0:
            await asyncio.sleep(wait_s)
        now = _now()
        client.log.sent(token, now)
        if number // len(clients) == len(tokens) - 1:
            client.log.finished(now)  # the last frame says so
        client.socket.send(frames[number // len(clients)])


async def _all_closed(clients: Sequence[_Client]) -> None:
    async with asyncio.timeout(_STALLED_S):
        await asyncio.wait([client.socket.closed for client in clients])
