"""Who is asked whether a natural voice is to be set up, when, how often, and what the answers mean."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.natural_engines import natural_config, set_up
from voice_server.commands.shared import natural_question
from voice_server.commands.shared.natural_question import ask_beside_loop, ask_for_engine, may_ask
from voice_server.config import Config


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The keyboard of somebody who has not been asked; what is written into it is typed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    controller, end = pty.openpty()
    monkeypatch.setattr(natural_question, "_STDIN", end)
    monkeypatch.setattr(natural_question, "_is_person_there", lambda: True)
    monkeypatch.setattr(natural_question, "_is_in_foreground", lambda: True)
    yield controller
    os.close(controller)
    os.close(end)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return natural_config(tmp_path / "made")


def ask(config: Config, keys: int, typed: str, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """What is chosen by these keys, pressed when the question has been shown."""
    show = natural_question.Question.put

    def put(question: natural_question.Question) -> bool:
        is_shown = show(question)
        os.write(keys, typed.encode())
        return is_shown

    monkeypatch.setattr(natural_question.Question, "put", put)
    return ask_for_engine(config)


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("1\n", "quick"),
        ("2\n", "best"),
        ("y\n", "quick"),
        (" BEST \n", "best"),
        ("\n", None),
        ("n\n", None),
        ("No\n", None),
        ("\x04", None),
        ("3\nwhat\n2\n", "best"),
    ],
)
def test_an_answer_is_a_number_a_name_yes_or_no(
    config: Config, keys: int, typed: str, chosen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(config, keys, typed, monkeypatch) == chosen


def test_the_question_names_the_engines_with_their_sizes_the_recommended_one_first(
    config: Config, keys: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(config, keys, "huh\nn\n", monkeypatch)
    first, one, two, choice = capsys.readouterr().err.split("\n")
    assert first.strip() == "plain speaks, which sounds like a machine. Natural voices:"
    assert one.startswith(
        "  1  quick  English; 0.1 GB to download, about 20 s at 50 Mbit/s, 0.1 GB on the disk"
    )
    assert two.startswith("  2  best   English; 0.9 GB to download")
    assert (
        choice.count("Set one up? 1, 2, or Enter for none (asked only once; later: voice-server setup") == 2
    )


def test_nobody_is_asked_twice(config: Config, keys: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert may_ask()
    assert ask(config, keys, "n\n", monkeypatch) is None
    assert not may_ask()
    assert ask_for_engine(config) is None


def test_two_terminals_do_not_both_ask(
    config: Config,
    keys: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del keys
    (tmp_path / "state" / "voice-server").mkdir(parents=True)
    (tmp_path / "state" / "voice-server" / "natural_voice").touch()
    monkeypatch.setattr(natural_question, "may_ask", lambda: True)  # as it was before the other one asked
    assert ask_for_engine(config) is None
    assert capsys.readouterr().err == ""


def test_where_the_answer_cannot_be_remembered_nobody_is_asked(
    config: Config, keys: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del keys
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null")
    assert ask_for_engine(config) is None
    assert capsys.readouterr().err == ""


def test_without_an_answer_nothing_is_set_up(
    config: Config, keys: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del keys
    monkeypatch.setattr(natural_question, "_ANSWER_S", 0.01)
    assert ask_for_engine(config) is None
    assert capsys.readouterr().err.endswith("no answer, so nothing is set up\n")


def test_what_was_typed_before_the_question_is_no_answer(config: Config, keys: int) -> None:
    os.write(keys, b"ls\n")
    assert ask_for_engine(config) is None
    assert may_ask()  # and the question is for another time


def test_where_a_natural_voice_is_there_or_nobody_may_be_asked_there_is_no_question(
    config: Config, keys: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del keys
    never = natural_config(tmp_path / "never", top="natural_voice: never")
    set_up(config, "best")
    for each in (config, never):
        assert ask_for_engine(each) is None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("stdin", "stderr", "variable", "may"),
    [
        (True, True, "", True),
        (True, True, "true", False),
        (False, True, "", False),
        (True, False, "", False),
    ],
)
def test_nobody_is_asked_in_a_pipe_or_by_a_build(
    *, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stdin: bool, stderr: bool, variable: str, may: bool
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("CI", variable)
    monkeypatch.setattr(natural_question, "_is_in_foreground", lambda: True)
    for name, is_terminal in (("stdin", stdin), ("stderr", stderr)):
        monkeypatch.setattr(sys, name, SimpleNamespace(isatty=lambda known=is_terminal: known))
    assert may_ask() is may


def test_beside_a_loop_an_answer_begins_the_set_up(config: Config, keys: int) -> None:
    async def main() -> str:
        chosen: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        assert ask_beside_loop(config, chosen.set_result)
        os.write(keys, b"what\n")
        await asyncio.sleep(0)
        os.write(keys, b"2\n")
        return await chosen

    assert asyncio.run(main()) == "best"


def test_beside_a_loop_a_program_in_the_background_reads_nothing(
    config: Config, keys: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        looked = asyncio.Event()
        assert ask_beside_loop(config, lambda _: pytest.fail("it has read"))
        monkeypatch.setattr(natural_question, "_is_in_foreground", looked.set)  # which returns None
        os.write(keys, b"1\n")
        await looked.wait()
        assert not asyncio.get_running_loop().remove_reader(natural_question._STDIN)

    asyncio.run(main())


def test_a_terminal_that_cannot_be_read_is_no_answer(config: Config, keys: int) -> None:
    del keys
    question = natural_question.Question.for_person(config)
    assert question is not None
    os.set_blocking(natural_question._STDIN, False)  # so that it fails, for nothing has been typed
    assert question.read() == ""
