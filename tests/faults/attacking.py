"""A server as a process of its own, listeners whose sound is compared, and a client that keeps no rules."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[2]
TEXT = (
    "The library opens at nine in the morning. You can borrow up to ten books at a time. "
    "If you need longer, you may renew them twice. It is quiet there."
)
LISTENERS = 16
MOST_GROWN_MIB = 64
"""How much of what was freed the server may keep: it gives memory back where it is more."""
_PROGRAM = ("-m", "voice_server.cli", "serve")


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """Where the server listens, its process id, the file with its log, and its memory when it was ready."""

    port: int
    wyoming_port: int
    pid: int
    log: Path
    resident_at_first_mib: float

    def resident_mib(self) -> float:
        """The server's own memory, without its workers."""
        return float(psutil.Process(self.pid).memory_info().rss) / 2**20

    def connect(self, path: str = "/stream-tokens?v=2", **options: Any) -> connect:
        return connect(
            f"ws://127.0.0.1:{self.port}{path}", compression=None, max_size=None, proxy=None, **options
        )

    async def come_to_rest(self) -> None:
        """Wait until every worker is free, no connection is open, and memory is near what it was at first."""
        for _ in range(200):
            missing = await self._unrest()
            if not missing:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"the server did not come to rest: {missing}")

    async def _unrest(self) -> str:
        """What there is that an idle server has not; "" for nothing."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            metrics = (await client.get(f"http://127.0.0.1:{self.port}/metrics")).text
        count = {
            name: sum(map(float, re.findall(rf"^voice_server_{name}{{.*}} (.*)$", metrics, re.MULTILINE)))
            for name in ("workers", "free_workers", "waiting_renders")
        }
        sockets = psutil.Process(self.pid).net_connections("tcp")
        ports = (self.port, self.wyoming_port)
        is_open = [each for each in sockets if each.laddr.port in ports and each.status == "ESTABLISHED"]
        grown_mib = self.resident_mib() - self.resident_at_first_mib
        if count["free_workers"] < count["workers"] or count["waiting_renders"]:
            return f"{count}"
        if is_open:
            return f"{len(is_open)} connections are open"
        return f"{grown_mib:.0f} MiB more than at first" if grown_mib > MOST_GROWN_MIB else ""

    async def health_s(self) -> float:
        """How long `/health` takes; an error when it is not answered with 200 within five seconds."""
        started = perf_counter()
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            (await client.get(f"http://127.0.0.1:{self.port}/health")).raise_for_status()
        return perf_counter() - started


@contextmanager
def server_process(
    folder: Path, *, descriptors: int | None = None, program: Sequence[str] = _PROGRAM, **limits: float
) -> Iterator[ServerProcess]:
    """Run `voice-server serve`, by that name or another `program`; `descriptors` is its `ulimit -n`.

    It speaks with espeak, with tones, and with a backend that has a thousand voices.
    """
    adapters = {name: ROOT / "tts_backends" / name / "backend.py" for name in ("espeak", "tone")}
    adapters["crowd"] = Path(__file__).parent / "many_voices.py"
    backends = {name: {"adapter": str(path), "workers": 2} for name, path in adapters.items()}
    config = folder / "backends.yaml"
    config.write_text(json.dumps({"backends": backends, "default_backend": "espeak", "limits": limits}))

    def before() -> None:
        if descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    log = folder / "server.log"
    command = [sys.executable, *program, "--json", "--port", "0", "--wyoming", "0", "--config", str(config)]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=before,  # noqa: PLW1509 - nothing else runs in this process yet
            env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
        )
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            at_first_mib = psutil.Process(process.pid).memory_info().rss / 2**20
            port, wyoming_port = (urlsplit(ready[name]).port or 0 for name in ("url", "wyoming"))
            yield ServerProcess(port, wyoming_port, process.pid, log, at_first_mib)
        finally:
            process.terminate()
            process.communicate(timeout=20)


async def spoken(server: ServerProcess, text: str = TEXT) -> bytes:
    """All of the sound of a text, streamed word by word."""
    async with server.connect() as socket:
        for word in text.split(" "):
            await socket.send(json.dumps({"token": f"{word} "}))
        await socket.send('{"done":true}')
        return b"".join([message async for message in socket if isinstance(message, bytes)])


@asynccontextmanager
async def undisturbed_listeners(server: ServerProcess) -> AsyncIterator[None]:
    """Have listeners hear a text again and again while the block lasts: each time the same samples."""
    alone = await spoken(server)
    over = asyncio.Event()

    async def listen() -> None:
        while not over.is_set():
            assert await spoken(server) == alone

    async with asyncio.TaskGroup() as tasks:
        for _ in range(LISTENERS):
            tasks.create_task(listen())
        try:
            yield
        finally:
            over.set()
    assert await spoken(server) == alone


async def flood_of_idle(server: ServerProcess, port: int) -> None:
    """More connections than there may be, of which none says anything; `/health` is answered meanwhile."""
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(400)]
    for _ in range(3):
        assert await server.health_s() < 1
    for _, writer in idle:
        writer.transport.abort()


async def read_for(socket: ClientConnection, limit_s: float) -> list[dict[str, Any]]:
    """The JSON messages that come within a time, or until the server closes."""
    texts: list[str] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            async for message in socket:
                texts += [message] if isinstance(message, str) else []
    return [json.loads(text) for text in texts]
