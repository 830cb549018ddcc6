from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from voice_server.client_events import Done
from voice_server.client_streams import connect_sync
from voice_server.commands import serve


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


def test_at_the_start_people_see_the_backends_and_a_command_to_try(run_command: Any) -> None:
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
    assert told[0] == "  tone (the default): 1 worker\n"
    assert told[1].startswith("  broken: not running: ")
    assert "voice-server listens on http://127.0.0.1:" in told[2]
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
        (["--host", "192.0.2.1", "--no-auth"], "cannot listen on 192.0.2.1:8000"),
    ],
)
def test_wrong_options_are_an_error_before_a_backend_is_loaded(
    run_command: Any, arguments: list[str], sentence: str
) -> None:
    result = run_command("serve", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("http://:::8000", "http://127.0.0.1:8000"),
    ],
)
def test_a_server_that_listens_everywhere_is_found_on_this_machine(url: str, found: str) -> None:
    assert serve._local_url(url) == found
