"""`voice-server serve`: runs the server until a signal stops it."""

from __future__ import annotations

import json
import logging
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voice_server.commands.shared.address_option import AddressType, ListeningAddress
from voice_server.commands.shared.click_command import CliCommand, variable_of
from voice_server.commands.shared.click_options import (
    LOG_LEVELS,
    FiniteRange,
    ServerTokenOption,
    TokenType,
    home_option,
    json_option,
    natural_option,
)
from voice_server.commands.shared.local_server import STARTED_BY_SAY
from voice_server.commands.shared.os_errors import reason_of
from voice_server.commands.shared.program import run_program
from voice_server.commands.shared.ready_banner import ReadyBanner
from voice_server.commands.shared.server_registration import ServerRegistration
from voice_server.commands.shared.terminal import print_note
from voice_server.commands.shared.token_file import given_token
from voice_server.commands.shared.user_folders import log_folder, runtime_folder
from voice_server.errors import ConfigError
from voice_server.serving import event_loop
from voice_server.serving.logs import PrivateLogFile, log_to
from voice_server.serving.voice_logs import log_voices_in

if TYPE_CHECKING:
    from voice_server.commands.shared.first_use import BackgroundSetUps
    from voice_server.config import Config
    from voice_server.serving.listening_socket import ServerAddresses
    from voice_server.speech import SpeechService

_NEW_TOKEN = "new"  # noqa: S105 - stands for a token that is made at the start
_WYOMING_PORT = 10_200
_DEFAULT_LOG_FILE, _LOG_NAME = "auto", "server.log"


@click.command(cls=CliCommand)
@click.option("--config", metavar="FILE", help="The backends.yaml to use.")
@home_option
@click.option(
    "--backend",
    "backends",
    metavar="NAME",
    multiple=True,
    help="Start only this backend and what it falls back on; repeatable, the first is the default.",
)
@natural_option
@click.option("--pool-size", metavar="N", type=int, help="Workers of each backend.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, envvar="TTS_HOST", help="Address to listen on."
)
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, envvar="TTS_PORT",
              help="Port to listen on; 0 takes a free one.")  # fmt: skip
@click.option(
    "--wyoming",
    metavar="[HOST:]PORT",
    type=AddressType(_WYOMING_PORT),
    is_flag=False,
    flag_value=str(_WYOMING_PORT),
    help=f"Also speak Wyoming, for Home Assistant; port {_WYOMING_PORT} of this machine where none is named.",
)
@click.option("--zeroconf", is_flag=True, help="Announce Wyoming's address in the local network.")
@click.option(
    "--allow-host", "hosts", metavar="NAME", multiple=True, help="A name this server answers to; repeatable."
)
@click.option("--allow-origin", "origins", metavar="ORIGIN", multiple=True,
              help="An origin whose pages may use the server; repeatable.")  # fmt: skip
@click.option("--root-path", default="", metavar="PATH",
              help="The path under which a proxy shows this server, such as /voice.")  # fmt: skip
@click.option("--token", metavar="TOKEN", cls=ServerTokenOption, type=TokenType(),
              help="What clients must know; 'new' makes one and prints it.")  # fmt: skip
@click.option("--token-file", metavar="FILE",
              help="A file that holds the token, such as a secret of a container or of systemd.")  # fmt: skip
@click.option(
    "--no-auth", is_flag=True, help="Let everybody in who can reach another address than this machine's."
)
@click.option(
    "--log-level", type=click.Choice(LOG_LEVELS), default="warning", show_default=True, help="What to log."
)
@click.option("--debug", is_flag=True, envvar="TTS_DEBUG", help="The same as --log-level debug.")
@click.option("--reload", is_flag=True, help="Start again whenever code or backends.yaml changes.")
@click.option(
    "--log-file",
    metavar="FILE",
    help="Log into a file of 1 MB at most, and three before it; 'auto' names one.",
)
@click.option("--device", default="", metavar="NAME",
              help="The sound device for what is spoken on this machine's speakers.")  # fmt: skip
