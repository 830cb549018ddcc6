"""Set-up by command and at first use, with a uv that only links the tests' own environment."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voice_server.client_events import Done
from voice_server.client_streams import connect_sync
from voice_server.commands import setup
from voice_server.config import BackendConfig
from voice_server.provisioning.installation import Provisioner

ROOT = Path(__file__).parents[2]
_WEIGHTS = """
import pathlib, sys
if not pathlib.Path("weights").exists():
    print("the weights are not on this machine and the hub cannot be reached; run: voice-server setup small")
    sys.exit(1)
print(pathlib.Path("weights").absolute())
"""


@pytest.fixture
def folder(fake_uv: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with the backend `small`, with a lock file and weights, falling back on `tone`."""
    del fake_uv
    made = tmp_path / "made"
    (made / "small").mkdir(parents=True)
    (made / "small" / "uv.lock").write_text("version = 1\n[[package]]\nname = 'x'\n")
    (made / "small" / "backend.py").write_text(
        "from voice_server.worker.api import Voice\n"
        "class Backend:\n"
        "    sample_rate = 24000\n"
        "    def voices(self): yield Voice('one', 'One', 'en')\n"
        "    def synthesize(self, text, voice, options): yield bytes(4800)\n"
    )
    (made / "small" / "weights.py").write_text(_WEIGHTS)
    (made / "weights").mkdir()
    adapter = ROOT / "tts_backends" / "tone" / "backend.py"
    (made / "backends.yaml").write_text(
        "default_backend: tone\n"
        "backends:\n"
        f"  tone: {{adapter: {adapter}}}\n"
        "  small: {adapter: small/backend.py, environment: small, fallback: tone}\n"
    )
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(made / "backends.yaml"))
    return made


def test_setup_makes_the_environment_fetches_the_weights_and_tries_the_engine(
    run_command: Any, folder: Path
) -> None:
    result = run_command("setup", "small")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("small is set up in ")
    assert f"weights 0.00 GB in {folder / 'weights'}" in result.stdout
    assert "Installed 3 packages" in result.stderr
    assert "small: warm-up" in result.stderr
    assert run_command("setup", "--all").exit_code == 0


def test_the_listener_is_set_up_as_the_backends_are_and_is_none_of_them(
    run_command: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = folder / "listener"
    project.mkdir()
    shutil.copy(folder / "small" / "uv.lock", project)
    config = BackendConfig(adapter=project / "hear.py", environment=project)
    monkeypatch.setattr(setup, "listener_config", lambda: config)
    result = run_command("setup", "listener")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("listener is set up in ")
    assert "warm-up" not in result.stderr
    assert "listener is set up" not in run_command("setup", "--all").stdout


def test_what_is_not_set_up_is_set_up_at_its_first_use_after_saying_so(
    run_command: Any, folder: Path
) -> None:
    del folder
    first = run_command("speak", "Hi.", "--backend", "small", "-o", "x.wav")
    assert first.exit_code == 0, first.stderr
    assert first.stderr.startswith(
        "small is not set up yet; that is done now, once (voice-server setup small): its size is not known; "
    )
    assert "0.1 s of audio saved" in first.stdout
    second = run_command("speak", "Hi.", "--backend", "small", "-o", "x.wav")
    assert second.stderr == "starting small …\n"


def test_the_default_backend_is_set_up_at_its_first_use_too(run_command: Any, folder: Path) -> None:
    config = folder / "backends.yaml"
    config.write_text(config.read_text().replace("default_backend: tone", "default_backend: small"))
    assert "small is not set up yet" in run_command("speak", "Hi.", "-o", "x.wav").stderr


def test_a_backend_that_needs_no_set_up_is_told_so_and_nothing_else(run_command: Any, folder: Path) -> None:
    del folder
    for options in ([], ["--no-weights"]):
        result = run_command("setup", "tone", *options)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == "tone needs no set-up: it runs in the server's own environment\n"


def test_voices_names_what_is_not_set_up_in_one_line_and_a_server_that_starts_does_not(
    run_command: Any, folder: Path
) -> None:
    del folder
    listed = run_command("voices")
    assert listed.stderr == "4 voices in 3 languages; not set up: small\n"
    refused = run_command("voices", "--backend", "small")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-1].startswith("error: small: backend small is not set up")
    server = subprocess.Popen(
        [sys.executable, "-m", "voice_server", "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert server.stderr is not None
    told = [server.stderr.readline() for _ in range(4)]
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=20)
    assert told[0].startswith("voice-server listens on ")
    assert told[1] == "  voice       low, Low, spoken by tone\n"
    assert told[2].startswith("  settings    ")
    assert told[3].startswith("try: ")


@pytest.mark.parametrize("times", [1, 2])
def test_weights_that_cannot_be_had_are_one_sentence_and_nobody_else_speaks(
    run_command: Any, folder: Path, times: int
) -> None:
    (folder / "weights").rmdir()
    for _ in range(times):
        result = run_command("speak", "Hi.", "--backend", "small", "-o", "x.wav")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "error: small: the weights are not on this machine and the hub cannot be reached; "
        "run: voice-server setup small"
    )
    assert not Path("x.wav").exists()


