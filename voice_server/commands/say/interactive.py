"""`say --interactive`: every line is spoken; Ctrl-C stops the speech, Ctrl-D leaves."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from types import FrameType

import click

from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared.line_prompt import prompt_session
from voice_server.commands.shared.terminal import print_note
from voice_server.core.types import JsonObject
from voice_server.errors import VoiceServerError

_HISTORY = "say_history"


def say_lines(reach: ServerHandle, wish: JsonObject) -> None:
    """Speak lines until there are no more; a mistake in one is told and changes nothing.

    At a terminal a line ends the one before it; lines from a pipe wait for each other.
    """
    is_typed = sys.stdin.isatty()
    if not is_typed:
        wish = {"policy": "queue"} | wish
    said = _Said(reach, wish)
    for line in _prompted(said) if is_typed else sys.stdin:
        if line.strip():
            try:
                with interruption(said.stop) if is_typed else nullcontext():
                    said.say(line.strip())
            except VoiceServerError as error:
                click.echo(click.style(error.message, fg="red"), err=True)


@contextmanager
def interruption(then: Callable[[], object]) -> Iterator[None]:
    """Keep a Ctrl-C until the block is over, and do `then`: what is being asked for is known only by then.

    The second Ctrl-C ends the block, as ever.
    """
    presses = 0

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal presses
        presses += 1
        if presses > 1:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if presses:
        then()


class _Said:
    """What this program has said, which is all that it stops."""

    def __init__(self, reach: ServerHandle, wish: JsonObject) -> None:
        self._reach = reach
        self._wish = wish
        self._ids: list[int] = []

    def say(self, line: str) -> None:
        answer = self._reach.ask("POST", "/synthesize", self._wish | {"text": line})
        self._ids.append(answer["id"])
        for warning in answer["warnings"]:
            print_note(warning["message"])

    def stop(self) -> bool:
        """Silence what is left of it; say whether there was anything."""
        if not self._ids or self._reach.running() is None:
            return False
        answer = self._reach.ask("POST", "/playback/stop", {"ids": self._ids})
        self._ids.clear()
        return bool(answer["ended"])


def _prompted(said: _Said) -> Iterator[str]:
    session = prompt_session(_HISTORY)
    print_note("type a line to hear it; Ctrl-C stops speech, Ctrl-D leaves")
    while True:
        try:
            yield session.prompt("say> ")
        except KeyboardInterrupt:
            with suppress(VoiceServerError):
                if not said.stop():
                    print_note("Ctrl-D leaves")
        except EOFError:
            return
