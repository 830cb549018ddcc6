from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
import websockets

from tests.endpoints.serving import Served, run, served
from voice_server.endpoints.request_log import RequestLog

_LOGGER = "voice_server.endpoints.request_log"


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The fields of what was logged, with the message."""
    return [vars(record) | {"said": record.message} for record in caplog.records if record.name == _LOGGER]


async def post(server: Served, path: str, **fields: str) -> None:
    async with httpx.AsyncClient() as client:
        await client.post(f"http://127.0.0.1:{server.port}{path}", json=fields)


def test_a_request_is_one_line_without_what_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, _LOGGER)

    async def main() -> None:
        async with served() as server:
            await post(server, "/tts?token=hidden", text="A secret.")
            await post(server, "/nowhere?text=secret")

    run(main)
    spoken, missing = logged(caplog)
    assert (spoken["said"], spoken["method"], spoken["path"]) == ("request", "POST", "/tts")
    assert (spoken["status"], missing["status"]) == (200, 404)
    assert 0 < spoken["first_ms"] <= spoken["ms"]
    assert spoken["bytes"] > 1000
    assert not any("ecret" in str(each) or "hidden" in str(each) for each in (spoken, missing))


def test_what_the_guard_refuses_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, _LOGGER)

    async def main() -> None:
        async with served(token="right") as server:
            await post(server, "/tts", text="Hi.")
            with pytest.raises(websockets.InvalidStatus):
                async with server.connect():
                    pass

    run(main)
    request, socket = logged(caplog)
    assert (request["status"], socket["status"]) == (401, 401)
    assert socket["method"] == "WEBSOCKET"


def test_a_websocket_is_told_when_it_opens_and_how_it_ends_with_the_beginning_of_its_session(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, _LOGGER)

    ready: list[str] = []

    async def main() -> None:
        async with served() as server, server.connect() as socket:
            await socket.send('{"v": 2}')
            ready.append(str(await socket.recv()))
            await socket.send('{"done": true}')
            async for _ in socket:
                pass

    run(main)
    opened, closed = logged(caplog)
    assert (opened["said"], opened["path"]) == ("websocket opened", "/stream-tokens")
    assert (closed["said"], closed["closed_with"]) == ("websocket closed", 1000)
    beginning = closed["session"].removesuffix("…")
    assert len(beginning) == 8
    assert f'"session":"{beginning}' in ready[0]
    assert f'"session":"{beginning}"' not in ready[0]


def test_without_the_level_nothing_is_logged_and_nothing_is_in_between(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, _LOGGER)
    given: list[object] = []

    async def app(*arguments: object) -> None:
        given.extend(arguments)

    async def main() -> None:
        await RequestLog(app)({"type": "http"}, receive, send)

    async def receive() -> Any: ...

    async def send(message: Any) -> None: ...

    run(main)
    assert given[1:] == [receive, send]
    assert logged(caplog) == []


def test_an_unexpected_error_is_logged_as_the_500_that_it_becomes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, _LOGGER)
    times = iter((1.0, 1.5))

    async def app(*_arguments: object) -> None:
        raise KeyError("x")

    async def main() -> None:
        with pytest.raises(KeyError):
            await RequestLog(app, lambda: next(times))(
                {"type": "http", "method": "GET", "path": "/a"}, receive, send
            )

    async def receive() -> Any: ...

    async def send(message: Any) -> None: ...

    run(main)
    assert [(each["status"], each["ms"]) for each in logged(caplog)] == [(500, 500.0)]
