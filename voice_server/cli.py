"""`voice-server`: the group of commands, each imported only when it is called.

Without a command's name, an option may stand for it: `cli.py --backend kokoro --repl` is
`voice-server repl --backend kokoro`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run as a script, in this folder or from the project's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from voice_server.missing_packages import require_packages

    require_packages(sys.argv[0])

import click

from voice_server.version import version

_COMMANDS = {
    "serve": ("serve", "Run the server."),
    "stream-tokens": (
        "simulate.stream_tokens_command",
        "Stream tokens, as an LLM would, and hear the sentences as they are spoken.",
    ),
    "say": (
        "say.say_command",
        "Speak on this machine's speakers and return at once; a server in the background does it.",
    ),
    "speak": ("speak", "Speak a text or a file, to the speakers or into a file of sound."),
    "repl": ("repl.repl_command", "Type lines and hear them."),
    "mcp": ("mcp.mcp_command", "Let an agent speak: serve MCP on standard input and output."),
    "voices": ("voices", "List the voices of the backends."),
    "init": ("init", "Write a configuration of your own, and say where your files lie."),
    "setup": ("setup", "Make the environments of backends and fetch their weights."),
    "status": ("status", "Show whether a server is well, and what its backends do and take."),
    "doctor": (
        "doctor.doctor_command",
        "Check every backend: environment, voices, and whether it does what it must.",
    ),
    "bench": ("benchmark.bench_command", "Measure latency, gaps, CPU and memory of a server under load."),
    "completion": ("completion", "Print the completion script of a shell."),
    "split": ("split", "Show the sentences that a text is cut into."),
}
"""The module below `voice_server.commands` and the line of help, by command."""
_COMMAND_OPTIONS = {"--repl": "repl", "--stream-tokens": "stream-tokens", "--text": "speak"}
_GROUP_OPTIONS = {"--help", "-h", "--version"}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"voice_server.commands.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS:
            near = get_close_matches(args[0], _COMMANDS, n=1)
            hint = f"; did you mean {near[0]}" if near else ""
            ctx.fail(f"there is no command {args[0]!r}{hint}; there are {', '.join(_COMMANDS)}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, with_command_name(args))

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _usage_errors_in_one_sentence():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _usage_errors_in_one_sentence():
            return super().invoke(ctx)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from voice_server.commands.shared.program_name import as_typed  # noqa: PLC0415 - only for help

        self.help = as_typed(self.help or "")
        super().format_help_text(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@contextmanager
def _usage_errors_in_one_sentence() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        from voice_server.commands.shared.click_command import usage_error  # noqa: PLC0415 - only for errors

        raise usage_error(error, "voice-server") from None


def with_command_name(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the command's name in front where only its options were given."""
    first = arguments[0] if arguments else ""
    if not first.startswith("-") or first in _GROUP_OPTIONS:
        return list(arguments)
    names = [argument.partition("=")[0] for argument in arguments]
    for option, command in _COMMAND_OPTIONS.items():
        if option in names:
            kept = [argument for argument in arguments if option == "--text" or argument != option]
            return [command, *kept]
    raise click.UsageError(f"name a command ({', '.join(_COMMANDS)}), or --repl, --stream-tokens or --text")


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    click.echo(f"voice-server, version {version()}")
    ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
def cli() -> None:
    """Tokens in, speech out: a speech server of your own, and its tools.

    Start with `voice-server stream-tokens`. Every command explains itself with --help.
    """


def main() -> None:
    """Run the command line."""
    from voice_server.commands.shared.program import run_program  # noqa: PLC0415 - the path is right only now

    run_program(cli, Path(sys.argv[0]).name)


if __name__ == "__main__":
    main()
