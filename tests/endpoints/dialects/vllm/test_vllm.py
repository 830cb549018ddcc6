"""The routes of vLLM-Omni's dialect."""

from __future__ import annotations

from tests.endpoints.serving import run, served
from voice_server.endpoints.dialects.vllm.vllm import VLLM


def test_every_path_has_the_prefix() -> None:
    assert all(path.startswith("/vllm/") for path in VLLM.sockets)


def test_a_request_to_the_bare_address_is_told_that_it_is_a_websocket_s() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answers = [await client.get(path) for path in ("/v1/audio/speech/stream", *VLLM.sockets)]
            assert [each.status_code for each in answers] == [426, 426]

    run(main)
