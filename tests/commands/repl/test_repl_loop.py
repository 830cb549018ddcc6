from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from voice_server.client_streams import StreamClosed
from voice_server.commands.repl.line_player import LinePlayer
from voice_server.commands.repl.repl_loop import ReplLoop
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.core.types import OptionValue
from voice_server.errors import VoiceServerError


class Player(LinePlayer):
    """Records what it is asked for; `error` is raised by the next line instead."""

    def __init__(self, error: VoiceServerError | None = None) -> None:
        self.calls: list[object] = []
        self._error = error

    async def speak(self, line: str) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error
        self.calls.append(line)

    async def configure(
        self, *, voice: str | int | None = None, opts: dict[str, OptionValue] | None = None
    ) -> None:
        self.calls.append({"voice": voice, "opts": opts})

    async def stop(self) -> bool:
        self.calls.append("(stop)")
        return True


async def typed(lines: list[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line


def run(*lines: str, player: Player | None = None, server: ServerChoice | None = None) -> list[object]:
    """What the player is asked for when these lines are typed."""
    player = player or Player()
    asyncio.run(ReplLoop(player, server or ServerChoice()).run(typed(list(lines))))
    return player.calls


def test_lines_are_spoken_without_the_blanks_around_them() -> None:
    assert run("Hello there.\n", "  \n", "  Yes.\n") == ["Hello there.", "Yes."]


@pytest.mark.parametrize(
    ("line", "call"),
    [
        (":voice vera", {"voice": "vera", "opts": None}),
        (":voice 7", {"voice": 7, "opts": None}),
        (":speed 1.2", {"voice": None, "opts": {"speed": 1.2}}),
        (":opt  style=calm", {"voice": None, "opts": {"style": "calm"}}),
        (":stop", "(stop)"),
    ],
)
def test_a_line_with_a_colon_is_a_command(line: str, call: object) -> None:
    assert run(line) == [call]


def test_nothing_after_quit_is_spoken() -> None:
    assert run("One.", ":quit", "Two.") == ["One."]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (":sing", "there is no :sing; there are :voice, :speed, :opt, :voices, :stop, :help and :quit"),
        (":voice", ":voice wants to be told what; :help shows how"),
        (":opt speed", "an option is given as KEY=VALUE"),
        (":voices", "the voices of a server at another address are not listed here"),
    ],
)
def test_an_error_is_printed_and_the_next_line_is_spoken(
    line: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(line, "Next.", server=ServerChoice("ws://host")) == ["Next."]
    assert capsys.readouterr().err.startswith(message)


def test_an_error_of_the_player_ends_its_line_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("One.", "Two.", player=Player(VoiceServerError("too long"))) == ["Two."]
    assert capsys.readouterr().err == "too long\n"


def test_a_connection_that_was_closed_ends_the_loop() -> None:
    with pytest.raises(StreamClosed):
        run("One.", "Two.", player=Player(StreamClosed(1012)))


def test_the_voices_of_a_language_are_listed(run_command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    del run_command  # for its configuration
    run(":voices fr")
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[:2] for row in rows] == [["4", "top"]]
