"""The server of a benchmark: a process of its own, without limits on connections, its start timed."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from voice_server.config import EMBEDDED, Config
from voice_server.errors import VoiceServerError
from voice_server.process.termination import last_duty

_UNLIMITED = 10_000
_START_TIMEOUT_S = 300
_POLL_INTERVAL_S = 0.002


@dataclass(frozen=True, slots=True)
class StartedServer:
    """The URL, the process number, the seconds to the first connection, and what it said of itself then."""

    url: str
    pid: int
    start_s: float
    ready: Mapping[str, object] = field(default_factory=dict)


@asynccontextmanager
async def started_server(config: Config, arguments: Sequence[str] = ()) -> AsyncIterator[StartedServer]:
    """Start a server with this configuration and these arguments; stop it at the end of the block.

    Raises VoiceServerError when it does not start; its messages are on standard error.
    """
    with tempfile.TemporaryDirectory(prefix="voice-server-bench-") as folder:
        file = Path(folder) / "backends.yaml"
        file.write_text(json.dumps(_config_fields(config)))
        started_at = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voice_server.cli", "serve", "--json"),
            *("--port", "0", "--config", str(file), *arguments),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            with last_duty(process.terminate):
                async with asyncio.timeout(_START_TIMEOUT_S):
                    ready = await _ready(process)
                start_s = time.perf_counter() - started_at
                yield StartedServer(str(ready["url"]), process.pid, start_s, ready)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _ready(process: asyncio.subprocess.Process) -> Mapping[str, object]:
    """What the server says of itself when it takes connections."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise VoiceServerError("the server did not start; what it said stands above")
    ready: dict[str, object] = json.loads(line)
    address = urlsplit(str(ready["url"]))
    while True:
        try:
            _, writer = await asyncio.open_connection(address.hostname, address.port)
        except ConnectionRefusedError:
            await asyncio.sleep(_POLL_INTERVAL_S)
        else:
            writer.close()
            return ready


def _config_fields(config: Config) -> dict[str, object]:
    """The fields of the configuration's file: absolute paths, and limits that no load reaches."""
    fields = msgspec.to_builtins(config, enc_hook=_absolute)
    del fields["source"]
    fields["limits"] |= {"connections": _UNLIMITED, "connections_per_address": _UNLIMITED}
    return {key: value for key, value in fields.items() if value is not None}


def _absolute(value: object) -> str:
    assert isinstance(value, Path)
    return str(value) if value == EMBEDDED else str(value.absolute())
