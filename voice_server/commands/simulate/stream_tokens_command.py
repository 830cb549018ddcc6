"""`voice-server stream-tokens`: streams a text's tokens, plays the sentences, and prints their timing."""

from __future__ import annotations

from typing import Any

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    FiniteRange,
    encoding_option,
    json_option,
    output_option,
    server_options,
    speaker_options,
    text_option,
)
from voice_server.commands.shared.text_input import given_text
from voice_server.commands.simulate.simulated_llm import ANSWER
from voice_server.commands.simulate.simulation import TOKENS_PER_S, run_simulation


@click.command(cls=CliCommand)
@click.argument("file", required=False, metavar="[FILE]")
@text_option()
@encoding_option
@server_options
@speaker_options
@click.option("--rate", metavar="N", type=FiniteRange(min=0, min_open=True), default=TOKENS_PER_S,
              show_default=True, help="Tokens a second.")  # fmt: skip
@click.option("--burst", is_flag=True, help="Send all tokens at once.")
@output_option()
@json_option
def stream_tokens(file: str | None, text: str | None, encoding: str | None, **options: Any) -> None:
    """Stream tokens, as an LLM would, and hear the sentences as they are spoken.

    The text is FILE, standard input with -, that of --text, or a built-in answer. A server in this program
    speaks it, or the one at --url. A line for each sentence tells how long after it was certain its sound
    came, how long it is, what rendering cost in proportion, and the silence before it.
    """
    run_simulation(given_text((), text, file, encoding) or ANSWER, **options)
