"""`voice-server completion SHELL`: the script that completes commands, options and voices in a shell."""

from __future__ import annotations

import click

from voice_server.commands.shared.click_command import CliCommand

_PROGRAM = "voice-server"
_SHELLS = ("bash", "zsh", "fish")


@click.command(cls=CliCommand)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of SHELL.

    For bash, put this into ~/.bashrc:  eval "$(voice-server completion bash)"
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only here

    kind = get_completion_class(shell)
    assert kind is not None
    variable = f"_{_PROGRAM}_COMPLETE".replace("-", "_").upper()
    # The template itself: click's own `source` asks the bash of this machine for its version first.
    script = kind(context.find_root().command, {}, _PROGRAM, variable)
    click.echo(script.source_template % script.source_vars())
