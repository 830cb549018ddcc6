from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from voice_server.commands.benchmark.cpu_meter import CpuMeter
from voice_server.commands.benchmark.load_client import (
    CancellingClient,
    DialectLoadClient,
    LoadClient,
    LoadOutcome,
)
from voice_server.commands.benchmark.minimal_websocket import OnAudio, text_frame
from voice_server.errors import VoiceServerError

READY = {"type": "ready", "session": "s", "voice": "v", "backend": "b"}
HALF_A_SECOND = bytes(24_000)


def sentence(index: int, chars: tuple[int, int]) -> list[Any]:
    place = {"turn": "1", "index": index}
    texts = {"text": "Hi.", "spoken": "Hi."}
    return [
        {"type": "generating", "sentence": "Hi.", "queue_depth": 0, **place},
        {"type": "sentence", **place, **texts, "at_ms": 0, "queued_ms": 0, "chars": chars},
        HALF_A_SECOND,
        {"type": "sentence_end", **place, "audio_ms": 500, "ttfa_ms": 1, "rtf": 0.25, "gap_ms": 0},
    ]


def outcome_of(
    kind: type[LoadClient],
    script: Callable[[ServerConnection], Awaitable[None]],
    act: Callable[[LoadClient], None] = lambda _client: None,
) -> LoadOutcome:
    """What one client of this kind measures of a scripted server."""
    outcome = LoadOutcome(1)

    async def main() -> None:
        async with serve(script, "127.0.0.1", 0, compression=None) as server:
            port = server.sockets[0].getsockname()[1]
            client = await kind.connect(f"ws://127.0.0.1:{port}/stream-tokens", text_frame(v=2))
            act(client)
            await client.socket.closed
            client.add_to(outcome)

    asyncio.run(main())
    return outcome


async def send_all(connection: ServerConnection, messages: list[Any]) -> None:
    for message in messages:
        await connection.send(message if isinstance(message, bytes) else json.dumps(message))


def plays(*messages: Any, code: int = 1000) -> Callable[[ServerConnection], Awaitable[None]]:
    async def script(connection: ServerConnection) -> None:
        await connection.recv()
        await send_all(connection, list(messages))
        await connection.close(code)

    return script


def test_a_sentence_is_measured_from_the_token_that_made_it_certain() -> None:
    def send(client: LoadClient) -> None:
        client.log.sent("Hi.", 0.0)
        client.log.finished(1.0)
        client.socket.send(text_frame(token="Hi."))

    async def script(connection: ServerConnection) -> None:
        await connection.recv()
        await send_all(connection, [READY])
        await connection.recv()
        await send_all(connection, sentence(0, (0, 3)))

    outcome = outcome_of(LoadClient, script, send)
    assert (outcome.audio_s, outcome.rtfs, outcome.errors) == (0.5, [0.25], [])
    assert outcome.first_ms == outcome.sentence_ms
    assert outcome.first_from_last_token_ms[0] - outcome.first_ms[0] == pytest.approx(1000)
    assert outcome.first_end == 3


def test_errors_and_an_unusual_end_are_in_the_outcome() -> None:
    error = {"type": "error", "code": "x", "msg": "it failed"}
    outcome = outcome_of(LoadClient, plays(READY, error, code=1012))
    assert outcome.errors == ["it failed", "the server closed a connection with the code 1012"]


@pytest.mark.parametrize(
    ("messages", "message"),
    [([], "the server hung up at once"), ([{"type": "error", "msg": "no such backend"}], "no such backend")],
)
def test_a_server_that_is_never_ready_is_an_error(messages: list[Any], message: str) -> None:
    with pytest.raises(VoiceServerError, match=message):
        outcome_of(LoadClient, plays(*messages))


def test_a_cancelling_client_cancels_after_two_sentences_and_counts_late_frames() -> None:
    received: list[Any] = []
    cancelled = {"type": "cancelled", "turn": "1", "heard": "", "unheard": "", "dropped_ms": 0}
    done = {
        "type": "turn_done",
        "turn": "1",
        "reason": "cancelled",
        "audio_ms": 0,
        "characters": 0,
        "sentences": 0,
    }

    async def script(connection: ServerConnection) -> None:
        await connection.recv()
        await send_all(connection, [READY, *sentence(0, (0, 3)), *sentence(1, (4, 7))])
        received.append(json.loads(await connection.recv()))
        await send_all(connection, [cancelled, HALF_A_SECOND, done])
        received.append(json.loads(await connection.recv()))

    outcome = outcome_of(CancellingClient, script)
    assert received == [{"cancel": True}, {"done": True}]
    assert outcome.frames_after_cancel == 1
    assert len(outcome.cancel_ms) == 1
    assert outcome.errors == []


class Silent:
    """A connection of a dialect that has ended."""

    def __init__(self, error: str | None) -> None:
        self.on_audio: OnAudio = lambda _n_bytes: None
        self.received_at = 2.5
        self.closed: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self.closed.set_result(error)

    def send(self, data: bytes) -> None:
        raise AssertionError(data)

    def abort(self) -> None:
        raise AssertionError


def measured_over_a_dialect(error: str | None, *, first_end: int | None = 3) -> LoadOutcome:
    outcome = LoadOutcome(1)

    async def main() -> None:
        socket = Silent(error)
        client = DialectLoadClient(socket, first_end)
        client.cpu = CpuMeter(iter((0.01, 0.02, 0.03, 0.04)).__next__)
        client.log.sent("Hi.", 0.0)
        client.log.sent(" You.", 1.0)
        client.log.finished(2.0)
        client.cpu.sent("Hi.")
        client.cpu.sent(" You.")
        client.cpu.finished()
        if error is None:
            socket.on_audio(24_000)
        client.add_to(outcome)

    asyncio.run(main())
    return outcome


def test_a_dialect_s_first_sound_is_measured_from_the_token_that_is_known_to_make_it_certain() -> None:
    outcome = measured_over_a_dialect(None)
    assert (outcome.audio_s, outcome.errors) == (0.5, [])
    assert (outcome.first_ms, outcome.first_from_last_token_ms) == ([1500.0], [2500.0])
    assert outcome.first_cpu_ms == [20.0]
    assert measured_over_a_dialect(None, first_end=None).first_ms == []


def test_a_dialect_s_error_is_in_the_outcome() -> None:
    outcome = measured_over_a_dialect("it broke")
    assert (outcome.audio_s, outcome.first_ms, outcome.errors) == (0.0, [], ["it broke"])


def test_a_turn_too_short_to_cancel_is_not_counted() -> None:
    outcome = outcome_of(CancellingClient, plays(READY, *sentence(0, (0, 3))))
    assert (outcome.cancel_ms, outcome.frames_after_cancel) == ([], 0)


def test_a_client_that_is_told_to_come_again_is_counted_and_no_error() -> None:
    error = {"type": "error", "code": "busy", "msg": "no", "fatal": True, "retry_after_ms": 1000}
    outcome = outcome_of(LoadClient, plays(READY, error, code=1013))
    assert (outcome.refused, outcome.errors, outcome.first_ms) == (1, [], [])
