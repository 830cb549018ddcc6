"""`voice-server status`: a table for people, JSON for programs, and the exit code for both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.commands.say.stub_server import Reply, StubServer, stub_server
from voice_server.commands import status as status_module
from voice_server.commands.shared.server_registration import RunningServer

HEALTH: dict[str, Any] = {
    "status": "ok",
    "default_backend": "kokoro",
    "speaking": 1,
    "backends": {
        "kokoro": {
            "state": "up", "speaks": True, "workers": 2, "free": 1, "waiting": 3, "restarts": 1, "error": "",
            "memory_bytes": 612_000_000, "worker_memory_bytes": [121_000_000, 118_000_000],
            "template_memory_bytes": 373_000_000,
        },
        "espeak": {
            "state": "unloaded", "speaks": True, "workers": 2, "free": 0, "waiting": 0, "restarts": 0,
            "error": "", "memory_bytes": 0, "worker_memory_bytes": [], "template_memory_bytes": 0,
        },
        "tone": {
            "state": "starting", "speaks": True, "workers": 1, "free": 0, "waiting": 0, "restarts": 0,
            "error": "", "memory_bytes": 9_400_000, "worker_memory_bytes": [9_400_000],
            "template_memory_bytes": 0,
        },
        "piper": {
            "state": "not_set_up", "speaks": False, "workers": 1, "free": 0, "waiting": 0, "restarts": 0,
            "error": "backend piper is not set up", "memory_bytes": 0, "worker_memory_bytes": [],
            "template_memory_bytes": 0,
        },
    },
}  # fmt: skip

KOKORO_SIZES = "workers 121 + 118 MB, template 373 MB"


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with stub_server() as server:
        yield server


def test_people_see_a_table(run_command: Any, stub: StubServer) -> None:
    stub.reply("GET /health", Reply(HEALTH))
    result = run_command("status", "--url", stub.url)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        f"{stub.url}: ok, 1 text is being spoken",
        "backend           state       workers  memory",
        f"kokoro (default)  ready       2 of 2   612 MB  1 restarted; 3 waiting; {KOKORO_SIZES}",
        "espeak            unloaded",
        "tone              loading     1 of 1   9 MB",
        "piper             not set up                   backend piper is not set up",
    ]


def test_programs_read_json(run_command: Any, stub: StubServer) -> None:
    stub.reply("GET /health", Reply(HEALTH))
    result = run_command("status", "--url", stub.url.replace("http", "ws"), "--json")
    assert json.loads(result.stdout) == {"url": stub.url, **HEALTH}


@pytest.mark.parametrize("state", ["degraded", "draining"])
def test_a_server_that_is_not_well_is_exit_code_1(run_command: Any, stub: StubServer, state: str) -> None:
    stub.reply("GET /health", Reply({**HEALTH, "status": state}, 503))
    result = run_command("status", "--url", stub.url)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{stub.url}: {state}, ")


def test_a_server_that_tells_less_is_shown_all_the_same(run_command: Any, stub: StubServer) -> None:
    backends = {"one": {"state": "up", "workers": 1, "error": ""}}
    stub.reply("GET /health", Reply({"status": "ok", "default_backend": "two", "backends": backends}))
    result = run_command("status", "--url", stub.url)
    assert result.stdout.splitlines() == [
        f"{stub.url}: ok, 0 texts are being spoken",
        "backend  state  workers  memory",
        "one      ready",
    ]


def test_the_token_is_sent_and_a_wrong_one_is_told(run_command: Any, stub: StubServer) -> None:
    stub.reply("GET /health", Reply({"error": "this server wants the token", "code": "unauthorized"}, 401))
    result = run_command("status", "--url", stub.url, "--token", "mine")
    assert stub.tokens == ["Bearer mine"]
    assert (result.exit_code, result.stderr) == (2, "error: this server wants the token\n")


def test_where_there_is_no_server_the_exit_code_is_2_and_a_sentence_says_what_helps(
    run_command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_module, "_USUAL_URL", "http://127.0.0.1:1")
    result = run_command("status")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: no server answers at http://127.0.0.1:1: ")
    assert "; voice-server serve starts one, and --url names another" in result.stderr
    assert "serve starts one" not in run_command("status", "--url", "http://127.0.0.1:1").stderr


def test_what_is_no_voice_server_is_exit_code_2(run_command: Any, stub: StubServer) -> None:
    stub.reply("GET /health", Reply(b"<html>"))
    result = run_command("status", "--url", stub.url)
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: what answers at {stub.url} is no voice-server\n",
    )


def test_this_users_own_server_is_asked_where_none_is_named(
    run_command: Any, stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_module, "find", lambda: RunningServer(stub.url, 7, "own"))
    stub.reply("GET /health", Reply(HEALTH))
    assert run_command("status").exit_code == 0
    assert stub.tokens == ["Bearer own"]


def test_what_a_server_says_does_not_steer_the_terminal() -> None:
    assert status_module.table([("a\x1b[31mb", "c")]) == ["a\\x1b[31mb  c"]
