"""Errors of a command: one sentence on standard error and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO, Any

import click

from voice_server.errors import ConfigError, RequestError, VoiceServerError

_FAILURE, _USAGE_ERROR, _INTERRUPTED = 1, 2, 130  # exit codes


class _CommandError(click.ClickException):
    """A VoiceServerError for click: one sentence, and the exit code of its kind."""

    def __init__(self, error: VoiceServerError) -> None:
        super().__init__(error.message)
        self.error = error

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """2 for a wrong request or command line, 1 for any other failure."""
        return _USAGE_ERROR if isinstance(self.error, ConfigError | RequestError) else _FAILURE

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"{click.style('error:', fg='red')} {self.message}", file=file or sys.stderr)


def usage_error(error: click.UsageError, path: str) -> click.ClickException:
    """Return click's error about the command line of the command `path` as the one sentence of all errors."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        return error  # its message is a page of help
    message = " ".join(error.format_message().split()).rstrip(".")
    return _CommandError(ConfigError(f"{message[0].lower()}{message[1:]}; see {path} --help"))


class CliCommand(click.Command):
    """A command whose errors are one sentence and an exit code: 2 for a wrong request, 1 for a failure."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the arguments; what is wrong with them becomes one sentence."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            path = f"{parent.command_path} {info_name}" if parent is not None else str(info_name)
            raise usage_error(error, path) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a VoiceServerError, also one inside a task group, becomes one sentence."""
        try:
            return super().invoke(ctx)
        except VoiceServerError as error:
            raise _CommandError(error) from None
        except BaseExceptionGroup as group:
            for leaf in _leaves(group):
                if isinstance(leaf, VoiceServerError):
                    raise _CommandError(leaf) from None
            if any(isinstance(leaf, KeyboardInterrupt) for leaf in _leaves(group)):
                ctx.exit(_INTERRUPTED)
            raise
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
