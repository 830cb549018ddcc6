from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commands.say.stub_server import Reply, StubServer, stub_server
from voice_server.commands.shared.http_request import (
    Unreachable,
    health_of,
    is_shutting_down,
    open_response,
    request_json,
)
from voice_server.commands.shared.server_registration import RunningServer
from voice_server.errors import Busy, ConfigError, RequestError, VoiceServerError


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with stub_server() as server:
        yield server


NOBODY = RunningServer("http://127.0.0.1:1")
DRAINING = Reply({"status": "draining"}, 503)


def test_fields_are_sent_as_json_and_the_response_is_parsed(stub: StubServer) -> None:
    stub.reply("POST /synthesize", Reply({"id": 7}))
    assert request_json(RunningServer(stub.url), "POST", "/synthesize", {"text": "Hé."}) == {"id": 7}
    assert stub.requests == [("POST /synthesize", {"text": "Hé."})]


@pytest.mark.parametrize(
    ("own", "variable", "sent"),
    [("own", "other", "Bearer own"), (None, "other", "Bearer other"), (None, "", None)],
)
def test_the_servers_own_token_comes_before_that_of_the_environment(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, own: str | None, variable: str, sent: str | None
) -> None:
    monkeypatch.setenv("VOICE_SERVER_TOKEN", variable)
    stub.reply("GET /voices", Reply())
    request_json(RunningServer(stub.url, token=own), "GET", "/voices")
    assert stub.tokens == [sent]


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply({"error": "no such voice", "code": "unknown_voice"}, 404), RequestError, "unknown_voice"),
        (Reply({"error": "come back later", "code": "busy"}, 503), Busy, "busy"),
        (Reply({"error": "it is down", "code": "backend_down"}, 503), VoiceServerError, "backend_down"),
        (DRAINING, VoiceServerError, "draining"),
        (Reply(b"<h1>Bad Gateway</h1>", 502), VoiceServerError, "refused"),
        (Reply(b'["a list"]', 500), VoiceServerError, "refused"),
    ],
)
def test_a_status_of_an_error_raises_the_error_of_its_kind(
    stub: StubServer, reply: Reply, kind: type[VoiceServerError], code: str
) -> None:
    stub.reply("GET /voices", reply)
    with pytest.raises(VoiceServerError) as caught:
        request_json(RunningServer(stub.url), "GET", "/voices")
    assert (type(caught.value), caught.value.code) == (kind, code)


def test_a_response_is_read_by_the_caller(stub: StubServer) -> None:
    stub.reply("POST /tts", Reply(b"RIFF....", headers={"X-Warning": "slow: it is slow"}))
    with open_response(RunningServer(stub.url), "POST", "/tts", {}, timeout_s=None) as response:
        assert response.read(4) == b"RIFF"
        assert response.headers["X-Warning"] == "slow: it is slow"
        assert response.read() == b"...."


def test_without_a_server_the_error_names_the_address() -> None:
    with pytest.raises(Unreachable, match=r"no server answers at http://127\.0\.0\.1:1: "):
        request_json(NOBODY, "GET", "/voices")


@pytest.mark.parametrize("url", ["https://host", "host:80", "http://", "http://host:port"])
def test_an_address_that_is_none_is_a_wrong_request(url: str) -> None:
    with pytest.raises(ConfigError, match="the address of a server looks like"):
        request_json(RunningServer(url), "GET", "/voices")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [(Reply({"status": "ok"}), False), (Reply({"status": "unavailable"}, 503), False), (DRAINING, True)],
)
def test_a_server_that_drains_is_shutting_down(stub: StubServer, reply: Reply, expected: bool) -> None:
    stub.reply("GET /health", reply)
    assert is_shutting_down(RunningServer(stub.url)) is expected


def test_a_server_that_is_gone_counts_as_shutting_down() -> None:
    assert is_shutting_down(NOBODY)


@pytest.mark.parametrize("status", [200, 503])
def test_a_server_says_how_it_is_whether_it_is_well_or_not(stub: StubServer, status: int) -> None:
    health = {"status": "ok", "backends": {}}
    stub.reply("GET /health", Reply(health, status))
    assert health_of(RunningServer(stub.url)) == health


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"status": "fine"}'])
def test_what_says_something_else_is_no_voice_server(stub: StubServer, body: bytes) -> None:
    stub.reply("GET /health", Reply(body))
    with pytest.raises(VoiceServerError, match="is no voice-server"):
        health_of(RunningServer(stub.url))
