"""`voice-server repl`: type lines and hear them."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import click

from voice_server.client_events import Audio, Cancelled, ErrorEvent, TurnDone, WarningEvent
from voice_server.client_streams import AsyncStream, StreamClosed, connect
from voice_server.commands.shared.chosen_server import chosen_config, reachable_server
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    ServerChoice,
    SpeakerChoice,
    option_of,
    output_option,
    server_options,
    speaker_options,
)
from voice_server.commands.shared.line_prompt import prompt_session
from voice_server.commands.shared.terminal import print_note
from voice_server.commands.voices import line_of, speaks, voices_of
from voice_server.core.audio.pcm import duration_ms
from voice_server.core.types import SAMPLE_RATE_HZ, OptionValue
from voice_server.errors import VoiceServerError
from voice_server.playback import SoundSink, open_sink

_HELP = """\
  a line          is spoken
  :voice NAME     speak with another voice
  :speed FACTOR   speak faster or slower; 1.2 is a fifth faster
  :opt KEY=VALUE  set another option of the backend
  :voices [LANG]  list the voices, or those of one language
  :stop           stop speaking; so does Ctrl-C
  :quit           leave; so does Ctrl-D"""


@click.command(cls=CliCommand)
@server_options
@speaker_options
@output_option
def repl(*, server: ServerChoice, speaker: SpeakerChoice, output: Path | None) -> None:
    """Type lines and hear them; :help lists what else can be typed.

    Where standard input is no terminal, its lines are spoken to the end.
    """
    from voice_server.serving.event_loop import run  # noqa: PLC0415 - loads the server, which `--help` does not need

    with open_sink(output) as sink:
        if sink.path is not None and output is None:
            print_note(f"this machine has no speakers; the sound goes to {sink.path}")
        run(_converse(server, speaker, sink))
    if sink.path is not None:
        click.echo(f"saved to {sink.path}")


async def _converse(server: ServerChoice, speaker: SpeakerChoice, sink: SoundSink) -> None:
    async with reachable_server(server) as url, connect(url, **server.wire(), **speaker.wire()) as stream:
        talk = LinePlayer(stream, sink)
        listening = asyncio.create_task(talk.listen())
        conversation = ReplLoop(talk, server)
        if sys.stdin.isatty():
            with _interruptions() as interrupted:
                silencing = asyncio.create_task(_silence(talk, interrupted))
                await conversation.run(_prompted(talk))
            silencing.cancel()
            listening.cancel()
        else:
            await conversation.run(_piped())
            await stream.done()
        with suppress(asyncio.CancelledError):
            await listening
        if not sys.stdin.isatty():
            await asyncio.to_thread(sink.wait_until_heard)


@contextmanager
def _interruptions() -> Iterator[asyncio.Event]:
    """Take every Ctrl-C that comes between two prompts, where nobody reads keys, until the block is left.

    A second one before the first has been noticed ends the program, as ever.
    """
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()

    def note(number: int, frame: FrameType | None) -> None:
        if interrupted.is_set() and callable(before):
            before(number, frame)
        loop.call_soon_threadsafe(interrupted.set)

    before = signal.signal(signal.SIGINT, note)  # each prompt puts its own in front of it, and takes it away
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


async def _silence(talk: LinePlayer, interrupted: asyncio.Event) -> None:
    """Stop the speech whenever there was a Ctrl-C."""
    while await interrupted.wait():
        interrupted.clear()
        await talk.stop()


async def _piped() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line


async def _prompted(talk: LinePlayer) -> AsyncIterator[str]:
    """Yield what is typed; Ctrl-C stops the speech, Ctrl-D ends."""
    from prompt_toolkit.patch_stdout import patch_stdout  # noqa: PLC0415 - only where there is a terminal

    session = prompt_session("repl_history")
    print_note("type a line to hear it; :help lists what else there is")
    with patch_stdout(raw=True):  # styles are ours and meant
        while True:
            try:
                yield await session.prompt_async("say> ")
            except KeyboardInterrupt:
                if not await talk.stop():
                    print_note("Ctrl-D leaves")
            except EOFError:
                return


class ReplLoop:
    """Speaks lines and obeys those that begin with a colon; a mistake in one is told and changes nothing."""

    def __init__(self, talk: LinePlayer, server: ServerChoice) -> None:
        self._talk = talk
        self._server = server
        self._commands: dict[str, Callable[[str], Awaitable[object]]] = {
            ":voice": lambda name: talk.configure(voice=int(name) if name.isdecimal() else name),
            ":speed": lambda factor: talk.configure(opts=dict([option_of(f"speed={factor}")])),
            ":opt": lambda pair: talk.configure(opts=dict([option_of(pair)])),
            ":voices": self._list_voices,
            ":stop": lambda _: talk.stop(),
            ":help": self._help,
        }

    async def run(self, lines: AsyncIterator[str]) -> None:
        """Take lines until there are no more, or one says `:quit`."""
        async for line in lines:
            typed = line.strip()
            if typed == ":quit":
                return
            try:
                await self._obey(typed)
            except StreamClosed:
                raise
            except VoiceServerError as error:
                click.echo(click.style(error.message, fg="red"), err=True)

    async def _obey(self, typed: str) -> None:
        if not typed.startswith(":"):
            if typed:
                await self._talk.say(typed)
            return
        name, _, argument = typed.partition(" ")
        command = self._commands.get(name)
        if command is None:
            raise VoiceServerError(f"there is no {name}; there are {', '.join(self._commands)} and :quit")
        if not argument and name in {":voice", ":speed", ":opt"}:
            raise VoiceServerError(f"{name} wants to be told what; :help shows how")
        await command(argument.strip())

    async def _list_voices(self, language: str) -> None:
        if self._server.url is not None:
            raise VoiceServerError("the voices of a server at another address are not listed here")
        voices, _ = await voices_of(chosen_config(self._server))
        for voice in voices:
            if speaks(voice, language):
                click.echo(line_of(voice))

    async def _help(self, _: str) -> None:
        click.echo(_HELP)


class LinePlayer:
    """One connection and one sink: says lines as turns, plays what comes, stops both at once."""

    def __init__(self, stream: AsyncStream, sink: SoundSink) -> None:
        self._stream = stream
        self._sink = sink
        self._unfinished = 0
        self._received_ms = 0.0
        self._turns: deque[tuple[str | None, float]] = deque(maxlen=64)  # and where each begins in the sound

    async def say(self, line: str) -> None:
        """Speak a line after those before it."""
        self._unfinished += 1
        await self._stream.send_text(line)
        await self._stream.end()

    async def configure(
        self, *, voice: str | int | None = None, opts: dict[str, OptionValue] | None = None
    ) -> None:
        """Speak the next lines in another way."""
        await self._stream.configure(voice=voice, opts=opts)

    async def stop(self) -> bool:
        """Fall silent; say whether there was anything to silence."""
        played_ms = self._sink.played_ms
        silenced = self._sink.clear() > 0
        if not self._unfinished:
            return silenced
        begins_ms = max((begin for _, begin in self._turns if begin <= played_ms), default=0.0)
        await self._stream.cancel(played_ms - begins_ms)
        return True

    async def listen(self) -> None:
        """Play and tell what comes, until the server closes."""
        async for event in self._stream:
            if isinstance(event, Audio):
                if not self._turns or self._turns[-1][0] != event.turn:
                    self._turns.append((event.turn, self._received_ms))
                self._received_ms += duration_ms(len(event.pcm), SAMPLE_RATE_HZ)
                await asyncio.to_thread(self._sink.play, event.pcm)
            elif isinstance(event, Cancelled):
                self._sink.clear()
                heard, unheard = (part.strip() or "nothing" for part in (event.heard, event.unheard))
                print_note(f"heard: {heard}; not heard: {unheard}")
            elif isinstance(event, TurnDone):
                self._unfinished = max(0, self._unfinished - 1)
            elif isinstance(event, ErrorEvent | WarningEvent):
                click.echo(
                    click.style(event.msg, fg="red" if isinstance(event, ErrorEvent) else "yellow"), err=True
                )
