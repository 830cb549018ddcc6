"""The server that a command connects to: one that runs already, or one in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from voice_server.commands.shared.click_options import ServerChoice
from voice_server.commands.shared.terminal import print_note

if TYPE_CHECKING:
    from voice_server.config import Config


def prepare_server(choice: ServerChoice, *, aloud: bool = False) -> None:
    """Set up, at its first use, the backend of a server in this process. Raises BackendError.

    It takes minutes, so it is done before there is an event loop. With `aloud` a voice says so meanwhile.
    """
    if choice.url is not None:
        return
    from voice_server.commands.shared.first_use import set_up_at_first_use  # noqa: PLC0415 - only where it speaks here
    from voice_server.commands.shared.natural_voice import engine_to_set_up, set_up_natural  # noqa: PLC0415
    from voice_server.config import AUTO  # noqa: PLC0415
    from voice_server.provisioning.natural_engines import default_backend, needs_set_up  # noqa: PLC0415

    config = _loaded(choice)
    name = default_backend(config)
    if config.default_backend != AUTO:
        set_up_at_first_use(config, name)
    elif (engine := engine_to_set_up(config, natural=choice.natural)) is not None:
        set_up_natural(config, engine.name, aloud=aloud)
    elif needs_set_up(name, config.backends[name]):
        set_up_natural(config, name, aloud=aloud)


def offer_natural_voice_of(choice: ServerChoice) -> None:
    """Offer the person at the terminal a natural voice, unless they have said who is to speak."""
    if choice.url is None and choice.backend is None and choice.natural is None:
        from voice_server.commands.shared.natural_question import may_ask  # noqa: PLC0415 - as above
        from voice_server.commands.shared.natural_voice import offer_natural_voice  # noqa: PLC0415

        if may_ask():
            offer_natural_voice(_loaded(choice))


@asynccontextmanager
async def reachable_server(choice: ServerChoice) -> AsyncIterator[str]:
    """Yield the base URL of the chosen server; one in this process runs as long as the block."""
    if choice.url is not None:
        yield choice.url
        return
    from voice_server.config import EMBEDDED  # noqa: PLC0415
    from voice_server.provisioning.natural_engines import default_backend  # noqa: PLC0415
    from voice_server.serving.composition import running_server  # noqa: PLC0415 - only where no server runs already

    config = chosen_config(choice)
    name = default_backend(config)
    if config.backends[name].environment != EMBEDDED:
        print_note(f"starting {name} …")
    async with running_server(config) as url:
        yield url


def chosen_config(choice: ServerChoice) -> Config:
    """Return the configuration with only the backend that will speak, and those it falls back on."""
    from msgspec.structs import replace  # noqa: PLC0415 - `--help` does not need it

    from voice_server.config import with_backends  # noqa: PLC0415
    from voice_server.provisioning.natural_engines import default_backend  # noqa: PLC0415

    config = _loaded(choice)
    kept = with_backends(config, [default_backend(config)])
    return replace(kept, default_backend=config.default_backend)


def _loaded(choice: ServerChoice) -> Config:
    """The configuration with the default backend that was chosen; --natural chooses AUTO."""
    from msgspec.structs import replace  # noqa: PLC0415 - as above

    from voice_server.config import AUTO, load_config  # noqa: PLC0415

    config = load_config(choice.config, backend=choice.backend, pool_size=choice.pool_size)
    return replace(config, default_backend=AUTO) if choice.natural and choice.backend is None else config
