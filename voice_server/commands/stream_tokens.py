"""`voice-server stream-tokens`: the server's main job, to watch: tokens go in, sentences are spoken."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import click

from voice_server.client import (
    DEFAULT_URL,
    AsyncStream,
    Audio,
    connect,
)
from voice_server.commands.common import (
    TOKEN_VARIABLE,
    Command,
    ServerChoice,
    SpeakerChoice,
    json_option,
    output_option,
    reachable_server,
    server_options,
    speaker_options,
)
from voice_server.commands.hearing import Ear, HeardSentence
from voice_server.commands.showing import JsonLines, Lines, Show
from voice_server.commands.simulated_llm import ANSWER, TokenLog, paced, tokens_of
from voice_server.errors import ConfigError
from voice_server.playback import Sink, open_sink

_TOKENS_PER_S = 50.0
_AS_FAST_AS_POSSIBLE_S = 600  # a file is not listened to: render as far ahead as the protocol allows
_LOOK_S = 0.03


@click.command(cls=Command)
@click.argument("file", required=False, metavar="[FILE]")
@server_options
@speaker_options
@click.option("--rate", metavar="N", type=click.FloatRange(min=0, min_open=True), default=_TOKENS_PER_S,
              show_default=True, help="Tokens a second.")  # fmt: skip
@click.option("--burst", is_flag=True, help="Send all tokens at once.")
@output_option
@json_option
def stream_tokens(file: str | None, **how: Any) -> None:
    """Stream tokens, as an LLM would, and hear the sentences as they are spoken.

    The text is FILE, standard input with -, or a built-in answer. A server in this program speaks it, or the
    one at --url. A line for each sentence tells how long after it was certain its sound came, how long it is,
    what rendering cost in proportion, and the silence before it.
    """
    _run(text_of(file), **how)


@click.command(cls=Command)
@click.option("--url", metavar="URL", default=DEFAULT_URL, show_default=True, help="The server.")
@click.option("--token", metavar="TOKEN", envvar=TOKEN_VARIABLE, help="What the server asks for.")
@click.option("--backend", metavar="NAME", help="The backend that speaks.")
@speaker_options
@click.option("--text", metavar="TEXT", help="What to say instead of the built-in text.")
@output_option
@json_option
def client_example(*, url: str, token: str | None, backend: str | None, text: str | None, **how: Any) -> None:
    """Stream a sample text token by token to a server, and hear it or save it."""
    server = ServerChoice(url=url, backend=backend, token=token)
    _run(text or ANSWER, server=server, rate=_TOKENS_PER_S, burst=False, **how)


def text_of(file: str | None) -> str:
    """Return what `FILE` names: a file, standard input (-), or the built-in text. Raises ConfigError."""
    if file is None:
        return ANSWER
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read {file!r}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file!r} is not UTF-8 text") from None
    if not text.strip():
        raise ConfigError("there is no text to speak")
    return text


def _run(
    text: str,
    *,
    server: ServerChoice,
    speaker: SpeakerChoice,
    rate: float,
    burst: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    from voice_server.server import run  # noqa: PLC0415 - loads the server, which `--help` does not need

    show: Show = JsonLines() if as_json else Lines()
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
    sink: Sink,
    show: Show,
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
    stream: AsyncStream, tokens: list[str], rate: float | None, log: TokenLog, show: Show
) -> None:
    now = time.perf_counter  # uvloop's own clock ticks in milliseconds
    async for token in paced(tokens, rate):
        log.sent(token, now())
        await stream.send_text(token)
        show.token(token)
    log.finished(now())
    await stream.done()


async def _listen(stream: AsyncStream, log: TokenLog, sink: Sink, show: Show) -> None:
    """Play what comes, and show each sentence when its sound is heard."""
    now = time.perf_counter  # uvloop's own clock ticks in milliseconds
    ear = Ear(log)
    shown: asyncio.Queue[HeardSentence | None] = asyncio.Queue()
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


async def _show_when_heard(shown: asyncio.Queue[HeardSentence | None], sink: Sink, show: Show) -> None:
    while (sentence := await shown.get()) is not None:
        await _heard_until(sink, sentence.at_ms or 0)
        show.sentence(sentence)


async def _heard_until(sink: Sink, position_ms: float | None) -> None:
    """Wait until the sound has been heard up to a position, or to its end."""

    def is_heard() -> bool:
        return sink.wait_until_heard(0) if position_ms is None else sink.played_ms >= position_ms

    while not is_heard():  # noqa: ASYNC110 - a sound device has no event to wait for
        await asyncio.sleep(_LOOK_S)
