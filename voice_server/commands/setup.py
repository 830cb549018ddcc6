"""`voice-server setup`: makes the environments of backends, fetches their weights, and starts them once."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import home_option
from voice_server.commands.shared.listener import LISTENER, listener_config
from voice_server.commands.shared.program_name import as_typed
from voice_server.commands.shared.terminal import print_note
from voice_server.errors import BackendError, ConfigError, UnknownName
from voice_server.provisioning.environments import has_lock_file

if TYPE_CHECKING:
    from voice_server.config import BackendConfig, Config
    from voice_server.provisioning.installation import Device, Provisioner

_DEVICES = ("auto", "cpu", "cuda", "mps")


@click.command(cls=CliCommand)
@click.argument("names", nargs=-1, metavar="[BACKEND]...")
@click.option("--all", "all_backends", is_flag=True, help="Every backend that has an environment of its own.")
@click.option("--config", metavar="FILE", help="The backends.yaml to use.")
@home_option
@click.option("--device", type=click.Choice(_DEVICES), default="auto", show_default=True,
              allow_from_autoenv=False,  # VOICE_SERVER_DEVICE is a sound device
              help="What torch is installed for, kept until another is named; auto takes CUDA "
                   "where there is an NVIDIA GPU.")  # fmt: skip
@click.option("--find-links", "find_links", metavar="FOLDER", multiple=True,
              help="A folder or page with wheels; UV_FIND_LINKS and PIP_FIND_LINKS count too.")  # fmt: skip
@click.option("--without", metavar="GROUPS",
              help="Groups of packages to leave out, with commas, until --with names them. kokoro's are ja "
                   "and zh for Japanese and Mandarin, 0.3 of 0.74 GB.")  # fmt: skip
@click.option("--with", "with_groups", metavar="GROUPS", help="Groups that were left out, to be added now.")
@click.option("--no-weights", is_flag=True, help="Make the environments, fetch no weights, start nothing.")
@click.option("--no-warm-up", is_flag=True, help="Do not try the engines afterwards.")
def setup(
    *,
    names: tuple[str, ...],
    all_backends: bool,
    config: str | None,
    device: Device,
    find_links: tuple[str, ...],
    without: str | None,
    with_groups: str | None,
    no_weights: bool,
    no_warm_up: bool,
) -> None:
    """Make the environments of backends from their lock files, fetch their weights, and warm them up.

    What is there already stays. Run it again after an update, or when it was broken off. A server that runs
    starts the backend when it is set up.

    `voice-server setup listener` gets the recogniser for `doctor --listen`, which is no backend.
    """
    from voice_server.config import load_config  # noqa: PLC0415 - not needed for --help
    from voice_server.provisioning.installation import Provisioner  # noqa: PLC0415

    if device == "mps" and sys.platform != "darwin":
        raise ConfigError("--device mps is for Apple's GPUs; here it is auto, cpu or cuda")
    loaded = load_config(config)
    chosen = _chosen_backends(loaded, names, all_backends=all_backends)
    provisioner = Provisioner(
        device,
        find_links,
        report=print_note,
        with_groups=_groups(loaded, chosen, "--with", with_groups),
        without=_groups(loaded, chosen, "--without", without),
    )
    failures = []
    for name in chosen:
        backend = loaded.backends.get(name)
        try:
            if backend is None:
                set_up(name, listener_config(), provisioner, weights=False, warm_up=False)
            else:
                set_up(name, backend, provisioner, weights=not no_weights, warm_up=not no_warm_up)
        except BackendError as error:
            failures.append(error.message)
            if len(chosen) > 1:
                print_note(error.message)
    if failures:
        count = f" ({len(failures)} of {len(chosen)} backends are not set up)" if len(chosen) > 1 else ""
        raise BackendError(failures[-1] + count)


def _chosen_backends(config: Config, names: tuple[str, ...], *, all_backends: bool) -> list[str]:
    own = [name for name, backend in config.backends.items() if has_lock_file(backend)]
    if all_backends:
        return own
    for name in names:
        if name not in config.backends and name != LISTENER:
            raise UnknownName("backend", name, config.backends)
    if not names:
        raise ConfigError(f"name a backend ({', '.join(own)}), or --all")
    return list(names)


def _groups(config: Config, backends: Sequence[str], option: str, named: str | None) -> frozenset[str]:
    """The groups that an option names; each must be one of some chosen backend. Raises ConfigError."""
    from voice_server.provisioning.package_groups import groups_of  # noqa: PLC0415 - not needed for --help

    wanted = frozenset(filter(None, (each.strip() for each in (named or "").split(","))))
    there = {
        name: groups_of(config.backends[name].environment) for name in backends if name in config.backends
    }
    unknown = wanted.difference(*there.values()) if there else wanted
    if unknown:
        told = "; ".join(
            f"those of {name}: {', '.join(sorted(each))}" for name, each in there.items() if each
        )
        raise ConfigError(
            f"{option} names groups of packages that can be left out, not {', '.join(sorted(unknown))!r}; "
            f"{told or 'there are none of ' + ', '.join(backends)}"
        )
    return wanted


def set_up(
    name: str, backend: BackendConfig, provisioner: Provisioner, *, weights: bool, warm_up: bool
) -> None:
    """Set up one backend; print how long it took, and where everything is. Raises BackendError."""
    from voice_server.config import EMBEDDED  # noqa: PLC0415 - not needed for --help
    from voice_server.provisioning.folders import shown, size_bytes  # noqa: PLC0415

    if backend.environment == EMBEDDED:
        click.echo(f"{name} needs no set-up: it runs in the server's own environment")
        return
    started = time.monotonic()
    parts = "packages and weights" if weights else "packages"
    left_out = provisioner.left_out(backend.environment)
    if has_lock_file(backend):
        print_note(f"{name}: {parts}, {provisioner.told_sizes(name, backend)}")
    is_made = False

    def try_out(made: BackendConfig) -> None:
        nonlocal is_made
        is_made = True
        if weights and warm_up:
            print_note(f"{name}: warm-up")
            _warm_up(name, made)

    try:
        places = provisioner.set_up(name, backend, weights=weights, try_out=try_out)
    except (KeyboardInterrupt, SystemExit):
        if not is_made:
            print_note(f"{name} is not set up; to go on run: voice-server setup {name}")
        raise
    folders = {"packages": places.environment, "weights": places.weights}
    sizes = ", ".join(
        f"{part} {size_bytes(folder) / 1e9:.2f} GB in {shown(folder)}"
        for part, folder in folders.items()
        if folder is not None
    )
    groups = ",".join(sorted(left_out))
    hint = f"; left out: {groups} (voice-server setup {name} --with {groups})" if groups else ""
    click.echo(as_typed(f"{name} is set up in {time.monotonic() - started:.0f} s: {sizes}{hint}"))


def _warm_up(name: str, backend: BackendConfig) -> None:
    from voice_server.pool.local_pool import LocalPool  # noqa: PLC0415 - see above
    from voice_server.serving.event_loop import run  # noqa: PLC0415

    async def start() -> str:
        async with LocalPool({name: backend}) as pool:
            status = pool.backends[name]
            return "" if status.ready is not None else status.error

    error = run(start())
    if error:
        raise BackendError(f"{name} does not start: {error}")
