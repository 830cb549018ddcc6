"""Runs the lines that are typed: text is spoken, a line that begins with a colon is a command."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import click

from voice_server.client_streams import StreamClosed
from voice_server.commands.repl.line_player import LinePlayer
from voice_server.commands.shared.chosen_server import chosen_config
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.commands.shared.option_values import parse_option
from voice_server.commands.shared.terminal import print_error
from voice_server.commands.shared.voice_list import speaks, voice_table, voices_of
from voice_server.errors import ReaderGone, VoiceServerError

_QUIT = ":quit"
_WITH_ARGUMENT = {":voice", ":speed", ":opt"}
_HELP = """\
  a line          is spoken
  :voice NAME     speak with another voice
  :speed FACTOR   speak faster or slower; 1.2 is a fifth faster
  :opt KEY=VALUE  set another option of the backend
  :voices [LANG]  list the voices, or those of one language
  :stop           stop speaking; so does Ctrl-C
  :quit           leave; so does Ctrl-D"""


class ReplLoop:
    """Speaks lines and runs commands; an error is printed and changes nothing."""

    def __init__(self, player: LinePlayer, server: ServerChoice) -> None:
        self._player = player
        self._server = server
        self._commands: dict[str, Callable[[str], Awaitable[object]]] = {
            ":voice": self._set_voice,
            ":speed": lambda factor: self._set_option(f"speed={factor}"),
            ":opt": self._set_option,
            ":voices": self._list_voices,
            ":stop": lambda _: player.stop(),
            ":help": self._print_help,
        }

    async def run(self, lines: AsyncIterator[str]) -> None:
        """Run lines until there are no more, or one is `:quit`. Raises StreamClosed and ReaderGone."""
        async for line in lines:
            stripped = line.strip()
            if stripped == _QUIT:
                return
            try:
                await self._run_line(stripped)
            except (StreamClosed, ReaderGone):
                raise
            except VoiceServerError as error:
                print_error(error.message)

    async def _run_line(self, line: str) -> None:
        if line.startswith(":"):
            await self._run_command(line)
        elif line:
            await self._player.speak(line)

    async def _run_command(self, line: str) -> None:
        name, _, argument = line.partition(" ")
        command = self._commands.get(name)
        if command is None:
            raise VoiceServerError(f"there is no {name}; there are {', '.join(self._commands)} and {_QUIT}")
        if not argument and name in _WITH_ARGUMENT:
            raise VoiceServerError(f"{name} wants to be told what; :help shows how")
        await command(argument.strip())

    async def _set_voice(self, name: str) -> None:
        await self._player.configure(voice=int(name) if name.isdecimal() else name)

    async def _set_option(self, pair: str) -> None:
        await self._player.configure(opts=dict([parse_option(pair)]))

    async def _list_voices(self, language: str) -> None:
        if self._server.url is not None:
            raise VoiceServerError("the voices of a server at another address are not listed here")
        configured = await voices_of(chosen_config(self._server))
        for row in voice_table(voice for voice in configured.voices if speaks(voice, language)):
            click.echo(row)

    async def _print_help(self, _: str) -> None:
        click.echo(_HELP)
