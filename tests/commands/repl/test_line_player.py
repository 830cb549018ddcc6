from __future__ import annotations

import asyncio
from typing import Any

import pytest

from voice_server.client_events import Audio, Cancelled, ErrorEvent, Event, TurnDone, WarningEvent
from voice_server.client_streams import AsyncStream
from voice_server.commands.repl.line_player import LinePlayer


class Recorder:
    """A sink of which 300 ms have been heard, and a stream that records what is sent."""

    path, takes_long = None, True
    played_ms = 300.0

    def __init__(self, events: list[Event], pending_ms: float = 0.0) -> None:
        self.sent: list[tuple[str, object]] = []
        self._events = events
        self._pending_ms = pending_ms

    def play(self, pcm: bytes) -> None:
        self._pending_ms += len(pcm) / 48

    def clear(self) -> float:
        pending_ms, self._pending_ms = self._pending_ms, 0.0
        return pending_ms

    async def send_text(self, text: str) -> None:
        self.sent.append(("text", text))

    async def end(self) -> None:
        self.sent.append(("end", None))

    async def cancel(self, played_ms: float) -> None:
        self.sent.append(("cancel", played_ms))

    async def __aiter__(self) -> Any:
        for event in self._events:
            yield event


def player_of(recorder: Any) -> LinePlayer:
    stream: AsyncStream = recorder
    return LinePlayer(stream, recorder)


def test_stopping_tells_the_server_what_of_the_present_line_was_heard() -> None:
    recorder = Recorder(
        [Audio(bytes(48 * 100), "1"), Audio(bytes(48 * 400), "2"), Audio(bytes(48 * 400), "3")]
    )

    async def main() -> bool:
        player = player_of(recorder)
        await player.speak("One.")
        await player.receive()
        return await player.stop()

    assert asyncio.run(main())
    assert recorder.sent == [("text", "One."), ("end", None), ("cancel", 200.0)]
    assert recorder.clear() == 0


def test_stopping_what_only_plays_on_says_nothing_to_the_server() -> None:
    recorder = Recorder([], pending_ms=50)
    assert asyncio.run(player_of(recorder).stop())
    assert recorder.sent == []


def test_there_may_be_nothing_to_stop() -> None:
    assert not asyncio.run(player_of(Recorder([])).stop())


def test_when_all_lines_are_done_only_the_sound_is_stopped() -> None:
    recorder = Recorder([Audio(bytes(48 * 400), "1"), TurnDone("1", "complete", 400, 4, 1)])

    async def main() -> bool:
        player = player_of(recorder)
        await player.speak("One.")
        await player.receive()
        return await player.stop()

    assert asyncio.run(main())
    assert recorder.sent == [("text", "One."), ("end", None)]


def test_messages_of_the_server_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    events: list[Event] = [
        WarningEvent("slow_client", "it is slow"),
        ErrorEvent("it failed"),
        Cancelled("1", "Hello ", "", 20.0),
    ]
    asyncio.run(player_of(Recorder(events)).receive())
    assert capsys.readouterr().err.splitlines() == [
        "it is slow",
        "it failed",
        "heard: Hello; not heard: nothing",
    ]