@click.option("--idle-exit", "idle_exit_s", metavar="SECONDS", type=FiniteRange(min=0, min_open=True),
              help="End when nobody has used the server for so long.")  # fmt: skip
@click.option(STARTED_BY_SAY, "was_started_by_say", is_flag=True, help="Let `say --kill` end this server.")
@json_option
def serve(
    *,
    config: str | None,
    backends: tuple[str, ...],
    natural: bool | None,
    pool_size: int | None,
    host: str,
    wyoming: ListeningAddress | None,
    zeroconf: bool,
    token: str | None,
    token_file: str | None,
    no_auth: bool,
    log_level: str,
    debug: bool,
    reload: bool,
    log_file: str | None,
    was_started_by_say: bool,
    as_json: bool,
    **listening: Any,
) -> None:
    """Run the server.

    It listens on this machine only, unless --host names another address; then --token or --no-auth must say
    who may come in. Wyoming knows no token: another address for it always needs --no-auth. The first Ctrl-C
    lets open streams speak to their end, the second ends them; a closed terminal is like the first. Every
    option can also be given as a variable, such as VOICE_SERVER_PORT; blanks separate the values of a
    repeatable one.
    """
    from voice_server.commands.shared.first_use import set_up_in_background  # noqa: PLC0415 - as below
    from voice_server.commands.shared.natural_voice import engine_to_set_up  # noqa: PLC0415
    from voice_server.config import find_config, load_config  # noqa: PLC0415
    from voice_server.provisioning.natural_engines import default_backend  # noqa: PLC0415
    from voice_server.serving import start  # noqa: PLC0415 - as below
    from voice_server.serving.reload import watch  # noqa: PLC0415

    log_path = _begin_log(log_file, "debug" if debug else log_level)
    if reload:
        watch(find_config(config), serve_again)
        return
    _check_wyoming(wyoming, zeroconf=zeroconf, no_auth=no_auth)
    token = _checked_token(host, given_token(token, token_file), no_auth=no_auth)
    loaded = _with_default(load_config(config, pool_size=pool_size), backends, natural=natural)

    def on_ready(addresses: ServerAddresses, service: SpeechService) -> None:
        registration.announce(addresses.http, token, was_started_by_say=was_started_by_say)
        if as_json:
            _print_ready_for_programs(addresses, service)
            return
        ReadyBanner(addresses, service, loaded.source, prepared, log_path).print()
        if not was_started_by_say and natural is None:
            _offer_natural_voice(loaded, set_ups)

    engine = engine_to_set_up(loaded, natural=natural)
    prepared = backends or (engine.name if engine is not None else default_backend(loaded),)
    with ServerRegistration() as registration, set_up_in_background(loaded, *prepared) as set_ups:
        may_set_up = natural is not False and loaded.natural_voice != "never"
        listening |= {
            "begin_set_up": set_ups.begin if may_set_up else None,
            "wyoming": None if wyoming is None else (wyoming.host, wyoming.port),
            "zeroconf": zeroconf,
        }
        event_loop.run(start.serve(loaded, host=host, token=token, on_ready=on_ready, **listening))


def _begin_log(log_file: str | None, level: str) -> Path | None:
    """Log from now on, to a file whose path is returned or to standard error."""
    log = _log_file(log_file) if log_file else logging.StreamHandler()
    log_to(log, level)
    if not isinstance(log, PrivateLogFile):
        return None
    path = Path(log.baseFilename)
    if log_file == _DEFAULT_LOG_FILE:
        log_voices_in(path.parent)
    return path


def _with_default(config: Config, backends: tuple[str, ...], *, natural: bool | None) -> Config:
    """The configuration with only these backends, if there are any; --natural makes AUTO the default."""
    from msgspec.structs import replace  # noqa: PLC0415 - not for `--help`

    from voice_server.config import AUTO, with_backends  # noqa: PLC0415

    if backends:
        return with_backends(config, backends)
    return replace(config, default_backend=AUTO) if natural else config


