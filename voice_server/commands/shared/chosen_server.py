"""The server that a command connects to: one that runs already, or one in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from voice_server.commands.shared.click_options import ServerChoice
from voice_server.commands.shared.terminal import print_note

if TYPE_CHECKING:
    from voice_server.config import Config


def prepare_server(choice: ServerChoice) -> None:
    """Set up, at its first use, the backend of a server in this process. Raises BackendError.

    It takes minutes, so it is done before there is an event loop.
    """
    if choice.url is not None:
        return
    from voice_server.commands.shared.first_use import set_up_at_first_use  # noqa: PLC0415 - only where it speaks here

    config = chosen_config(choice)
    set_up_at_first_use(config, config.default_backend)


@asynccontextmanager
async def reachable_server(choice: ServerChoice) -> AsyncIterator[str]:
    """Yield the base URL of the chosen server; one in this process runs as long as the block."""
    if choice.url is not None:
        yield choice.url
        return
    from voice_server.config import EMBEDDED  # noqa: PLC0415
    from voice_server.serving.composition import running_server  # noqa: PLC0415 - only where no server runs already

    config = chosen_config(choice)
    if config.backends[config.default_backend].environment != EMBEDDED:
        print_note(f"starting {config.default_backend} …")
    async with running_server(config) as url:
        yield url


def chosen_config(choice: ServerChoice) -> Config:
    """Return the configuration with only the backend that will speak, and those it falls back on."""
    from voice_server.config import load_config, with_backends  # noqa: PLC0415 - `--help` does not need it

    config = load_config(choice.config, backend=choice.backend, pool_size=choice.pool_size)
    return with_backends(config, [config.default_backend])