def test_packages_that_cannot_be_had_are_one_sentence(run_command: Any, folder: Path) -> None:
    (folder / "small" / "offline").touch()
    result = run_command("speak", "Hi.", "--backend", "small", "-o", "x.wav")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "error: packages for small cannot be downloaded: no way to the package index; when there is one, "
        "or with a folder of wheels (--find-links FOLDER), run: voice-server setup small"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nope"], "error: unknown backend 'nope'; there are 2: small, tone"),
        ([], "error: name a backend (small), or --all"),
        (
            ["small", "--device", "mps"],
            "error: --device mps is for Apple's GPUs; here it is auto, cpu or cuda",
        ),
    ],
)
def test_a_wrong_request_is_one_sentence(
    run_command: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    del folder
    monkeypatch.setattr("sys.platform", "linux")
    result = run_command("setup", *arguments)
    assert result.exit_code in (1, 2)
    assert result.stderr.splitlines()[-1] == sentence


def test_one_backend_that_cannot_be_set_up_does_not_keep_the_others_from_it(
    run_command: Any, folder: Path
) -> None:
    config = folder / "backends.yaml"
    other = (folder / "other").absolute()
    other.mkdir()
    (other / "uv.lock").write_text("version = 1\npackage = []\n")
    config.write_text(config.read_text() + "  broken: {adapter: nowhere.py, environment: other}\n")
    config.write_text(
        config.read_text().replace("  tone:", "  first: {adapter: no.py, environment: other}\n  tone:")
    )
    result = run_command("setup", "--all")
    assert result.exit_code == 1
    assert "small is set up in " in result.stdout
    assert "(2 of 3 backends are not set up)" in result.stderr


@pytest.fixture
def server(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A server that was asked for `small`, whose packages wait at a gate."""
    os.mkfifo(folder / "small" / "gate")
    process = subprocess.Popen(
        [sys.executable, "-m", "voice_server.cli", "serve", "--json", "--port", "0", "--backend", "small"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    yield process
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)


def _small(url: str) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:  # noqa: S310 - our own server
            health = json.load(answer)
    except urllib.error.HTTPError as error:
        health = json.load(error)
    found: dict[str, str] = health["backends"]["small"]
    return found


def _speak(url: str) -> list[Any]:
    with connect_sync(url, backend="small") as stream:
        stream.send_text("Hello.")
        stream.done()
        return list(stream)


def test_a_server_speaks_while_a_backend_is_being_set_up_and_with_it_afterwards(
    folder: Path, server: subprocess.Popen[str]
) -> None:
    assert server.stdout is not None
    ready = json.loads(server.stdout.readline())
    assert ready["backends"] == {"small": "not_set_up", "tone": "up"}
    assert _small(ready["url"])["error"].startswith("backend small is being set up")
    events = _speak(ready["url"])
    assert isinstance(events[-1], Done)
    assert "tone speaks in place of small: backend small is being set up" in str(events)
    (folder / "small" / "gate").write_text("")
    while _small(ready["url"])["state"] != "up":
        pass
    assert "in place of" not in str(_speak(ready["url"]))


def test_a_server_that_ends_takes_the_set_up_with_it(folder: Path, server: subprocess.Popen[str]) -> None:
    assert server.stdout is not None
    assert _small(json.loads(server.stdout.readline())["url"])["state"] == "not_set_up"
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=10) == 0
    # Nobody reads at the gate any more.
    with pytest.raises(OSError, match="No such device"):
        os.open(folder / "small" / "gate", os.O_WRONLY | os.O_NONBLOCK)


def test_a_sound_device_in_the_variables_is_not_taken_for_a_processor(
    run_command: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del folder
    monkeypatch.setenv("VOICE_SERVER_DEVICE", "null")
    assert run_command("setup", "small").exit_code == 0


def test_a_set_up_says_what_the_engine_s_folder_says_of_its_size(run_command: Any, folder: Path) -> None:
    (folder / "small" / "pyproject.toml").write_text(
        "[tool.voice-server]\ndownload_mb = 150\ndisk_mb = 290\n"
    )
    told = run_command("setup", "small").stderr
    assert told.startswith(
        "small: packages and weights, 0.15 GB to download, about 30 s at 50 Mbit/s, 0.29 GB"
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(run_command: Any, folder: Path) -> None:
    (folder / "small" / ".venv.discarded").write_text("in the way")
    (folder / "small" / ".venv").mkdir()
    result = run_command("setup", "small")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "error: small cannot be set up here: not a directory"


def test_groups_of_packages_can_be_left_out_and_added_again(run_command: Any, folder: Path) -> None:
    (folder / "small" / "pyproject.toml").write_text(
        '[tool.uv]\ndefault-groups = ["ja", "zh"]\n'
        "[tool.voice-server]\ndownload_mb = 150\ndisk_mb = 290\n"
        "groups = {ja = {download_mb = 100, disk_mb = 200}}\n"
    )
    result = run_command("setup", "small", "--without", "zh, ja")
    assert (result.exit_code, result.stderr.split(" GB")[0]) == (0, "small: packages and weights, 0.05")
    assert result.stdout.endswith("; left out: ja,zh (voice-server setup small --with ja,zh)\n")
    assert "left out: zh (" in run_command("setup", "--all", "--with", "ja").stdout
    assert "left out" not in run_command("setup", "small", "--with", "ja,zh").stdout


@pytest.mark.parametrize(
    ("project", "told"),
    [
        ('[tool.uv]\ndefault-groups = ["ja", "zh"]\n', "not 'fr'; those of small: ja, zh"),
        ("", "not 'fr'; there are none of small"),
    ],
)
@pytest.mark.parametrize("option", ["--with", "--without"])
def test_a_group_that_does_not_exist_is_an_error_that_lists_those_that_do(
    run_command: Any, folder: Path, option: str, project: str, told: str
) -> None:
    (folder / "small" / "pyproject.toml").write_text(project)
    result = run_command("setup", "small", option, "fr")
    assert result.exit_code == 2
    assert result.stderr == f"error: {option} names groups of packages that can be left out, {told}\n"
    assert not (folder / "small" / ".venv").exists()


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("_make_environment", "small is not set up; to go on run: voice-server setup small\n"),
        ("_warm_up", ""),
    ],
)
def test_who_breaks_a_set_up_off_is_told_how_to_go_on_unless_only_the_warm_up_is_left(
    run_command: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, told: str
) -> None:
    del folder

    def interrupt(*_: object) -> None:
        raise SystemExit(130)

    owner = setup if step == "_warm_up" else Provisioner
    monkeypatch.setattr(owner, step, interrupt)
    result = run_command("setup", "small")
    assert result.exit_code == 130
    assert result.stderr.endswith(told or "small: warm-up\n")
