"""From the handshake of a dialect's WebSocket to its connection."""

from __future__ import annotations

import json

import pytest
import websockets

from tests.endpoints.serving import Served, run, served


async def refusal(server: Served, path: str) -> tuple[int, dict[str, str]]:
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with server.connect(path):
            pass
    return caught.value.response.status_code, json.loads(caught.value.response.body or b"{}")


def test_a_wrong_parameter_is_an_answer_to_the_handshake() -> None:
    async def main() -> None:
        async with served() as server:
            status, content = await refusal(server, "/deepgram/v1/speak?sample_rate=1")
            assert status == 400
            assert "sample_rate must be one of 8000, 16000" in str(content)

    run(main)


def test_a_server_that_goes_down_refuses() -> None:
    async def main() -> None:
        async with served() as server:
            server.state.is_draining = True
            status, content = await refusal(server, "/deepgram/v1/speak")
            assert status == 503
            assert "going down" in str(content)

    run(main)
