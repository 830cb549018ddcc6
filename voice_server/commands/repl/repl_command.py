"""`voice-server repl`: speaks the lines that are typed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click

from voice_server.client_streams import connect
from voice_server.commands.repl.line_player import LinePlayer
from voice_server.commands.repl.repl_loop import ReplLoop
from voice_server.commands.shared.chosen_server import (
    offer_natural_voice_of,
    prepare_server,
    reachable_server,
)
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    ServerChoice,
    SpeakerChoice,
    encoding_option,
    output_option,
    server_options,
    speaker_options,
)
from voice_server.commands.shared.keyboard_interrupts import interrupt_event
from voice_server.commands.shared.line_prompt import prompt_session
from voice_server.commands.shared.piped_lines import piped_lines
from voice_server.commands.shared.sound_output import wait_until_played
from voice_server.commands.shared.terminal import print_note
from voice_server.playback import SoundSink, open_sink


@click.command(cls=CliCommand)
@server_options
@speaker_options
@output_option()
@encoding_option
def repl(*, server: ServerChoice, speaker: SpeakerChoice, output: Path | None, encoding: str | None) -> None:
    """Type lines and hear them; :help lists what else can be typed.

    Where standard input is no terminal, its lines are spoken to the end.
    """
    from voice_server.serving.event_loop import run  # noqa: PLC0415 - loads the server, which `--help` does not need

    with open_sink(output) as sink:
        offer_natural_voice_of(server)
        prepare_server(server, aloud=sink.path is None)
        if sink.path is not None and output is None:
            print_note(f"this machine has no speakers; the sound goes to {sink.path}")
        run(_run(server, speaker, sink, encoding))
    if sink.path is not None:
        click.echo(f"saved to {sink.path}")


async def _run(server: ServerChoice, speaker: SpeakerChoice, sink: SoundSink, encoding: str | None) -> None:
    arguments = server.connect_arguments() | speaker.connect_arguments()
    async with reachable_server(server) as url, connect(url, **arguments) as stream:
        player = LinePlayer(stream, sink)
        loop = ReplLoop(player, server)
        is_terminal = sys.stdin.isatty()
        async with asyncio.TaskGroup() as tasks:  # a connection that breaks leaves no prompt behind
            receiving = tasks.create_task(player.receive())
            if is_terminal:
                await _run_prompt(loop, player)
                receiving.cancel()
            else:
                await loop.run(piped_lines(encoding))
                await stream.done()
        if not is_terminal:
            await wait_until_played(sink)


async def _run_prompt(loop: ReplLoop, player: LinePlayer) -> None:
    """Run what is typed; a Ctrl-C between two prompts, where no prompt reads it, stops the speech too."""
    with interrupt_event() as interrupted:
        stopping = asyncio.create_task(_stop_when(interrupted, player))
        try:
            await loop.run(_typed_lines(player))
        finally:
            stopping.cancel()


async def _stop_when(interrupted: asyncio.Event, player: LinePlayer) -> None:
    while await interrupted.wait():
        interrupted.clear()
        await player.stop()


async def _typed_lines(player: LinePlayer) -> AsyncIterator[str]:
    """Yield the lines that are typed; Ctrl-C stops the speech, Ctrl-D ends."""
    from prompt_toolkit.patch_stdout import patch_stdout  # noqa: PLC0415 - only where there is a terminal

    session = prompt_session("repl_history")
    print_note("type a line to hear it; :help lists what else there is")
    with patch_stdout(raw=True):  # keep the styles of our own output
        while True:
            try:
                yield await session.prompt_async("say> ")
            except KeyboardInterrupt:
                if not await player.stop():
                    print_note("Ctrl-D leaves")
            except EOFError:
                return
