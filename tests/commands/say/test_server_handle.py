"""Which server the requests of `say` reach. Those that start real servers are in tests/e2e."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.commands.say.stub_server import Reply, StubServer
from tests.natural_engines import natural_config, set_up
from voice_server.commands.say import server_handle
from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared import first_use, local_server, natural_question, natural_voice
from voice_server.commands.shared.http_request import Unreachable
from voice_server.commands.shared.server_registration import RunningServer, ServerRegistration
from voice_server.config import Config
from voice_server.errors import Busy, ConfigError

BUSY = Reply({"error": "too much to do", "code": "busy"}, 503)
DRAINING = Reply({"status": "draining"}, 503)


class Starter:
    """Stands in for the start of a server: each start yields the next of these."""

    def __init__(self, *urls: str) -> None:
        self.urls = list(urls)
        self.arguments: list[Sequence[str]] = []
        self.waited_for: list[RunningServer] = []

    def find_or_start(self, arguments: Sequence[str], on_start: Callable[[], None]) -> RunningServer:
        self.arguments.append(arguments)
        on_start()
        return RunningServer(self.urls.pop(0) if len(self.urls) > 1 else self.urls[0])

    def wait_until_stopped(self, server: RunningServer, _timeout_s: float) -> bool:
        self.waited_for.append(server)
        return True


def use(starter: Starter, monkeypatch: pytest.MonkeyPatch) -> Starter:
    monkeypatch.setattr(local_server, "find_or_start", starter.find_or_start)
    monkeypatch.setattr(local_server, "wait_until_stopped", starter.wait_until_stopped)
    return starter


def test_a_server_at_an_address_is_never_started(stub: StubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_server, "find_or_start", pytest.fail)
    stub.reply("GET /voices", Reply({"voices": []}))
    handle = ServerHandle(stub.url)
    assert handle.find() == RunningServer(stub.url)
    assert handle.request_json("GET", "/voices") == {"voices": []}


def test_this_users_server_is_found_where_it_runs() -> None:
    assert ServerHandle(None).find() is None
    with ServerRegistration() as registration:
        registration.announce("http://127.0.0.1:4711")
        found = ServerHandle(None).find()
    assert found is not None
    assert found.url == "http://127.0.0.1:4711"


def test_where_none_runs_one_is_started_with_the_arguments(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter = use(Starter(stub.url), monkeypatch)
    stub.reply("GET /voices", Reply({"voices": []}))
    started: list[bool] = []
    handle = ServerHandle(None, ("--port", "0"), lambda: started.append(True))
    assert handle.request_json("GET", "/voices") == {"voices": []}
    assert (starter.arguments, started) == ([("--port", "0")], [True])


def test_a_server_that_is_shutting_down_is_replaced_when_it_has_ended(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter = use(Starter(stub.url), monkeypatch)
    stub.reply("GET /voices", BUSY, Reply({"voices": []}))
    stub.reply("GET /health", DRAINING)
    assert ServerHandle(None).request_json("GET", "/voices") == {"voices": []}
    assert starter.waited_for == [RunningServer(stub.url)]


def test_a_server_that_is_gone_is_replaced(stub: StubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    use(Starter("http://127.0.0.1:1", stub.url), monkeypatch)
    stub.reply("GET /voices", Reply({"voices": []}))
    assert ServerHandle(None).request_json("GET", "/voices") == {"voices": []}


def test_servers_that_keep_ending_are_an_error_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    starter = use(Starter("http://127.0.0.1:1"), monkeypatch)
    with pytest.raises(Unreachable):
        ServerHandle(None).request_json("GET", "/voices")
    assert len(starter.arguments) == 3


def test_a_server_that_is_only_busy_is_not_replaced(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter = use(Starter(stub.url), monkeypatch)
    stub.reply("GET /voices", BUSY)
    stub.reply("GET /health", Reply({"status": "ok"}))
    with pytest.raises(Busy, match="too much to do"):
        ServerHandle(None).request_json("GET", "/voices")
    assert starter.waited_for == []


@pytest.mark.parametrize(("was_started_by_say", "also_by_hand"), [(True, False), (True, True), (False, True)])
def test_stopping_ends_speech_first_and_then_the_server(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, was_started_by_say: bool, also_by_hand: bool
) -> None:
    use(Starter(stub.url), monkeypatch)
    running = RunningServer(stub.url, pid=4711, was_started_by_say=was_started_by_say)
    stopped: list[RunningServer] = []
    monkeypatch.setattr(local_server, "find", lambda: running)
    monkeypatch.setattr(local_server, "stop", stopped.append)
    # The stub knows nothing of /playback/stop: an error there changes nothing.
    ServerHandle(None).stop(also_by_hand=also_by_hand)
    assert stub.requests == [("POST /playback/stop", {})]
    assert stopped == [running]


def test_a_server_that_was_started_by_hand_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_server, "stop", pytest.fail)
    with ServerRegistration() as registration:
        registration.announce("http://127.0.0.1:4711")
        with pytest.raises(ConfigError, match="was started by hand and goes on; --kill --all ends it too"):
            ServerHandle(None).stop()


def test_a_server_at_an_address_cannot_be_stopped(stub: StubServer) -> None:
    with pytest.raises(ConfigError, match="not one at another address"):
        ServerHandle(stub.url).stop()
    assert stub.requests == []


def test_a_backend_is_set_up_and_its_start_awaited(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(Starter(stub.url), monkeypatch)
    set_up: list[str] = []
    monkeypatch.setattr(first_use, "set_up_at_first_use", lambda _config, name: set_up.append(name))
    monkeypatch.setattr(server_handle, "_STATE_POLL_S", 0)
    states = ["not_set_up", "starting", "starting", "up"]
    stub.reply("GET /health", *(Reply({"backends": {"tone": {"state": state}}}) for state in states))
    ServerHandle(None).prepare_backend("tone")
    assert set_up == ["tone"]
    assert len(stub.requests) == len(states)
    assert capsys.readouterr().err == "starting tone …\n"


def test_a_natural_voice_is_set_up_and_its_start_awaited(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(Starter(stub.url), monkeypatch)
    config = natural_config(tmp_path)

    def succeed(config: Config, name: str, *, aloud: bool) -> bool:
        set_up(config, name)
        return aloud

    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(config.source))
    monkeypatch.setattr(server_handle, "_STATE_POLL_S", 0)
    monkeypatch.setattr(natural_voice, "set_up_natural", succeed)
    states = ["not_set_up", "starting", "up"]
    stub.reply("GET /health", *(Reply({"backends": {"quick": {"state": state}}}) for state in states))
    assert ServerHandle(None).prepare_natural() == "quick"
    assert len(stub.requests) == len(states)


def test_without_a_natural_voice_that_can_be_set_up_no_backend_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(natural_config(tmp_path).source))
    monkeypatch.setattr(natural_voice, "set_up_natural", lambda config, name, aloud: False)
    assert ServerHandle(None).prepare_natural() is None


@pytest.mark.parametrize(("url", "asked"), [(None, 1), ("http://127.0.0.1:9", 0)])
def test_a_person_is_offered_a_voice_of_their_own_server_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str | None, asked: int
) -> None:
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(natural_config(tmp_path).source))
    monkeypatch.setattr(natural_question, "may_ask", lambda: True)
    offered: list[object] = []
    monkeypatch.setattr(natural_voice, "offer_natural_voice", offered.append)
    ServerHandle(url).offer_natural_voice()
    assert len(offered) == asked


def test_a_backend_of_a_server_at_an_address_is_left_alone(stub: StubServer) -> None:
    ServerHandle(stub.url).prepare_backend("tone")
    assert stub.requests == []


def test_a_state_that_cannot_be_read_is_not_waited_for(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(Starter(stub.url), monkeypatch)
    monkeypatch.setattr(first_use, "set_up_at_first_use", lambda *_: None)
    stub.reply("GET /health", Reply({"backends": {}}))
    ServerHandle(None).prepare_backend("tone")
    assert len(stub.requests) == 1
