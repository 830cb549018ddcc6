from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import pytest
from wyoming.event import Event, read_event, write_event
from wyoming.tts import Synthesize

from tests.e2e.saying import wait_until
from tests.e2e.terminal import CTRL_C, ENTER, terminal
from voice_server.client_events import Done
from voice_server.client_streams import connect_sync
from voice_server.config import AUTO, Config


@pytest.mark.parametrize("how", [["-m", "voice_server.cli", "serve"], ["voice_server/server.py"]])
def test_the_server_prints_its_address_speaks_and_ends_at_a_signal(run_command: Any, how: list[str]) -> None:
    del run_command  # for its configuration
    process = subprocess.Popen(
        [sys.executable, *how, "--json", "--port", "0", "--backend", "tone", "--backend", "broken"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=dict(os.environ),
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    with connect_sync(ready["url"]) as stream:
        stream.send_text("Hello.")
        stream.done()
        events = list(stream)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=10)
    assert ready["backends"] == {"tone": "up", "broken": "down"}
    assert isinstance(events[-1], Done)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "leaked" not in said, "what a library lists when the program ends is nobody's mistake"


def test_at_the_start_people_see_where_to_go_who_speaks_and_a_command_to_try(run_command: Any) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "voice_server.cli", "serve", "--port", "0", "--token", "new"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stderr is not None
    said: list[str] = []
    while not said or "try: " not in said[-1]:
        said.append(process.stderr.readline())
    first, *told = [line for line in said if "WARNING" not in line]
    token, url = first.removeprefix("token: ").strip(), told[-1].split()[-1]
    refused = run_command("speak", "Hi.", "--url", url, "-o", "x.wav")
    admitted = run_command("speak", "Hi.", "--url", url, "--token", token, "-o", "x.wav")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert len(token) >= 32
    assert told[0].startswith("voice-server listens on http://127.0.0.1:")
    assert told[1] == "  voice       low, Low, spoken by tone\n"
    assert told[2].startswith("  settings    ")
    assert told[2].rstrip().endswith("/backends.yaml")
    assert "voice-server stream-tokens --url ws://127.0.0.1:" in told[3]
    assert "this server wants the token" in refused.stderr
    assert admitted.exit_code == 0, admitted.stderr
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "0.0.0.0"], "to listen on 0.0.0.0 say who may come in"),  # noqa: S104
        (["--host", "example.org"], "to listen on example.org say who may come in"),
        (["--backend", "nope"], "unknown backend 'nope'"),
        (["--port", "70000"], "70000 is not in the range"),
        (["--token", ""], "the token is empty"),
        (["--token", " "], "the token is empty"),
        (["--token", "secret\n"], "a token has no blanks at its ends"),
        (["--token-file", "none"], "--token-file 'none' cannot be read: no such file or directory"),
        (["--token", "x", "--token-file", "y"], "--token and --token-file both say what clients must know"),
        (["--allow-host", "https://example.com/path"], "--allow-host 'https://example.com/path' is no name"),
        (["--allow-origin", "example.com"], "--allow-origin 'example.com' is no origin"),
        (["--host", "192.0.2.1", "--no-auth"], "cannot listen on 192.0.2.1:8000"),
        (["--wyoming", "nonsense:x"], "--wyoming 'nonsense:x' is no address; it looks like 10200"),
        (["--wyoming", "192.0.2.1"], "Wyoming knows no token: whoever reaches 192.0.2.1:10200 can speak"),
        (["--wyoming", "[::]:1", "--token", "x"], "Wyoming knows no token: whoever reaches [::]:1 can speak"),
        (
            ["--port", "0", "--wyoming", "192.0.2.1", "--no-auth"],
            "cannot listen on 192.0.2.1:10200: cannot assign requested address; name another --wyoming",
        ),
        (["--wyoming", "8123", "--port", "8123"], "--wyoming HOST:PORT and --port name the same address"),
        (["--zeroconf"], "--zeroconf announces an address that others can reach; name one with --wyoming"),
        (["--wyoming", "--zeroconf"], "--zeroconf announces an address that others can reach"),
    ],
)
def test_wrong_options_are_an_error_before_a_backend_is_loaded(
    run_command: Any, arguments: list[str], sentence: str
) -> None:
    result = run_command("serve", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_wyoming_is_spoken_beside_http_where_it_is_asked_for(run_command: Any) -> None:
    del run_command  # for its configuration
    process = subprocess.Popen(
        [sys.executable, "-m", "voice_server.cli", "serve", "--json", "--port", "0", "--wyoming", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=dict(os.environ),
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    address = urlsplit(ready["wyoming"])
    with socket.create_connection((address.hostname, address.port), timeout=10) as client:
        with client.makefile("wb") as sent:
            write_event(Synthesize("Hello.").event(), cast("BinaryIO", sent))
        with client.makefile("rb") as answer:
            types = [event.type for event in _until(cast("BinaryIO", answer), "audio-stop")]
        busy = subprocess.run(
            [sys.executable, "-m", "voice_server.cli", "serve", "--port", "0", "--wyoming", address.netloc],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=10)
    assert (address.scheme, address.hostname) == ("tcp", "127.0.0.1")
    assert (types[0], types[-1]) == ("audio-start", "audio-stop")
    assert busy.returncode == 2
    assert busy.stderr == (
        f"error: cannot listen on {address.netloc}: address already in use; "
        "name another --wyoming HOST:PORT, 0 takes a free one\n"
    )
    assert process.returncode == 0, said


def _until(file: BinaryIO, kind: str) -> Iterator[Event]:
    """Events up to one of this type, or to the end."""
    while (event := read_event(file)) is not None:
        yield event
        if event.type == kind:
            return


@pytest.mark.parametrize("log", ["/dev/null/x.log", "."])
def test_a_log_file_that_cannot_be_written_is_one_sentence(run_command: Any, log: str) -> None:
    result = run_command("serve", "--port", "0", "--log-file", log)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: cannot log into '{log}': ")


@pytest.mark.parametrize("token", ["", " ", "\t"])
def test_an_empty_token_is_a_mistake_in_the_variable_too(
    run_command: Any, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("VOICE_SERVER_TOKEN", token)
    result = run_command("serve")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: the token is empty")


@pytest.mark.parametrize(
    ("arguments", "url"),
    [(["speak", "Hi."], "http://h"), (["stream-tokens"], "ws://h"), (["repl"], "ws://h")],
)
def test_an_empty_token_is_a_mistake_of_a_client_too(
    run_command: Any, arguments: list[str], url: str
) -> None:
    result = run_command(*arguments, "--url", url, "--token", "")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: the token is empty")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("BACKEND", "tone bogus", "unknown backend 'bogus'"),
        ("ALLOW_HOST", "good.example *.bad", "--allow-host '*.bad' is no name"),
        ("ALLOW_ORIGIN", "bad.example", "--allow-origin 'bad.example' is no origin"),
        ("IDLE_EXIT", "0", "0.0 is not in the range"),
        ("JSON", "perhaps", "'perhaps' is not a valid boolean"),
        ("POOL_SIZE", "many", "'many' is not a valid integer"),
    ],
)
def test_a_variable_stands_for_the_option_of_its_name(
    run_command: Any, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"VOICE_SERVER_{variable}", value)
    result = run_command("serve", "--port", "0")
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_person_is_asked_while_the_server_serves_and_the_answer_gives_it_a_voice(
    natural: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    command = [sys.executable, "-m", "voice_server.cli", "serve", "--port", "0"]
    with terminal(command, os.environ, Path(__file__).parents[2]) as screen:
        screen.wait_for("voice-server listens on ")
        url = screen.shown.split()[0]
        screen.wait_for("Set one up?")
        assert _speaking(url) == "plain"
        screen.type("1" + ENTER)
        screen.wait_for("quick is set up in")
        wait_until(lambda: _speaking(url) == "quick", patience_s=15.0)
        screen.type(CTRL_C)
        assert screen.process.wait() == 0
    assert natural.default_backend == AUTO


@pytest.mark.parametrize(("variable", "sets_up"), [("1", True), ("0", False), ("", None)])
def test_a_server_without_a_terminal_sets_a_voice_up_as_it_is_told_and_asks_nobody(
    natural: Config, monkeypatch: pytest.MonkeyPatch, variable: str, sets_up: bool | None
) -> None:
    del natural  # it is in the variables
    monkeypatch.setenv("VOICE_SERVER_NATURAL", variable)
    process = subprocess.Popen(
        [sys.executable, "-m", "voice_server.cli", "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stderr is not None
    said = ""
    while ("for a natural voice: " if sets_up is None else "try: ") not in said:
        said += process.stderr.readline()
    url = said.partition("listens on ")[2].split()[0]
    if sets_up:
        wait_until(lambda: _speaking(url) == "quick", patience_s=15.0)
    process.send_signal(signal.SIGTERM)
    said += process.communicate(timeout=10)[1]
    assert ("not set up yet: quick; that is done now, once, while the server runs already" in said) is bool(
        sets_up
    )
    assert ("for a natural voice: voice-server setup quick (0.1 GB to download" in said) is (sets_up is None)
    assert "Set one up?" not in said


def _speaking(url: str) -> str:
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:  # noqa: S310 - our own server
        return str(json.load(answer)["default_backend"])
