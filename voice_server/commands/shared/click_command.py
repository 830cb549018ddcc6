"""How commands tell what goes wrong: one sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO, Any

import click

from voice_server.errors import ConfigError, RequestError, VoiceServerError

_USAGE, _FAILED, _INTERRUPTED = 2, 1, 130


class _OneSentence(click.ClickException):
    """An error as the terminal shows it."""

    def __init__(self, error: VoiceServerError) -> None:
        super().__init__(error.message)
        self.error = error

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """What the program ends with."""
        return _USAGE if isinstance(self.error, ConfigError | RequestError) else _FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"{click.style('error:', fg='red')} {self.message}", file=file or sys.stderr)


def in_one_sentence(error: click.UsageError, path: str) -> click.ClickException:
    """Return click's complaint about the command line of `path` the way all errors are told."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        return error  # it is a page of help
    complaint = " ".join(error.format_message().split()).rstrip(".")
    return _OneSentence(ConfigError(f"{complaint[0].lower()}{complaint[1:]}; see {path} --help"))


class CliCommand(click.Command):
    """A command whose errors are one sentence and an exit code: 2 for a wrong request, 1 for a failure."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments, and tell what is wrong with them as a sentence."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            path = f"{parent.command_path} {info_name}" if parent is not None else str(info_name)
            raise in_one_sentence(error, path) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and tell a VoiceServerError, also one inside a task group, as a sentence."""
        try:
            return super().invoke(ctx)
        except VoiceServerError as error:
            raise _OneSentence(error) from None
        except BaseExceptionGroup as group:
            for leaf in _leaves(group):
                if isinstance(leaf, VoiceServerError):
                    raise _OneSentence(leaf) from None
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
