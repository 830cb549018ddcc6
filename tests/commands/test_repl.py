from __future__ import annotations

import asyncio
import wave
from typing import Any

import pytest

from voice_server.client_events import Audio, Event
from voice_server.client_streams import AsyncStream
from voice_server.commands.repl import LinePlayer


def saved_ms() -> float:
    with wave.open("speech.wav") as reader:
        return int(reader.getnframes()) / 24


def test_piped_lines_are_spoken_to_the_end(run_command: Any) -> None:
    assert run_command("speak", "Hello there. And again.", "-o", "speech.wav").exit_code == 0
    wanted_ms = saved_ms()
    result = run_command("repl", input="Hello there.\n\nAnd again.\n")
    assert result.exit_code == 0, result.stderr
    assert saved_ms() == pytest.approx(wanted_ms, rel=0.1)
    assert "no speakers" in result.stderr


def test_a_line_with_a_colon_changes_how_the_next_ones_are_spoken(run_command: Any) -> None:
    run_command("repl", input="Hello there.\n")
    slow_ms = saved_ms()
    result = run_command("repl", input=":speed 2\n:voice high\n:opt words=false\nHello there.\n")
    assert result.exit_code == 0, result.stderr
    assert saved_ms() == pytest.approx(slow_ms / 2, rel=0.1)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (":sing", "there is no :sing; there are :voice, "),
        (":voice", ":voice wants to be told what"),
        (":opt speed", "KEY=VALUE"),
        (":voice nobody", "unknown voice 'nobody'"),
        (":speed fast", "option speed must be a number"),
    ],
)
def test_a_mistake_is_told_and_the_conversation_goes_on(run_command: Any, line: str, sentence: str) -> None:
    result = run_command("repl", input=f"{line}\nHello there.\n")
    assert result.exit_code == 0
    assert sentence in result.stderr
    assert saved_ms() > 100


def test_voices_and_help_can_be_asked_for(run_command: Any) -> None:
    result = run_command("repl", input=":voices fr\n:help\n:quit\nnever spoken\n")
    assert result.stdout.splitlines()[0].startswith("top ")
    assert ":speed FACTOR" in result.stdout
    assert saved_ms() == 0


class Recorder:
    """A sink of which 300 ms have been heard, and a stream that notes what is said on it."""

    path = None
    played_ms = 300.0

    def __init__(self, events: list[Event], pending_ms: float = 0.0) -> None:
        self.said: list[tuple[str, object]] = []
        self._events = events
        self._pending_ms = pending_ms

    def play(self, pcm: bytes) -> None:
        self._pending_ms += len(pcm) / 48

    def clear(self) -> float:
        pending_ms, self._pending_ms = self._pending_ms, 0.0
        return pending_ms

    async def send_text(self, text: str) -> None:
        self.said.append(("text", text))

    async def end(self) -> None:
        self.said.append(("end", None))

    async def cancel(self, played_ms: float) -> None:
        self.said.append(("cancel", played_ms))

    async def __aiter__(self) -> Any:
        for event in self._events:
            yield event


def talk_with(recorder: Any) -> LinePlayer:
    stream: AsyncStream = recorder
    return LinePlayer(stream, recorder)


def test_stopping_tells_the_server_what_of_the_present_line_was_heard() -> None:
    recorder = Recorder(
        [Audio(bytes(48 * 100), "1"), Audio(bytes(48 * 400), "2"), Audio(bytes(48 * 400), "3")]
    )

    async def main() -> bool:
        talk = talk_with(recorder)
        await talk.say("One.")
        await talk.listen()
        return await talk.stop()

    assert asyncio.run(main())
    assert recorder.said == [("text", "One."), ("end", None), ("cancel", 200.0)]
    assert recorder.clear() == 0


def test_stopping_what_only_plays_on_says_nothing_to_the_server() -> None:
    recorder = Recorder([], pending_ms=50)
    assert asyncio.run(talk_with(recorder).stop())
    assert recorder.said == []


def test_there_may_be_nothing_to_stop() -> None:
    assert not asyncio.run(talk_with(Recorder([])).stop())
