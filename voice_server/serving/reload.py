"""`serve --reload`, for development: start the server again when code or backends.yaml changes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.supervisors.statreload import StatReload

from voice_server.serving.uvicorn_server import hang_up_handled_by

_PACKAGE = Path(__file__).resolve().parent.parent
RELOAD_FLAG = "--reload"


class _WithConfiguration(StatReload):
    """Watches the configuration beside the code."""

    def __init__(self, configuration: Path, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._configuration = configuration

    def iter_py_files(self) -> Iterator[Path]:
        """Every file whose change matters."""
        yield from super().iter_py_files()
        yield from (self._configuration.parent / "tts_backends").glob("*/*.py")
        yield from self._configuration.parent.glob("*.py")  # plugins
        yield self._configuration


def watched_arguments(arguments: Sequence[str]) -> list[str]:
    """The command line of the server that is watched: the same without --reload."""
    return [each for each in arguments if each != RELOAD_FLAG]


def watch(
    configuration: Path, serve: Callable[[list[str]], None], arguments: Sequence[str] | None = None
) -> None:
    """Serve and watch until a signal.

    `serve` runs the server in a process of its own, so it must be a function of a module; `arguments` are
    what it is given, by default this process's own.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["serve"]:
        given = given[1:]
    config = uvicorn.Config("watched", reload=True, reload_dirs=[str(_PACKAGE)], log_config=None)
    target = partial(_serve_watched, serve, watched_arguments(given))
    supervisor = _WithConfiguration(configuration, config, target, [])
    with hang_up_handled_by(supervisor.signal_handler):
        supervisor.run()


def _serve_watched(serve: Callable[[list[str]], None], arguments: list[str], sockets: object = None) -> None:
    """What uvicorn calls in the new process, with its sockets, of which there are none."""
    del sockets
    serve(arguments)
