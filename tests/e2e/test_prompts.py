"""The two prompts at a real terminal: a history, Ctrl-C for silence, Ctrl-D to leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.saying import ROOT, Home, home, wait_until
from tests.e2e.terminal import CTRL_C, ENTER, UP, terminal

LONG = "This takes rather long to say. " * 10


@pytest.fixture
def user(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        yield made


def spoken(user: Home) -> list[str]:
    """The texts on the server's list."""
    status = user.ask("GET", "/playback")
    return [entry["text"] for entry in status["playing"] + status["waiting"]]


def test_interactive_speaks_lines_is_silenced_remembers_and_is_left(user: Home) -> None:
    user.say("--volume", "100")
    with terminal(user.command("--interactive"), user.variables, ROOT) as screen:
        screen.wait_for("say>")
        screen.type(LONG + ENTER)
        wait_until(lambda: spoken(user) == [LONG.strip()])
        screen.type(CTRL_C)
        wait_until(lambda: spoken(user) == [])
        screen.type(UP + ENTER)
        wait_until(lambda: spoken(user) == [LONG.strip()])
        screen.type(CTRL_C)
        wait_until(lambda: spoken(user) == [])
        screen.type(CTRL_C)
        screen.wait_for("Ctrl-D leaves")
        assert screen.leave() == 0
    history = (user.folder / "state" / "voice-server" / "say_history").read_text()
    assert f"+{LONG.strip()}" in history


def test_a_mistake_in_a_line_is_told_and_the_next_line_is_spoken(user: Home) -> None:
    user.say("--volume", "100")
    with terminal(user.command("--interactive", "--voice", "nobody"), user.variables, ROOT) as screen:
        screen.wait_for("say>")
        screen.type("Hello." + ENTER)
        screen.wait_for("unknown voice")
        assert screen.leave() == 0


def test_interactive_silences_nobody_else(user: Home) -> None:
    user.say(LONG)
    with terminal(user.command("--interactive"), user.variables, ROOT) as screen:
        screen.wait_for("say>")
        screen.type(CTRL_C)
        screen.wait_for("Ctrl-D leaves")
        assert spoken(user) == [LONG]
        assert screen.leave() == 0


def test_a_history_that_cannot_be_written_is_told_and_lines_are_spoken_all_the_same(user: Home) -> None:
    user.say("--volume", "100")
    nowhere = user.variables | {"XDG_STATE_HOME": "/dev/null"}
    with terminal(user.command("--interactive"), nowhere, ROOT) as screen:
        screen.wait_for("the lines are not kept: cannot write '/dev/null/voice-server/say_history'")
        screen.wait_for("say>")
        screen.type(LONG + ENTER)
        wait_until(lambda: spoken(user) == [LONG.strip()])
        screen.type(CTRL_C)
        wait_until(lambda: spoken(user) == [])
        assert screen.leave() == 0


def test_lines_from_a_pipe_are_spoken_one_after_the_other(user: Home) -> None:
    user.say("--volume", "100")
    user.say("--pause")
    user.say("--interactive", text="First line.\n\nSecond line.\n")
    assert spoken(user) == ["First line.", "Second line."]


def repl(user: Home) -> list[str]:
    return [*user.command()[:-1], "repl", "--backend", "tone", "--output", str(user.folder / "x.wav")]


def test_the_repl_is_silenced_remembers_and_is_left(user: Home) -> None:
    with terminal(repl(user), user.variables, ROOT) as screen:
        screen.wait_for("say>")
        screen.type("Hello." + ENTER)
        screen.type(CTRL_C)
        screen.wait_for("say>")
        assert screen.leave() == 0
    assert "+Hello." in (user.folder / "state" / "voice-server" / "repl_history").read_text()


def test_a_ctrl_c_between_two_prompts_does_not_end_the_repl(user: Home) -> None:
    with terminal(repl(user), user.variables, ROOT) as screen:
        screen.wait_for("say>")
        workers = len(psutil.Process(screen.process.pid).children())
        screen.type(":voices de" + ENTER)  # starts workers of its own to ask
        wait_until(lambda: len(psutil.Process(screen.process.pid).children()) > workers)
        screen.type(CTRL_C)
        screen.wait_for("de-DE")
        assert screen.leave() == 0
