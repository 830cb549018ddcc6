"""`voice-server status`: whether a server is well, and what its backends do and take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import TokenType, home_option, json_option
from voice_server.commands.shared.http_request import Unreachable, health_of
from voice_server.commands.shared.local_server import find
from voice_server.commands.shared.server_registration import RunningServer
from voice_server.errors import ConfigError, RequestError, VoiceServerError

_USUAL_URL = "http://127.0.0.1:8000"
_WELL, _UNWELL = 0, 1
_WORDS = {"up": "ready", "starting": "loading", "not_set_up": "not set up"}
_MEGABYTE = 1_000_000


@click.command(cls=CliCommand)
@click.option(
    "--url", metavar="URL", help="The server; by default yours, or one on this machine's port 8000."
)
@click.option("--token", metavar="TOKEN", type=TokenType(), help="What the server asks for.")
@home_option
@json_option
@click.pass_context
def status(context: click.Context, *, url: str | None, token: str | None, as_json: bool) -> None:
    """Show whether a server is well, the state of its backends, and how much memory they take.

    Ends with 0 where the server takes work and its default backend speaks, 1 where not, and 2 where no server
    could be asked.
    """
    server = _server(url, token)
    health = _health(server, is_named=url is not None)
    if as_json:
        click.echo(json.dumps({"url": server.url, **health}))
    else:
        click.echo(_summary(server.url, health))
        for line in table(_rows(health)):
            click.echo(line)
    context.exit(_WELL if health.get("status") == "ok" else _UNWELL)


def _server(url: str | None, token: str | None) -> RunningServer:
    if url is not None:
        # Other commands take the address of the WebSocket.
        return RunningServer(url.replace("ws://", "http://", 1), token=token)
    return find() or RunningServer(_USUAL_URL, token=token)


def _health(server: RunningServer, *, is_named: bool) -> dict[str, Any]:
    """What the server says of itself. Raises ConfigError and RequestError, so that the exit code is 2."""
    try:
        return health_of(server)
    except Unreachable as error:
        hint = "" if is_named else "; voice-server serve starts one, and --url names another"
        raise ConfigError(error.message + hint, code=error.code) from None
    except RequestError:
        raise
    except VoiceServerError as error:
        raise ConfigError(error.message, code=error.code) from None


def _summary(url: str, health: Mapping[str, Any]) -> str:
    speaking = health.get("speaking", 0)
    texts = "1 text is" if speaking == 1 else f"{speaking} texts are"
    return f"{url}: {health.get('status')}, {texts} being spoken"


def _rows(health: Mapping[str, Any]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("backend", "state", "workers", "memory", "")]
    for name, backend in health["backends"].items():
        mark = " (default)" if name == health.get("default_backend") else ""
        rows.append((name + mark, *_cells(backend)))
    return rows


def _cells(backend: Mapping[str, Any]) -> tuple[str, ...]:
    state = str(backend.get("state"))
    running = len(backend.get("worker_memory_bytes") or ())
    notes = (
        f"{backend['restarts']} restarted" if backend.get("restarts") else "",
        f"{backend['waiting']} waiting" if backend.get("waiting") else "",
        _sizes(backend),
        str(backend.get("error") or ""),
    )
    return (
        _WORDS.get(state, state),
        f"{running} of {backend.get('workers')}" if running else "",
        _size(backend.get("memory_bytes")),
        "; ".join(filter(None, notes)),
    )


def _sizes(backend: Mapping[str, Any]) -> str:
    """What each process takes, where there are several."""
    workers, template = backend.get("worker_memory_bytes") or [], backend.get("template_memory_bytes")
    if len(workers) + bool(template) < 2:
        return ""
    each = f"workers {' + '.join(f'{taken / _MEGABYTE:.0f}' for taken in workers)} MB"
    return f"{each}, template {_size(template)}" if template else each


def _size(taken: int | None) -> str:
    return f"{taken / _MEGABYTE:.0f} MB" if taken else ""


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with the cells of each column below each other; control characters are shown, not sent."""
    from voice_server.process.child_process import printable  # noqa: PLC0415 - not for `--help`

    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in shown)
    return ["  ".join(row).rstrip() for row in padded]
