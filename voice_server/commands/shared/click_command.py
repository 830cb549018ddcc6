"""Errors of a command: one sentence on standard error and an exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any

import click

from voice_server.commands.shared.program_name import as_typed
from voice_server.commands.shared.terminal import styled
from voice_server.errors import ConfigError, ReaderGone, RequestError, VoiceServerError

_FAILURE, USAGE_ERROR, INTERRUPTED, _READER_GONE = 1, 2, 130, 141  # exit codes
_SHOWN_CHARS = 40
_PLAIN_NAMES_OF_TYPES = {"float range": "a number", "integer range": "a whole number"}
"""What click's names of its types are called by people."""


class CommandError(click.ClickException):
    """A VoiceServerError for click: one sentence, and the exit code of its kind."""

    def __init__(self, error: VoiceServerError) -> None:
        super().__init__(error.message)
        self.error = error

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """2 for a wrong request or command line, 141 for a reader that has gone, 1 for any other failure."""
        if isinstance(self.error, ReaderGone):
            return _READER_GONE
        return USAGE_ERROR if isinstance(self.error, ConfigError | RequestError) else _FAILURE

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence; a reader that has gone is no error."""
        if isinstance(self.error, ReaderGone):
            return
        click.echo(f"{styled('error:', fg='red')} {as_typed(self.message)}", file=file or sys.stderr)


def usage_error(error: click.UsageError, path: str) -> click.ClickException:
    """Return click's error about the command line of the command `path` as the one sentence of all errors."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        return error  # its message is a page of help
    message = " ".join(error.format_message().split()).rstrip(".")
    for type_name, plain in _PLAIN_NAMES_OF_TYPES.items():
        message = message.replace(f"is not a valid {type_name}", f"is not {plain}")
    return CommandError(ConfigError(f"{message[0].lower()}{message[1:]}; see {path} --help"))


def variable_of(option: str) -> str:
    """The variable that stands for an option, such as VOICE_SERVER_POOL_SIZE for `--pool-size`."""
    return f"VOICE_SERVER_{option.removeprefix('--').replace('-', '_').upper()}"


class CliCommand(click.Command):
    """A command whose errors are one sentence and an exit code: 2 for a wrong request, 1 for a failure.

    Every option with a long name can be given as a variable, beside those of its `envvar`; not the options
    that are one action of several, and not those that say `allow_from_autoenv=False`.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        for option in self.params:
            if isinstance(option, click.Option) and option.allow_from_autoenv:
                option.envvar = _variables_of(option)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; where a text was taken for an option, the error says what helps."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.possibilities or not any("--text" in each.opts for each in self.params):
                raise
            hint = _dash_hint(given, error.option_name)
            raise click.UsageError(f"{error.format_message().rstrip('.')}; {hint}", ctx) from None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help with its commands as they are typed here."""
        self.help = as_typed(self.help or "")
        super().format_help_text(ctx, formatter)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the arguments; what is wrong with them becomes one sentence."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            path = f"{parent.command_path} {info_name}" if parent is not None else str(info_name)
            raise usage_error(error, path) from None
        except VoiceServerError as error:
            raise CommandError(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a VoiceServerError, also one inside a task group, becomes one sentence."""
        try:
            return super().invoke(ctx)
        except VoiceServerError as error:
            raise CommandError(error) from None
        except BaseExceptionGroup as group:
            for leaf in _leaves(group):
                if isinstance(leaf, VoiceServerError):
                    raise CommandError(leaf) from None
            if any(isinstance(leaf, KeyboardInterrupt) for leaf in _leaves(group)):
                ctx.exit(INTERRUPTED)
            raise
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


def _dash_hint(arguments: Sequence[str], option: str) -> str:
    """How to give a text that begins with a dash and was taken for `option`."""
    dashed = [each for each in arguments if each.startswith("-") and len(each) > 1]
    text = next((each for each in dashed if " " in each), None)
    text = text or next((each for each in dashed if each.startswith(option)), option)
    shown = text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]} …"
    return f"a text that begins with a dash is given as --text={shlex.quote(shown)}, or after --"


def _variables_of(option: click.Option) -> list[str]:
    """The variables that are read for an option; the first that is set counts."""
    given = [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())
    is_action = option.is_flag and not option.is_bool_flag
    long_name = next((name for name in option.opts if name.startswith("--")), None)
    return given if is_action or long_name is None else [variable_of(long_name), *given]


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
