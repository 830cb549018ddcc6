"""One run of the simulated LLM: sends tokens to a server, plays the sound and measures it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from voice_server.client_events import Audio
from voice_server.client_streams import AsyncStream, connect
from voice_server.commands.shared.chosen_server import reachable_server
from voice_server.commands.shared.click_options import ServerChoice, SpeakerChoice
from voice_server.commands.shared.sound_output import ahead_s_for, play
from voice_server.commands.simulate.progress_display import Display, JsonDisplay, TerminalDisplay
from voice_server.commands.simulate.simulated_llm import TokenLog, paced, tokens_of
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter
from voice_server.playback import SoundSink, open_sink

TOKENS_PER_S = 50.0
_POLL_INTERVAL_S = 0.03


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
        run(
            _stream(
                tokens_of(text),
                server=server,
                speaker=speaker,
                rate=None if burst else rate,
                sink=sink,
                display=display,
            )
        )
    display.end(sink)


async def _stream(
    tokens: list[str],
    *,
    server: ServerChoice,
    speaker: SpeakerChoice,
    rate: float | None,
    sink: SoundSink,
    display: Display,
) -> None:
    display.start(server)
    async with reachable_server(server) as url:
        arguments = server.connect_arguments() | speaker.connect_arguments()
        async with connect(url, ahead_s=ahead_s_for(sink), **arguments) as stream:
            log = TokenLog()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_send(stream, tokens, rate, log, display))
                tasks.create_task(_receive(stream, log, sink, display))
            await _wait_until_played(sink, None)


async def _send(
    stream: AsyncStream, tokens: list[str], rate: float | None, log: TokenLog, display: Display
) -> None:
    now = time.perf_counter  # uvloop's own clock ticks in milliseconds
    async for token in paced(tokens, rate):
        log.sent(token, now())
        await stream.send_text(token)
        display.token(token)
    log.finished(now())
    await stream.done()


async def _receive(stream: AsyncStream, log: TokenLog, sink: SoundSink, display: Display) -> None:
    """Play the sound, and display each sentence when its playback begins."""
    now = time.perf_counter  # uvloop's own clock ticks in milliseconds
    meter = TurnMeter(log)
    completed: asyncio.Queue[SentenceTiming | None] = asyncio.Queue()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_display_when_played(completed, sink, display))
        async for event in stream:
            if isinstance(event, Audio):
                await play(sink, event.pcm)
            if sentence := meter.receive(event, now()):
                completed.put_nowait(sentence)
            display.event(event)
        completed.put_nowait(None)
    display.summary(meter)


async def _display_when_played(
    completed: asyncio.Queue[SentenceTiming | None], sink: SoundSink, display: Display
) -> None:
    while (sentence := await completed.get()) is not None:
        await _wait_until_played(sink, sentence.at_ms or 0)
        display.sentence(sentence)


async def _wait_until_played(sink: SoundSink, position_ms: float | None) -> None:
    """Wait until the sound has been played up to a position, or to its end where it is None."""

    def is_played() -> bool:
        return sink.wait_until_heard(0) if position_ms is None else sink.played_ms >= position_ms

    while not is_played():  # noqa: ASYNC110 - a sound device offers no event to wait for
        await asyncio.sleep(_POLL_INTERVAL_S)
