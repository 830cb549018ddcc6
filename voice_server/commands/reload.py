"""`serve --reload`, for development: start the server again when code or backends.yaml changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.supervisors.statreload import StatReload

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
        yield self._configuration


def watched_arguments(arguments: Sequence[str]) -> list[str]:
    """The command line of the server that is watched: the same without --reload."""
    return [each for each in arguments if each != RELOAD_FLAG]


def serve_again(arguments: list[str], sockets: object = None) -> None:
    """Run the server in the process that the watcher started."""
    del sockets
    from voice_server.commands.serve import serve  # noqa: PLC0415 - it imports this file

    serve.main(args=arguments, prog_name="voice-server serve")


def watch(configuration: Path, arguments: Sequence[str] | None = None) -> None:
    """Serve and watch until a signal; `arguments` are those of `serve`, by default this process's own."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["serve"]:
        given = given[1:]
    folders = [str(_PACKAGE)]
    config = uvicorn.Config("voice_server.server:main", reload=True, reload_dirs=folders, log_config=None)
    _WithConfiguration(configuration, config, partial(serve_again, watched_arguments(given)), []).run()
