"""Clients that speak the same text at the same time, in one process and on one loop, and what they saw.

All connections are open and configured before the first token goes out, so that the figures are those of the
streams and not of the handshakes. The load is the worst case: everybody begins at the same moment.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from voice_server.client import (
    AsyncStream,
    Audio,
    Cancelled,
    ErrorEvent,
    Ready,
    SentenceEnd,
    TurnDone,
    connect,
)
from voice_server.commands.hearing import Ear, HeardSentence
from voice_server.commands.simulated_llm import TokenLog, paced
from voice_server.errors import VoiceServerError

_now = time.perf_counter
_SPOKEN_BEFORE_CANCEL = 2  # sentences, so that the barge-in falls into the middle of the work
_STALLED_S = 120


@dataclass(slots=True)
class Outcome:
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


async def speak_together(
    url: str,
    clients: int,
    tokens: Sequence[str],
    *,
    tokens_per_s: float | None,
    backend: str | None = None,
    voice: str | None = None,
) -> Outcome:
    """Let so many clients stream `tokens` at once; return when all have heard the end.

    `ahead_s` is the protocol's default: the server may pace itself as it does for real listeners.
    """
    outcome = Outcome(clients)
    async with AsyncExitStack() as stack:
        streams = await _connected(stack, url, clients, backend=backend, voice=voice)
        started = _now()
        async with asyncio.timeout(_STALLED_S), asyncio.TaskGroup() as tasks:
            for stream in streams:
                tasks.create_task(_speak(stream, tokens, tokens_per_s, outcome))
        outcome.wall_s = _now() - started
    return outcome


async def barge_in_together(
    url: str, clients: int, tokens: Sequence[str], *, backend: str | None = None
) -> Outcome:
    """Let so many clients stream at once, and each cancel once its second sentence is there."""
    outcome = Outcome(clients)
    async with AsyncExitStack() as stack:
        streams = await _connected(stack, url, clients, backend=backend, voice=None)
        async with asyncio.timeout(_STALLED_S), asyncio.TaskGroup() as tasks:
            for stream in streams:
                tasks.create_task(_barge_in(stream, tokens, outcome))
    return outcome


async def idle_connections(stack: AsyncExitStack, url: str, count: int) -> None:
    """Open connections that say nothing; they stay open as long as `stack`."""
    await _connected(stack, url, count, backend=None, voice=None)


async def _connected(
    stack: AsyncExitStack, url: str, count: int, *, backend: str | None, voice: str | None
) -> list[AsyncStream]:
    streams = []
    for _ in range(count):
        stream = await stack.enter_async_context(connect(url, backend=backend, voice=voice))
        async for event in stream:
            if isinstance(event, Ready):
                break
            if isinstance(event, ErrorEvent):
                raise VoiceServerError(event.msg)
        streams.append(stream)
    return streams


async def _send(
    stream: AsyncStream, tokens: Sequence[str], tokens_per_s: float | None, log: TokenLog
) -> None:
    async for token in paced(tokens, tokens_per_s):
        log.sent(token, _now())
        await stream.send_text(token)
    log.finished(_now())
    await stream.done()


async def _speak(
    stream: AsyncStream, tokens: Sequence[str], tokens_per_s: float | None, outcome: Outcome
) -> None:
    log = TokenLog()
    ear = Ear(log)
    heard: list[HeardSentence] = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_send(stream, tokens, tokens_per_s, log))
        async for event in stream:
            if sentence := ear.hear(event, _now()):
                heard.append(sentence)
            if isinstance(event, ErrorEvent):
                outcome.errors.append(event.msg)
    _add(outcome, ear, heard)


def _add(outcome: Outcome, ear: Ear, heard: list[HeardSentence]) -> None:
    outcome.audio_s += ear.audio_ms / 1000
    outcome.gaps_ms += ear.gaps_ms
    outcome.rtfs += [each.rtf for each in heard if each.rtf is not None]
    outcome.sentence_ms += [each.delay_ms for each in heard if each.delay_ms is not None]
    for first in heard[:1]:
        if first.delay_ms is not None and first.from_last_token_ms is not None:
            outcome.first_ms.append(first.delay_ms)
            outcome.first_from_last_token_ms.append(first.from_last_token_ms)


async def _barge_in(stream: AsyncStream, tokens: Sequence[str], outcome: Outcome) -> None:
    for token in tokens:
        await stream.send_text(token)
    sentences = 0
    asked_at = answered_at = None
    async for event in stream:
        if isinstance(event, SentenceEnd):
            sentences += 1
        if sentences == _SPOKEN_BEFORE_CANCEL and asked_at is None:
            asked_at = _now()
            await stream.cancel()
        if isinstance(event, Cancelled) and asked_at is not None:
            answered_at = _now()
            outcome.cancel_ms.append((answered_at - asked_at) * 1000)
            await stream.ping(1)  # whatever was still on its way comes before the answer to this
        if isinstance(event, Audio) and answered_at is not None:
            outcome.frames_after_cancel += 1
        if isinstance(event, TurnDone) and answered_at is not None:
            await stream.done()
