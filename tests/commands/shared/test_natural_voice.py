"""A natural voice is set up when it is wanted, and where that fails another voice speaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.e2e.terminal import CTRL_C, ENTER, terminal
from tests.natural_engines import natural_config, set_up
from voice_server.commands.shared import natural_voice
from voice_server.commands.shared.natural_voice import (
    default_backend_told,
    engine_to_set_up,
    natural_voice_hint,
    offer_natural_voice,
    set_up_natural,
)
from voice_server.config import Config
from voice_server.provisioning.environments import is_being_set_up

ROOT = Path(__file__).parents[3]


def engine(config: Config, *, natural: bool | None) -> str | None:
    found = engine_to_set_up(config, natural=natural)
    return None if found is None else found.name


def test_an_engine_is_set_up_unasked_where_the_command_line_or_the_configuration_wants_it(
    tmp_path: Path,
) -> None:
    asking = natural_config(tmp_path / "asking")
    assert [engine(asking, natural=wish) for wish in (None, True, False)] == [None, "quick", None]
    always = natural_config(tmp_path / "always", top="natural_voice: always")
    assert [engine(always, natural=wish) for wish in (None, True, False)] == ["quick", "quick", None]
    set_up(always, "best")
    assert engine(always, natural=True) is None


def test_what_auto_stands_for_is_told_with_what_would_be_better(tmp_path: Path) -> None:
    config = natural_config(tmp_path)
    told = "where no backend is named {} speaks (default_backend: auto)"
    assert default_backend_told(config) == told.format("plain") + "; " + natural_voice_hint(config)
    assert natural_voice_hint(config).startswith("for a natural voice: voice-server setup quick (0.1 GB to ")
    set_up(config, "best")
    assert (default_backend_told(config), natural_voice_hint(config)) == (told.format("best"), "")
    assert default_backend_told(msgspec.structs.replace(config, default_backend="plain")) == ""


def test_the_lists_of_voices_and_of_checks_say_what_auto_stands_for(
    run_command: Any, natural: Config
) -> None:
    del natural
    for arguments in (["voices"], ["doctor", "--quick"]):
        told = run_command(*arguments).stderr.splitlines()[-1]
        assert told.startswith(
            "where no backend is named plain speaks (default_backend: auto); for a natural"
        )


def test_natural_sets_a_voice_up_once_and_speaks_with_it(run_command: Any, natural: Config) -> None:
    del natural
    first = run_command("speak", "Hi.", "--natural", "-o", "x.wav")
    assert first.stderr == "quick is being set up, which is done once\nstarting quick …\n"
    assert "0.1 s of audio saved" in first.stdout
    for options in (["--natural"], []):
        assert run_command("speak", "Hi.", *options, "-o", "x.wav").stderr == "starting quick …\n"


def test_a_set_up_that_fails_says_why_and_another_voice_speaks(
    run_command: Any, natural: Config, capfd: pytest.CaptureFixture[str]
) -> None:
    (natural.backends["quick"].environment / "offline").touch()
    result = run_command("speak", "Hi.", "--natural", "-o", "x.wav")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "quick is being set up, which is done once",
        "plain speaks in its place",
    ]
    errors = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")]
    assert [error.partition(":")[2][:44] for error in errors] == [
        " packages for quick cannot be downloaded: no"
    ]


def test_a_voice_that_an_update_has_outdated_is_set_up_again_unasked(
    run_command: Any, natural: Config
) -> None:
    assert run_command("speak", "Hi.", "--natural", "-o", "x.wav").exit_code == 0
    (natural.backends["quick"].environment / "uv.lock").write_text("version = 1\n[[package]]\nname = 'y'\n")
    again = run_command("speak", "Hi.", "-o", "x.wav")
    assert again.stderr == "quick is being set up, which is done once\nstarting quick …\n"


class Speaker:
    """Stands for the loudspeakers, and keeps what they play."""

    path = None
    takes_long = False

    def __init__(self) -> None:
        self.pcm = b""

    def __enter__(self) -> Speaker:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def play(self, pcm: bytes) -> None:
        self.pcm += pcm

    def wait_until_heard(self, timeout_s: float | None = None) -> bool:
        return timeout_s == 0


def test_a_set_up_that_takes_long_is_told_aloud(natural: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker()
    monkeypatch.setattr("voice_server.playback.LocalSpeaker", lambda: speaker)
    monkeypatch.setattr(natural_voice, "_SILENCE_S", 0.0)
    assert set_up_natural(natural, "quick", aloud=True)
    assert any(speaker.pcm)


def test_what_the_person_chooses_is_set_up(
    natural: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(natural_voice, "ask_for_engine", lambda _: None)
    offer_natural_voice(natural)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(natural_voice, "ask_for_engine", lambda _: "quick")
    offer_natural_voice(natural)
    assert capsys.readouterr().err.endswith("quick speaks from now on\n")


# ---------------------------------------------------------------------- at a terminal


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "voice_server.cli", *arguments]


@pytest.fixture
def variables(natural: Config) -> Mapping[str, str]:
    del natural
    return os.environ | {"VOICE_SERVER_DEVICE": "null"}


@pytest.mark.parametrize("name", ["speak", "stream-tokens"])
def test_a_person_is_asked_once_behind_the_sound(
    variables: Mapping[str, str], tmp_path: Path, name: str
) -> None:
    speaking = command(name, "--text", "Hi.", "-o", str(tmp_path / "x.wav"))
    with terminal(speaking, variables, ROOT) as screen:
        screen.wait_for("saved to")
        screen.wait_for("Set one up? 1, or Enter for none")
        screen.type("1" + ENTER)
        screen.wait_for("quick is set up in")
        screen.wait_for("quick speaks from now on")
        assert screen.process.wait() == 0
    with terminal(speaking, variables, ROOT) as screen:
        screen.wait_for("starting quick")
        assert screen.process.wait() == 0
        assert "Set one up" not in screen.shown


@pytest.mark.parametrize("options", [["--no-natural"], ["--backend", "plain"], ["--json"]])
def test_who_has_decided_is_not_asked(
    variables: Mapping[str, str], tmp_path: Path, options: list[str]
) -> None:
    speaking = command("speak", "Hi.", "-o", str(tmp_path / "x.wav"), *options)
    with terminal(speaking, variables, ROOT) as screen:
        assert screen.process.wait() == 0
        assert "Set one up" not in screen.shown


def test_a_ctrl_c_ends_the_set_up_with_its_installer_and_it_can_be_done_again(
    variables: Mapping[str, str], natural: Config, tmp_path: Path
) -> None:
    project = natural.backends["quick"].environment
    os.mkfifo(project / "gate")
    speaking = command("speak", "Hi.", "--natural", "-o", str(tmp_path / "x.wav"))
    with terminal(speaking, variables, ROOT) as screen:
        screen.wait_for("quick is being set up")
        os.close(os.open(project / "gate", os.O_WRONLY))  # opened by the installer, which then waits no more
        screen.wait_for("Installed 3 packages")
        assert screen.process.wait() == 0
    (project / "uv.lock").write_text("version = 1\n[[package]]\nname = 'y'\n")
    with terminal(speaking, variables, ROOT) as screen:
        screen.wait_for("quick: packages and weights")
        screen.type(CTRL_C)
        screen.wait_for("quick is not set up; to go on run: voice-server setup quick")
        assert screen.process.wait() == 130
    assert not is_being_set_up(project)


def test_the_repl_asks_before_its_first_line(variables: Mapping[str, str], tmp_path: Path) -> None:
    with terminal(command("repl", "-o", str(tmp_path / "x.wav")), variables, ROOT) as screen:
        screen.wait_for("Set one up?")
        screen.type(ENTER)
        screen.wait_for("say>")
        assert screen.leave() == 0
