"""The command of `client.py` as a script: streams a text token by token to a running server."""

from __future__ import annotations

from typing import Any

import click

from voice_server.client_addresses import DEFAULT_URL
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    ServerChoice,
    TokenType,
    encoding_option,
    json_option,
    output_option,
    speaker_options,
    text_option,
)
from voice_server.commands.shared.text_input import given_text
from voice_server.commands.simulate.simulated_llm import ANSWER
from voice_server.commands.simulate.simulation import TOKENS_PER_S, run_simulation


@click.command(cls=CliCommand)
@click.option("--url", metavar="URL", default=DEFAULT_URL, show_default=True, help="The server.")
@click.option("--token", metavar="TOKEN", type=TokenType(), help="What the server asks for.")
@click.option("--backend", metavar="NAME", help="The backend that speaks.")
@speaker_options
@text_option()
@encoding_option
@output_option()
@json_option
def client_example(
    *,
    url: str,
    token: str | None,
    backend: str | None,
    text: str | None,
    encoding: str | None,
    **options: Any,
) -> None:
    """Stream a sample text token by token to a server, and hear it or save it."""
    server = ServerChoice(url=url, backend=backend, token=token)
    run_simulation(
        given_text((), text, encoding=encoding) or ANSWER,
        server=server,
        rate=TOKENS_PER_S,
        burst=False,
        **options,
    )
