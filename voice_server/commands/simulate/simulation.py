"""One run of the simulated LLM: tokens go to a server, its sound is played and measured."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from voice_server.client_events import Audio
from voice_server.client_streams import AsyncStream, connect
from voice_server.commands.shared.chosen_server import reachable_server
from voice_server.commands.shared.click_options import ServerChoice, SpeakerChoice
from voice_server.commands.simulate.progress_display import Display, JsonDisplay, TerminalDisplay
from voice_server.commands.simulate.simulated_llm import TokenLog, paced, tokens_of
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter
from voice_server.playback import SoundSink, open_sink

TOKENS_PER_S = 50.0
_AS_FAST_AS_POSSIBLE_S = 600  # a file is not listened to: render as far ahead as the protocol allows
_LOOK_S = 0.03


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
    """Stream a text at `rate` tokens a second, or at once; play or save what comes, and show how it went."""
    from voice_server.serving.event_loop import run  # noqa: PLC0415 - loads the server, which `--help` does not need

    show: Display = JsonDisplay() if as_json else TerminalDisplay()
    with open_sink(output) as sink:
        run(
            _stream(
                tokens_of(text),
                server=server,
                speaker=speaker,
                rate=None if burst else rate,
                sink=sink,
                show=show,
            )
        )
    show.end(sink)


async def _stream(
    tokens: list[str],
    *,
    server: ServerChoice,
    speaker: SpeakerChoice,
    rate: float | None,
    sink: SoundSink,
    show: Display,
) -> None:
    show.start(server)
    async with reachable_server(server) as url:
        ahead_s = _AS_FAST_AS_POSSIBLE_S if sink.path else None
        async with connect(url, **server.wire(), ahead_s=ahead_s, **speaker.wire()) as stream:
            log = TokenLog()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_send(stream, tokens, rate, log, show))
                tasks.create_task(_listen(stream, log, sink, show))
            await _heard_until(sink, None)


async def _send(
    stream: AsyncStream, tokens: list[str], rate: float | None, log: TokenLog, show: Display
) -> None:
    now = time.perf_counter  # uvloop's own clock ticks in milliseconds
    async for token in paced(tokens, rate):
        log.sent(token, now())
        await stream.send_text(token)
        show.token(token)
    log.finished(now())
    await stream.done()


async def _listen(stream: AsyncStream, log: TokenLog, sink: SoundSink, show: Display) -> None:
    """Play what comes, and show each sentence when its sound is heard."""
    now = time.perf_counter  # uvloop's own clock ticks in milliseconds
    ear = TurnMeter(log)
    shown: asyncio.Queue[SentenceTiming | None] = asyncio.Queue()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_show_when_heard(shown, sink, show))
        async for event in stream:
            if isinstance(event, Audio):
                await asyncio.to_thread(sink.play, event.pcm) if sink.path is None else sink.play(event.pcm)
            if sentence := ear.hear(event, now()):
                shown.put_nowait(sentence)
            show.event(event)
        shown.put_nowait(None)
    show.summary(ear)


async def _show_when_heard(
    shown: asyncio.Queue[SentenceTiming | None], sink: SoundSink, show: Display
) -> None:
    while (sentence := await shown.get()) is not None:
        await _heard_until(sink, sentence.at_ms or 0)
        show.sentence(sentence)


async def _heard_until(sink: SoundSink, position_ms: float | None) -> None:
    """Wait until the sound has been heard up to a position, or to its end."""

    def is_heard() -> bool:
        return sink.wait_until_heard(0) if position_ms is None else sink.played_ms >= position_ms

    while not is_heard():  # noqa: ASYNC110 - a sound device has no event to wait for
        await asyncio.sleep(_LOOK_S)
