"""Every error has a status that says whose fault it is, and the shape that the route's clients read."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from voice_server.endpoints.http.problems import error_response, field_of, status_of
from voice_server.errors import (
    BackendDown,
    BackendError,
    Busy,
    RenderError,
    RequestError,
    TooMuch,
    UnknownName,
    VoiceServerError,
)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RequestError("x"), 400),
        (UnknownName("voice", "x", []), 400),
        (TooMuch("x"), 413),
        (RenderError("x"), 422),
        (Busy("x"), 503),
        (BackendDown("x"), 503),
        (BackendError("x"), 503),
        (VoiceServerError("x"), 503),
    ],
)
def test_the_status_says_whose_fault_it_is(error: VoiceServerError, status: int) -> None:
    assert status_of(error) == status


def test_whoever_is_asked_to_come_back_is_told_when() -> None:
    assert error_response("/tts", Busy("x", retry_after_ms=1500)).headers["Retry-After"] == "2"
    assert int(error_response("/tts", BackendDown("x")).headers["Retry-After"]) > 0
    assert "Retry-After" not in error_response("/tts", RequestError("x")).headers


def test_the_field_that_is_wrong_is_named_to_openais_clients() -> None:
    assert field_of(UnknownName("voice", "x", [])) == "voice"
    assert field_of(RequestError("x")) is None
    content = json.loads(bytes(error_response("/v1/audio/speech", UnknownName("voice", "x", ["a"])).body))
    assert content["error"]["param"] == "voice"


def test_no_address_and_no_method_is_answered_in_the_same_shape() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            nowhere = await client.get("/nowhere")
            assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
            wrong = await client.put("/tts", json={})
            assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
            assert wrong.headers["Allow"] == "GET, HEAD, POST"
            broken = await client.post(
                "/tts", content=b"--x", headers={"Content-Type": "multipart/form-data; boundary=y"}
            )
            assert (broken.status_code, broken.json()["code"]) == (400, "invalid_request")
            assert (await client.head("/voices")).content == b""

    run(main)


class Broken(ArithmeticPool):
    """A pool with a defect."""

    def voices(self) -> list[object]:  # type: ignore[override]
        raise ZeroDivisionError("the secret of the house")


def test_a_defect_of_ours_is_no_500_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with served(Broken()) as server, server.client() as client:
            answer = await client.get("/voices")
        assert (answer.status_code, answer.json()["code"]) == (503, "internal")
        assert "secret" not in answer.text

    run(main)
    assert "the secret of the house" in caplog.text


def test_refusals_are_counted() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            await client.post("/tts", json={"text": "Hi", "voice": "nobody"})
            counted = (await client.get("/metrics")).text
        assert 'voice_server_refusals_total{code="unknown_voice"} 1.0' in counted

    run(main)


def test_whoever_goes_away_while_sending_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with served() as server:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"POST /tts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            await writer.drain()
            async with server.client() as client:
                assert (await client.get("/health")).status_code == 200
                writer.transport.abort()
                assert (await client.get("/health")).status_code == 200

    run(main)
    assert "Traceback" not in caplog.text
