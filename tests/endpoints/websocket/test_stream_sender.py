"""What a connection sends, in which order, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run
from voice_server.core.speech.speech_settings import SpeechRequest
from voice_server.core.stream_session import StreamSession
from voice_server.core.wire.client_messages import StreamFormat
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.conversation import Conversation
from voice_server.endpoints.websocket.stream_sender import StreamSender
from voice_server.endpoints.websocket.stream_turns import StreamTurns
from voice_server.endpoints.websocket.version_writers import Version1Writer
from voice_server.endpoints.websocket.websocket_protocol import WebSocketProtocol
from voice_server.speech import SpeechService


class _RecordingWebSocket:
    """Keeps what is sent, once it `can_take` more."""

    def __init__(self) -> None:
        self.messages: list[str | bytes] = []
        self.closed_with: int | None = None
        self.can_take = asyncio.Event()
        self.can_take.set()
        self.is_disconnected = False

    async def send(self, message: dict[str, Any]) -> None:
        await self.can_take.wait()
        if self.is_disconnected:
            raise WebSocketDisconnect(1006)
        self.messages.append(message["text"] if "text" in message else message["bytes"])

    async def close(self, code: int) -> None:
        self.closed_with = code


class _RecordingProtocol:
    """Keeps what is sent, and whether the client's messages are read."""

    def __init__(self) -> None:
        self.is_reading = True
        self.sent: list[str | bytes] = []

    def pause_messages(self) -> None:
        self.is_reading = False

    def resume_messages(self) -> None:
        self.is_reading = True

    async def send_all(self, messages: list[str | bytes]) -> None:
        self.sent += messages


def _sender(
    service: SpeechService | None = None,
    now: Callable[[], float] = lambda: 0.0,
    protocol: _RecordingProtocol | None = None,
) -> tuple[StreamSender, StreamTurns, _RecordingWebSocket]:
    websocket, wake_up = _RecordingWebSocket(), asyncio.Event()
    turns = StreamTurns(cast("SpeechService", service), wake_up.set)
    conversation = Conversation(StreamSession(), turns, None)
    sender = StreamSender(
        cast("WebSocket", websocket), cast("WebSocketProtocol | None", protocol), conversation, wake_up, now
    )
    return sender, turns, websocket


def test_no_message_is_read_while_answers_pile_up() -> None:
    async def main() -> None:
        protocol = _RecordingProtocol()
        sender, _, _ = _sender(protocol=protocol)
        answers = ["a" * 1000] * 300
        for answer in answers:
            assert protocol.is_reading == sender.has_room.is_set()
            sender.answer([answer])
        assert not protocol.is_reading
        sender.close_when_spoken(CloseCode.RESTART)
        await sender.run()
        assert protocol.is_reading
        assert sender.has_room.is_set()
        assert protocol.sent == answers

    run(main)


@pytest.mark.parametrize(("code", "last"), [(CloseCode.NORMAL, ['{"type":"done"}']), (CloseCode.RESTART, [])])
def test_done_is_said_when_the_client_was_done_and_not_when_the_server_stops(
    code: CloseCode, last: list[str]
) -> None:
    async def main() -> None:
        sender, _, websocket = _sender()
        sender.answer(["a", "b"])
        sender.close_when_spoken(code)
        await sender.run()
        assert websocket.messages == ["a", "b", *last]
        assert websocket.closed_with == code

    run(main)


def test_the_first_reason_to_close_holds() -> None:
    async def main() -> None:
        sender, _, websocket = _sender()
        sender.close_when_spoken(CloseCode.NORMAL)
        sender.close_when_spoken(CloseCode.RESTART)
        await sender.run()
        assert websocket.closed_with == CloseCode.NORMAL

    run(main)


def test_answers_come_before_audio_and_the_close_after_the_last_turn() -> None:
    async def main() -> None:
        async with SpeechService(ArithmeticPool(frame_s=0), config_of("one")) as service:
            sender, turns, websocket = _sender(service)
            settings, _ = service.settings(SpeechRequest())
            turns.open("1", settings, StreamFormat(), Version1Writer())
            turns.newest.push("Hello.")
            turns.newest.end()
            sender.answer(["answer"])
            sender.close_when_spoken(CloseCode.NORMAL)
            await sender.run()
        first, generating, *audio, last = websocket.messages
        assert (first, last) == ("answer", '{"type":"done"}')
        assert json.loads(generating)["type"] == "generating"
        assert b"".join(each for each in audio if isinstance(each, bytes)) == pcm_of("Hello.")

    run(main)


def test_a_connection_that_is_closed_at_once_sends_no_more_audio() -> None:
    async def main() -> None:
        async with SpeechService(ArithmeticPool(frame_s=0), config_of("one")) as service:
            sender, turns, websocket = _sender(service)
            settings, _ = service.settings(SpeechRequest())
            turns.open("1", settings, StreamFormat(), Version1Writer())
            turns.newest.push("Hello. ")
            sender.answer(["error"])
            sender.close(CloseCode.POLICY)
            assert sender.is_closing
            await sender.run()
            turns.close()
        assert websocket.messages == ["error"]
        assert websocket.closed_with == CloseCode.POLICY

    run(main)


def test_a_client_that_has_disconnected_ends_the_sending_without_a_close() -> None:
    async def main() -> None:
        sender, _, websocket = _sender()
        sending = asyncio.create_task(sender.run())
        await asyncio.sleep(0)
        sender.disconnect()
        await sending
        assert websocket.closed_with is None
        failing, _, websocket = _sender()
        websocket.is_disconnected = True
        failing.answer(["a"])
        await failing.run()
        assert websocket.messages == []

    run(main)


def test_a_client_that_takes_nothing_is_stalled_until_it_does() -> None:
    async def main() -> None:
        clock = [10.0]
        sender, _, websocket = _sender(now=lambda: clock[0])
        websocket.can_take.clear()
        sending = asyncio.create_task(sender.run())
        assert sender.stalled_s == 0
        sender.answer(["a"])
        await asyncio.sleep(0)
        clock[0] = 13.0
        assert sender.stalled_s == 3
        websocket.can_take.set()
        sender.close(CloseCode.NORMAL)
        await sending
        assert sender.stalled_s == 0

    run(main)


def test_when_the_client_last_took_anything_is_known_also_while_it_keeps_the_server_waiting() -> None:
    async def main() -> None:
        now = 1.0
        sender, _, websocket = _sender(now=lambda: now)
        assert sender.last_taken_at == 1.0
        websocket.can_take.clear()
        sender.answer(["a"])
        now = 2.0
        running = asyncio.create_task(sender.run())
        await asyncio.sleep(0.01)
        now = 3.0
        assert sender.last_taken_at == 2.0
        websocket.can_take.set()
        while not websocket.messages:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert sender.last_taken_at == 3.0
        sender.close(CloseCode.NORMAL)
        await running

    run(main)
