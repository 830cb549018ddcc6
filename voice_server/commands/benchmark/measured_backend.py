"""What a benchmark starts a server with, and the same engine without a server."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec

from voice_server.commands.benchmark.engine_floor import EngineFloor
from voice_server.commands.shared.chosen_server import chosen_config
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.config import EMBEDDED, Config
from voice_server.provisioning.natural_engines import default_backend


def benchmark_config(choice: ServerChoice, *, admission: bool = False) -> Config:
    """The configuration with one backend, the one to measure; without `admission` no listener is refused."""
    config = chosen_config(choice)
    limits = msgspec.structs.replace(config.limits, admission=admission)
    return msgspec.structs.replace(config, default_backend=default_backend(config), limits=limits)


def engine_floor(config: Config) -> EngineFloor | None:
    """The engine in this process, where its environment is ours."""
    backend = config.backends[config.default_backend]
    return EngineFloor(backend) if backend.environment == EMBEDDED else None


def query_of(choice: ServerChoice) -> str:
    """The query of a WebSocket's URL, with the token of a server that was named."""
    return f"?{urlencode({'token': choice.token})}" if choice.token else ""