def _offer_natural_voice(config: Config, set_ups: BackgroundSetUps) -> None:
    """Ask the person at the terminal, while the server serves; where there is none, say what there is."""
    from voice_server.commands.shared.natural_question import ask_beside_loop  # noqa: PLC0415 - not for `--help`
    from voice_server.commands.shared.natural_voice import natural_voice_hint  # noqa: PLC0415

    hint = natural_voice_hint(config)
    if hint and not ask_beside_loop(config, set_ups.begin):
        print_note(hint)


def serve_again(arguments: list[str]) -> None:
    """Run the command with these arguments: the entry point of each new process of `--reload`."""
    from voice_server.serving.reload import RELOAD_FLAG  # noqa: PLC0415 - loads uvicorn

    os.environ.pop(variable_of(RELOAD_FLAG), None)
    run_program(serve, "voice-server serve", arguments)


def _log_file(name: str) -> logging.Handler:
    """A log file of this name; `auto` is one in the user's folder for logs, else in the runtime folder.

    Raises ConfigError.
    """
    if name != _DEFAULT_LOG_FILE:
        return _rotating_file(Path(name))
    try:
        return _rotating_file(log_folder() / _LOG_NAME)
    except ConfigError as error:  # service users and read-only containers have no home that can be written
        path = runtime_folder() / _LOG_NAME
        handler = _rotating_file(path)
        print_note(f"{error.message}; the log is {str(path)!r}")
        return handler


def _rotating_file(path: Path) -> logging.Handler:
    """A log file that is rotated, with three older ones. Raises ConfigError."""
    try:
        return PrivateLogFile(path)
    except OSError as error:
        raise ConfigError(f"cannot log into {str(path)!r}: {reason_of(error)}") from None


def _checked_token(host: str, token: str | None, *, no_auth: bool) -> str | None:
    """Return the token that clients must send, None where they need none; print a new one.

    Raises ConfigError for an address of the network without a token or --no-auth.
    """
    from voice_server.endpoints.http.access_rules import is_loopback  # noqa: PLC0415 - not for `--help`

    if token is None and not no_auth and not is_loopback(host):
        raise ConfigError(
            f"to listen on {host} say who may come in: --token new makes a token, --no-auth lets everybody in"
        )
    if token == _NEW_TOKEN:
        token = secrets.token_urlsafe(24)
        click.echo(f"token: {token}", err=True)
    return token


def _check_wyoming(address: ListeningAddress | None, *, zeroconf: bool, no_auth: bool) -> None:
    """Raise ConfigError for an address of the network that nobody said is open to everybody.

    With `zeroconf` also where there is nothing to announce, or nothing to do it with.
    """
    from voice_server.endpoints.http.access_rules import is_loopback  # noqa: PLC0415 - not for `--help`
    from voice_server.serving.wyoming_announcement import zeroconf_package  # noqa: PLC0415

    is_for_others = address is not None and not is_loopback(address.host)
    if is_for_others and not no_auth:
        raise ConfigError(
            f"Wyoming knows no token: whoever reaches {address} can speak; add --no-auth if they may "
            "(a --token still holds for HTTP), or let --wyoming name no host"
        )
    if zeroconf and not is_for_others:
        raise ConfigError(
            "--zeroconf announces an address that others can reach; name one with --wyoming, such as "
            f"--wyoming 0.0.0.0:{_WYOMING_PORT}"
        )
    if zeroconf:
        zeroconf_package()


def _print_ready_for_programs(addresses: ServerAddresses, service: SpeechService) -> None:
    """Print where the server listens and the state of its backends, as a line of JSON."""
    states = {name: status.state.value for name, status in service.backends().items()}
    wyoming = {} if addresses.wyoming is None else {"wyoming": addresses.wyoming}
    click.echo(json.dumps({"type": "ready", "url": addresses.http, **wyoming, "backends": states}))
