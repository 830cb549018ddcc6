"""The question which natural voice is to be set up, for the person at the terminal, once.

Laws. Nobody is asked who has no terminal, and nobody twice. The question waits for half a minute at most;
what was typed before it is left to whom it was meant for.
"""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_server.commands.shared.program_name import as_typed
from voice_server.home.home_folders import home_folders

if TYPE_CHECKING:
    from voice_server.config import Config
    from voice_server.provisioning.natural_engines import NaturalEngine

_ANSWER_FILE = "natural_voice"
_ANSWER_S = 30.0
_STDIN = 0
_YES, _NO = ("y", "yes"), ("", "n", "no")


def ask_for_engine(config: Config) -> str | None:
    """Ask the person at the terminal, if there is one who has not been asked; return the engine to set up."""
    question = Question.for_person(config)
    if question is None or select.select([_STDIN], [], [], 0)[0]:  # what is typed already is no answer
        return None
    if not question.put():
        return None
    while select.select([_STDIN], [], [], _ANSWER_S)[0]:
        answer = question.read()
        if answer is not None:
            return answer or None
    click.echo("no answer, so nothing is set up", err=True)
    return None


def ask_beside_loop(config: Config, begin: Callable[[str], object]) -> bool:
    """Ask without keeping the running event loop from its work; `begin` is called with the engine's name.

    Returns whether there is somebody to ask.
    """
    question = Question.for_person(config)
    if question is None or not question.put():
        return False
    loop = asyncio.get_running_loop()

    def take_line() -> None:
        if not _is_in_foreground():  # to read would stop a program in the background
            loop.remove_reader(_STDIN)
            return
        answer = question.read()
        if answer is not None:
            loop.remove_reader(_STDIN)
        if answer:
            begin(answer)

    loop.add_reader(_STDIN, take_line)
    return True


class Question:
    """Which of some engines is to be set up, the first being recommended."""

    def __init__(self, engines: Sequence[NaturalEngine], resting: str) -> None:
        self._engines = engines
        self._resting = resting

    @classmethod
    def for_person(cls, config: Config) -> Question | None:
        """The question for the person at the terminal; None without one, or without anything to ask."""
        if config.natural_voice != "ask" or not may_ask():
            return None
        from voice_server.provisioning.natural_engines import (  # noqa: PLC0415 - loads much
            engines_to_offer,
            resting_backend,
        )

        engines = engines_to_offer(config)
        return cls(engines, resting_backend(config)) if engines else None

    def put(self) -> bool:
        """Show the question; false where somebody has been asked, or that could not be remembered."""
        if not _remember_to_have_asked():
            return False
        width = max(len(each.name) for each in self._engines)
        click.echo("\r\x1b[K", nl=False, err=True)  # over what a display of progress has left
        click.echo(f"{self._resting} speaks, which sounds like a machine. Natural voices:", err=True)
        for number, each in enumerate(self._engines, start=1):
            click.echo(
                f"  {number}  {each.name:<{width}}  {each.facts.languages}; {each.facts.sizes}", err=True
            )
        self._show_choice()
        return True

    def _show_choice(self) -> None:
        numbers = ", ".join(str(number) for number, _ in enumerate(self._engines, start=1))
        later = as_typed("later: voice-server setup NAME")
        click.echo(
            f"Set one up? {numbers}, or Enter for none (asked only once; {later}): ", nl=False, err=True
        )

    def read(self) -> str | None:
        """What the typed line says: an engine, "" for none; None where it must be asked again."""
        try:
            typed = os.read(_STDIN, 4096).decode(errors="replace").strip().casefold()
        except OSError:  # the terminal has gone
            return ""
        if typed in _NO:
            return ""
        names = [each.name for each in self._engines]
        choices = dict(zip(map(str, range(1, len(names) + 1)), names, strict=True))
        choices |= {name: name for name in names} | dict.fromkeys(_YES, names[0])
        if typed not in choices:
            self._show_choice()
            return None
        return choices[typed]


def may_ask() -> bool:
    """Whether a person who has not been asked sits at the terminal."""
    return _is_person_there() and _is_in_foreground() and not _answer_path().exists()


def _is_person_there() -> bool:
    return not os.environ.get("CI") and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(_STDIN) == os.getpgrp()
    except OSError:
        return False


def _answer_path() -> Path:
    return home_folders().state / _ANSWER_FILE


def _remember_to_have_asked() -> bool:
    """Make the file that says so; false where another terminal has just made it, or it cannot be made."""
    path = _answer_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
    except OSError:
        return False
    return True
