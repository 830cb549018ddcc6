"""The composition root: health, and a drain that lets speech end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.protocol import State

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import converse, listen, run, served
from tests.natural_engines import natural_config
from voice_server.config import load_config
from voice_server.process.freed_memory import FreedMemory
from voice_server.serving import composition
from voice_server.serving.composition import _return_freed_memory, open_service, running_server
from voice_server.serving.listening_socket import bind
from voice_server.speech import SpeechRequest, SpeechService


def test_health_says_which_backends_speak() -> None:
    async def main() -> None:
        async with (
            served(ArithmeticPool(("one", "two"), down={"two"})) as server,
            httpx.AsyncClient() as client,
        ):
            answer = await client.get(f"http://127.0.0.1:{server.port}/health")
        assert answer.status_code == 200
        health = answer.json()
        assert health["status"] == "ok"
        told = health["backends"]["two"]
        assert (told["state"], told["speaks"], told["error"]) == (
            "down",
            False,
            "the backend two has no model",
        )
        assert health["backends"]["one"]["speaks"] is True

    run(main)


def test_health_is_503_when_the_default_backend_is_down() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(("one",), down={"one"})) as server, httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{server.port}/health")
            assert (answer.status_code, answer.json()["status"]) == (503, "degraded")
            async with server.connect() as socket:
                told = await converse(socket, {"token": "Hello."})
            assert [error["code"] for error in told.of("error")] == ["backend_down"]
            assert told.close_code == 1013

    run(main)


def test_a_server_that_drains_speaks_what_is_open_and_takes_nothing_new() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.02)
        async with served(pool) as server, server.connect() as old, server.connect() as newer:
            await old.send(json.dumps({"token": "Hello world. And"}))
            told = await listen(old, until="generating")
            await newer.send(json.dumps({"v": 2}))
            newer_told = await listen(newer, until="ready")
            drain = asyncio.create_task(server.state.drain(5.0))
            await listen(old, received=told)
            await listen(newer, received=newer_told)
            await drain
            assert told.audio == pcm_of("Hello world.") + pcm_of("And")
            assert told.close_code == 1012
            assert newer_told.json[-1] == {"type": "closing", "reason": "restart", "in_ms": 5000}
            assert newer_told.close_code == 1012
            async with server.connect() as late:
                assert (await listen(late)).close_code == 1013

    run(main)


def test_a_drain_does_not_wait_for_ever() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30.0)
        async with served(pool) as server, server.connect() as socket:
            await socket.send(json.dumps({"token": "Hello world. "}))
            await listen(socket, until="generating")
            await server.state.drain(0.05)
            assert pool.running["one"] == 1  # the first frame is 30 s away
            assert socket.state is State.OPEN

    run(main)


def test_memory_is_given_back_only_while_nothing_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(FreedMemory):
        def __init__(self, service: SpeechService) -> None:
            super().__init__()
            self.service = service
            self.spoken_meanwhile = 0
            self.trimmed = asyncio.Event()

        def trim(self) -> None:
            self.spoken_meanwhile += self.service.open_speeches
            self.trimmed.set()

    monkeypatch.setattr(composition, "_TRIM_EVERY_S", 0.001)

    async def main() -> None:
        async with served() as server:
            memory = Watched(server.service)
            trimming = asyncio.create_task(_return_freed_memory(server.service, memory))
            async with server.connect() as socket:
                await converse(socket, {"token": "Hello world. " * 20}, {"done": True})
            memory.trimmed.clear()
            await memory.trimmed.wait()
            assert memory.spoken_meanwhile == 0
            trimming.cancel()

    run(main)


def test_a_natural_engine_is_waited_for_no_longer_than_a_listener_waits(tmp_path: Path) -> None:
    config = natural_config(tmp_path, (("best", 100),))
    (tmp_path / "best" / "backend.py").write_text(
        "from voice_server.worker.api import Voice\n"
        "class Backend:\n"
        "    sample_rate = 24000\n"
        "    def __init__(self): open('gate').read()\n"
        "    def voices(self): yield Voice('ann', 'Ann', 'en')\n"
        "    def synthesize(self, text, voice, options): yield bytes(4800)\n"
    )
    os.mkfifo(tmp_path / "gate")
    best = msgspec.structs.replace(config.backends["best"], environment=Path(sys.executable))
    config = msgspec.structs.replace(config, backends=config.backends | {"best": best})

    async def main() -> None:
        async with open_service(config, natural_start_s=0.01) as service:
            assert (service.default_backend, service.is_up()) == ("plain", True)
            (tmp_path / "gate").write_text("")
            while service.default_backend != "best":
                await asyncio.sleep(0.01)
            assert service.settings(SpeechRequest())[0].voice == "ann"

    run(main)


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.2"),
        ("localhost", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - the case itself
        ("::", "[::1]"),
        ("::1", "[::1]"),
    ],
)
def test_the_address_that_a_server_hands_out_answers(host: str, named: str) -> None:
    async def main() -> None:
        config = load_config(backend="tone")
        async with running_server(config, host=host) as url, httpx.AsyncClient() as client:
            assert url.startswith(f"http://{named}:")
            assert (await client.get(f"{url}/health")).json()["status"] == "ok"

    run(main)


def test_the_name_that_a_server_listens_on_is_one_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice_server.serving.composition.bind", lambda _host, port: bind("127.0.0.1", port))

    async def main() -> None:
        config = load_config(backend="tone")
        async with running_server(config, host="Speech.home") as url, httpx.AsyncClient() as client:
            answer = await client.get(f"{url}/health", headers={"host": "speech.home:8000"})
            assert answer.status_code == 200

    run(main)


@pytest.mark.blocks_loop  # modules of plugins are looked for and loaded before anybody is served
def test_a_server_starts_without_what_a_plugin_cannot_do_and_logs_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    adapter = Path(__file__).parents[2] / "tts_backends" / "tone" / "backend.py"
    file = tmp_path / "backends.yaml"
    file.write_text(f"plugins: [own.py]\nbackends: {{tone: {{adapter: {adapter}}}}}\n")
    (tmp_path / "own.py").write_text(
        "from voice_server.plugins.plugin_api import hookimpl\n"
        "@hookimpl\ndef customize_pipeline(pipeline):\n    pipeline.remove('resampling')\n"
    )

    async def main() -> None:
        async with open_service(load_config(file)) as service:
            assert service.is_up("tone")

    run(main)
    (record,) = [each for each in caplog.records if each.getMessage() == "a plugin is not used"]
    assert vars(record)["reason"].startswith("it wanted to remove resampling, without which")
