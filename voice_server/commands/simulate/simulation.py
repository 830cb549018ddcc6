"""One run of the simulated LLM: sends tokens to a server, plays the sound and measures it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from voice_server.client_events import Audio
from voice_server.client_streams import AsyncStream, connect
from voice_server.commands.shared.chosen_server import (
    offer_natural_voice_of,
    prepare_server,
    reachable_server,
)
from voice_server.commands.shared.click_options import ServerChoice, SpeakerChoice
from voice_server.commands.shared.sound_output import ahead_s_for, play, wait_until_played
from voice_server.commands.simulate.progress_display import Display, JsonDisplay, TerminalDisplay
from voice_server.commands.simulate.simulated_llm import TokenLog, paced, tokens_of
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter
from voice_server.playback import SoundSink, open_sink

TOKENS_PER_S = 50.0
_now = time.perf_counter  # uvloop's own clock ticks in milliseconds


def run_simulation(
    text: str,
    *,
    server: ServerChoice,
    speaker: SpeakerChoice,
    rate: float,
    burst: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Stream a text at `rate` tokens a second, or at once; play or save the sound, and display the timing."""
    from voice_server.serving.event_loop import run  # noqa: PLC0415 - loads the server, which `--help` does not need

    display: Display = JsonDisplay() if as_json else TerminalDisplay()
    with open_sink(output) as sink:
        prepare_server(server, aloud=sink.path is None)
        run(_Simulation(tokens_of(text), None if burst else rate, sink, display).run(server, speaker))
    display.end(sink)
    if not as_json:
        offer_natural_voice_of(server)


class _Simulation:
    """One turn: sends the tokens of a text, plays what comes back, and displays what it measured."""

    def __init__(
        self, tokens: list[str], tokens_per_s: float | None, sink: SoundSink, display: Display
    ) -> None:
        self._tokens = tokens
        self._tokens_per_s = tokens_per_s
        self._sink = sink
        self._display = display
        self._log = TokenLog()
        self._meter = TurnMeter(self._log)
        self._completed: asyncio.Queue[SentenceTiming | None] = asyncio.Queue()

    async def run(self, server: ServerChoice, speaker: SpeakerChoice) -> None:
        """Stream all tokens; returns when the sound has been played."""
        self._display.start(server)
        arguments = server.connect_arguments() | speaker.connect_arguments()
        async with (
            reachable_server(server) as url,
            connect(url, ahead_s=ahead_s_for(self._sink), **arguments) as stream,
        ):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send(stream))
                tasks.create_task(self._receive(stream))
                tasks.create_task(self._display_when_played())
            self._display.summary(self._meter)
            await wait_until_played(self._sink)

    async def _send(self, stream: AsyncStream) -> None:
        async for token in paced(self._tokens, self._tokens_per_s):
            self._log.sent(token, _now())
            await stream.send_text(token)
            self._display.token(token)
        self._log.finished(_now())
        await stream.done()

    async def _receive(self, stream: AsyncStream) -> None:
        async for event in stream:
            if isinstance(event, Audio):
                await play(self._sink, event.pcm)
            if sentence := self._meter.receive(event, _now()):
                self._completed.put_nowait(sentence)
            self._display.event(event)
        self._completed.put_nowait(None)

    async def _display_when_played(self) -> None:
        """Display each sentence when its playback begins."""
        while (sentence := await self._completed.get()) is not None:
            await wait_until_played(self._sink, sentence.at_ms or 0)
            self._display.sentence(sentence)
