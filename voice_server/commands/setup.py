"""`voice-server setup`: makes the environments of backends, fetches their weights, and tries them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_server.commands.common import Command, say
from voice_server.errors import BackendDown, BackendError, UnknownName

if TYPE_CHECKING:
    from voice_server.config import BackendConfig, Config
    from voice_server.provisioning import Device, Provisioning

_DEVICES = ("auto", "cpu", "cuda", "mps")


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[BACKEND]...")
@click.option("--all", "all_backends", is_flag=True, help="Every backend that has an environment of its own.")
@click.option("--config", metavar="FILE", help="The backends.yaml to use.")
@click.option("--device", type=click.Choice(_DEVICES), default="auto", show_default=True,
              help="What the engines will run on; auto takes CUDA where there is an NVIDIA GPU.")  # fmt: skip
@click.option("--find-links", "find_links", metavar="FOLDER", multiple=True,
              help="A folder or page with wheels; UV_FIND_LINKS and PIP_FIND_LINKS count too.")  # fmt: skip
@click.option("--no-weights", is_flag=True, help="Make the environments, fetch no weights, start nothing.")
def setup(
    *,
    names: tuple[str, ...],
    all_backends: bool,
    config: str | None,
    device: Device,
    find_links: tuple[str, ...],
    no_weights: bool,
) -> None:
    """Make the environments of backends from their lock files, fetch their weights, and warm them up.

    What is there already stays. Run it again after an update, or when it was broken off.
    """
    from voice_server.config import load_config  # noqa: PLC0415 - not needed for --help
    from voice_server.provisioning import Provisioning  # noqa: PLC0415

    loaded = load_config(config)
    provisioning = Provisioning(device, find_links, say=say)
    for name in _chosen(loaded, names, all_backends=all_backends):
        set_up(name, loaded.backends[name], provisioning, weights=not no_weights)


def _chosen(config: Config, names: tuple[str, ...], *, all_backends: bool) -> list[str]:
    own = [name for name, backend in config.backends.items() if (backend.environment / "uv.lock").is_file()]
    if all_backends:
        return own
    for name in names:
        if name not in config.backends:
            raise UnknownName("backend", name, config.backends)
    if not names:
        raise click.UsageError(f"name a backend ({', '.join(own)}), or --all")
    return list(names)


def set_up(name: str, backend: BackendConfig, provisioning: Provisioning, *, weights: bool) -> None:
    """Set up one backend and tell where everything is. Raises BackendError."""
    from voice_server.provisioning import size_bytes  # noqa: PLC0415 - see above

    began = time.monotonic()
    say(f"{name}: packages")
    venv = provisioning.make_environment(name, backend)
    places = [(venv, "packages")]
    if weights:
        say(f"{name}: weights")
        folder = provisioning.fetch_weights(name, backend)
        places += [(folder, "weights")] if folder is not None else []
        say(f"{name}: warm-up")
        _warm_up(name, backend)
    told = ", ".join(
        f"{what} {size_bytes(folder) / 1e9:.2f} GB in {_shown(folder)}" for folder, what in places
    )
    click.echo(f"{name} is set up in {time.monotonic() - began:.0f} s: {told}")


def set_up_at_first_use(config: Config, *names: str | None) -> None:
    """Set up those of the named backends that somebody asks for and that are not there, after saying so."""
    from voice_server.pool.venvs import python_of  # noqa: PLC0415 - see above
    from voice_server.provisioning import Provisioning  # noqa: PLC0415

    for name in filter(None, names):
        backend = config.backends[name]
        try:
            python_of(name, backend.environment)
        except BackendDown:
            if (backend.environment / "uv.lock").is_file():
                say(f"{name} is not set up yet; that is done now, once (voice-server setup {name})")
                provisioning = Provisioning(say=say)
                provisioning.make_environment(name, backend)
                provisioning.fetch_weights(name, backend)


def _warm_up(name: str, backend: BackendConfig) -> None:
    from voice_server.pool.local import LocalPool  # noqa: PLC0415 - see above
    from voice_server.server import run  # noqa: PLC0415

    async def start() -> str:
        async with LocalPool({name: backend}) as pool:
            status = pool.backends[name]
            return "" if status.ready is not None else status.error

    error = run(start())
    if error:
        raise BackendError(f"{name} does not start: {error}")


def _shown(folder: Path) -> str:
    absolute = folder.absolute()
    try:
        return f"~/{absolute.relative_to(Path.home())}"
    except ValueError:
        return str(absolute)
