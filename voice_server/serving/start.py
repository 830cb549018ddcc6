"""Starts a server: the workers first, and beside them what takes as long to import as an engine, the rest.

So nothing is imported before that workers do not need.
"""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Any

from voice_server.config import Config
from voice_server.endpoints.http.access_rules import AccessRules
from voice_server.endpoints.http.root_path import checked_root_path
from voice_server.serving.listening_socket import bind_all, with_own_name
from voice_server.serving.pool_start import NATURAL_START_OF_SERVER_S, pool_of

_OF_ACCESS = {"hosts", "origins", "token"}


async def serve(
    config: Config,
    *,
    host: str,
    port: int,
    wyoming: tuple[str, int] | None = None,
    root_path: str = "",
    **options: Any,
) -> None:
    """Serve until a signal, or until the server has not been used for `idle_exit_s`.

    `wyoming` is the host and port for Wyoming, if it is to be spoken. `root_path` and what `AccessRules.of`
    takes are as for `listening`, all other options as for `composition.serve_until_signal`. Raises
    ConfigError, before any worker starts, for what cannot be.
    """
    access = {name: value for name, value in options.items() if name in _OF_ACCESS}
    others = {name: value for name, value in options.items() if name not in _OF_ACCESS}
    rules = AccessRules.of(**with_own_name(host, access))
    root_path = checked_root_path(root_path)
    with bind_all(host, port, wyoming) as sockets:
        importing = asyncio.create_task(asyncio.to_thread(_composition))
        async with pool_of(config, NATURAL_START_OF_SERVER_S) as pool:
            composition = await importing
            await composition.serve_until_signal(
                config, pool, sockets, rules=rules, root_path=root_path, **others
            )


def _composition() -> ModuleType:
    """Import the server, and get its text path ready, which takes the interpreter's lock for tens of ms."""
    from voice_server.core.speech.segments import prepare_text_path  # noqa: PLC0415 - beside the workers
    from voice_server.serving import composition  # noqa: PLC0415

    prepare_text_path()
    return composition
