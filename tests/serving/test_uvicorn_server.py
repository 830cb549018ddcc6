"""uvicorn as it is set up here: bound at once, drained before it stops, and without compression."""

from __future__ import annotations

import asyncio
import logging
import signal

import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import connect

from tests.endpoints.serving import Served, run, served
from voice_server.config import Limits
from voice_server.serving.uvicorn_server import DrainingServer, uvicorn_config


def draining_server(server: Served, *, handle_signals: bool = True) -> DrainingServer:
    """A server that shares the state of one that runs, and does not run itself."""
    return DrainingServer(
        uvicorn_config(Starlette(), Limits(), server.state), server.state, handle_signals=handle_signals
    )


def test_the_first_signal_lets_open_work_end_and_the_second_does_not_wait() -> None:
    async def main() -> None:
        async with served() as server:
            draining = draining_server(server)
            with draining.capture_signals():
                with server.state.open_work():
                    draining.handle_exit(signal.SIGINT, None)
                    while not server.state.is_draining:
                        await asyncio.sleep(0)
                    assert not draining.should_exit
                    draining.handle_exit(signal.SIGINT, None)
                    assert draining.should_exit
                    assert draining.force_exit
                assert draining._drain is not None
                await draining._drain

    run(main)


def test_a_drain_ends_the_server_when_open_work_has_ended() -> None:
    async def main() -> None:
        async with served() as server:
            draining = draining_server(server)
            with draining.capture_signals():
                draining.handle_exit(signal.SIGTERM, None)
                while not draining.should_exit:
                    await asyncio.sleep(0)
            assert server.state.is_draining
            assert not draining.force_exit

    run(main)


@pytest.mark.parametrize("handle_signals", [True, False])
def test_a_server_inside_another_program_leaves_its_signals_alone(*, handle_signals: bool) -> None:
    async def main() -> None:
        async with served() as server:
            before = signal.getsignal(signal.SIGTERM)
            with draining_server(server, handle_signals=handle_signals).capture_signals():
                assert (signal.getsignal(signal.SIGTERM) != before) is handle_signals
            assert signal.getsignal(signal.SIGTERM) == before

    run(main)


def test_sound_is_not_compressed_even_for_a_client_that_offers_it() -> None:
    async def main() -> None:
        async with served() as server, connect(server.url(), compression="deflate") as client:
            assert client.response is not None
            assert "Sec-WebSocket-Extensions" not in client.response.headers

    run(main)


def test_a_request_that_is_cancelled_at_the_end_is_no_error_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        async with served():
            for failure in (asyncio.CancelledError(), ValueError("odd")):
                logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=failure)

    run(main)
    kinds = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert kinds == [ValueError]
