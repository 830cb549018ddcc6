"""A command as a program: its standard streams, the signals that end it, and its exit code."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

import click

from voice_server.commands.shared.click_command import INTERRUPTED, CommandError
from voice_server.commands.shared.standard_streams import take_standard_streams
from voice_server.errors import VoiceServerError
from voice_server.process.termination import (
    SIGNAL_EXIT_CODE,
    end_in_good_order,
    end_on_signals,
    received_signal,
)


def run_program(command: click.Command, name: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command with these arguments, by default the program's own, and end with its exit code."""
    take_standard_streams()
    end_on_signals()
    code = _exit_code(command, name, arguments)
    if code == INTERRUPTED and sys.stderr.isatty():
        sys.stderr.write("\n")  # the shell's prompt is not to stand behind "^C"
    sys.stderr.flush()
    end_in_good_order()
    if threading.active_count() > 1:
        os._exit(code)  # a thread that waits for input cannot be ended otherwise
    sys.exit(code)


def _exit_code(command: click.Command, name: str, arguments: Sequence[str] | None) -> int:
    try:
        code = _run(command, name, arguments)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except VoiceServerError as error:
        failure = CommandError(error)
        failure.show()
        return failure.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BaseException:
        number = received_signal()
        if number is None:
            raise
        return SIGNAL_EXIT_CODE + number  # what it has broken on the way out is no news
    return code


def _run(command: click.Command, name: str, arguments: Sequence[str] | None) -> int:
    given = None if arguments is None else list(arguments)
    try:
        code = command.main(given, name, standalone_mode=False)
    except SystemExit as end:
        code = end.code
    return code if isinstance(code, int) else 0
