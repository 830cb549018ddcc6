"""`voice-server bench`: the latency, gaps, CPU and memory of a server under load.

Each run measures the floor and every load in turn, so that other work on the machine disturbs all of them
alike.
"""

from __future__ import annotations

import json

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    FiniteRange,
    ServerChoice,
    encoding_option,
    json_option,
    server_options,
    text_option,
)
from voice_server.commands.shared.text_input import given_text
from voice_server.commands.simulate.simulated_llm import ANSWER, tokens_of
from voice_server.errors import ConfigError, UnknownName


@click.command(cls=CliCommand)
@click.argument("file", required=False, metavar="[FILE]")
@text_option()
@encoding_option
@server_options
@click.option("--clients", default="1,8,32,100", show_default=True, metavar="N,…", help="How many at once.")
@click.option("--rate", default=50.0, show_default=True, type=FiniteRange(min=0, min_open=True),
              help="Tokens a second of each client; each load is also run in a burst.")  # fmt: skip
@click.option("--runs", default=3, show_default=True, type=click.IntRange(1), help="How often.")
@click.option(
    "--null/--no-null", "with_null", default=True, help="Also load the tone backend: the server's own share."
)
@click.option(
    "--dialect", "dialects", metavar="NAME", multiple=True,
    help="Also run each load over another protocol, such as wyoming, beside /stream-tokens; repeatable.",
)  # fmt: skip
@click.option(
    "--overload", is_flag=True,
    help="Measure only how listeners fare where twice as many come as are let in; --clients at most.",
)  # fmt: skip
@json_option
def bench(
    *,
    file: str | None,
    text: str | None,
    encoding: str | None,
    server: ServerChoice,
    clients: str,
    rate: float,
    runs: int,
    with_null: bool,
    dialects: tuple[str, ...],
    overload: bool,
    as_json: bool,
) -> None:
    """Measure latency, gaps, CPU and memory of a server under load.

    The server is the one at --url, or one that is started for this, whose CPU and memory are read too. The
    text is FILE, standard input with -, that of --text, or a built-in answer of twelve sentences.
    """
    from voice_server.commands.benchmark.benchmark_table import table  # noqa: PLC0415 - as below
    from voice_server.commands.benchmark.dialect_clients import DIALECTS  # noqa: PLC0415 - as below
    from voice_server.commands.benchmark.measure import BenchmarkPlan, measure  # noqa: PLC0415 - not needed for --help
    from voice_server.serving.event_loop import run  # noqa: PLC0415 - as below

    plan = BenchmarkPlan(
        tokens_of(given_text((), text, file, encoding) or ANSWER),
        _client_counts(clients),
        rate,
        runs,
        with_null,
        dialects,
        overload,
    )
    for name in dialects:
        if name not in DIALECTS:
            raise UnknownName("dialect", name, DIALECTS)
    figures = run(measure(server, plan))
    click.echo(json.dumps(figures) if as_json else "\n".join(table(figures)))


def _client_counts(listed: str) -> list[int]:
    try:
        counts = [int(each) for each in listed.split(",")]
    except ValueError:
        counts = [0]
    if min(counts) < 1:
        raise ConfigError(f"--clients is a list of whole numbers from 1, such as 1,8,32, not {listed!r}")
    return counts
