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

_RUNS = 3
_ROUNDS = 30
_FIRST_SENTENCES = ANSWER[: ANSWER.index("!") + 1]
"""Three: long enough to hear the next begin behind the first, short enough for many rounds."""


@click.command(cls=CliCommand)
@click.argument("file", required=False, metavar="[FILE]")
@text_option()
@encoding_option
@server_options
@click.option("--clients", default="1,8,32,100", show_default=True, metavar="N,…", help="How many at once.")
@click.option("--rate", default=50.0, show_default=True, type=FiniteRange(min=0, min_open=True),
              help="Tokens a second of each client; each load is also run in a burst.")  # fmt: skip
@click.option("--runs", type=click.IntRange(1), help="How often.  [default: 3; with --dialect 30]")
@click.option(
    "--null/--no-null", "with_null", default=True, help="Also load the tone backend: the server's own share."
)
@click.option(
    "--dialect", "dialects", metavar="NAME", multiple=True,
    help="Only compare another protocol, such as wyoming, with /stream-tokens, in short rounds; repeatable.",
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
    runs: int | None,
    with_null: bool,
    dialects: tuple[str, ...],
    overload: bool,
    as_json: bool,
) -> None:
    """Measure latency, gaps, CPU and memory of a server under load.

    The server is the one at --url, or one that is started for this, whose CPU and memory are read too. The
    text is FILE, standard input with -, that of --text, or a built-in answer of twelve sentences, of which
    --dialect takes the first three.
    """
    from voice_server.commands.benchmark.benchmark_table import table  # noqa: PLC0415 - as below
    from voice_server.commands.benchmark.comparison import ComparisonPlan, compare  # noqa: PLC0415 - as below
    from voice_server.commands.benchmark.comparison_report import comparison_table  # noqa: PLC0415 - as below
    from voice_server.commands.benchmark.dialect_clients import DIALECTS  # noqa: PLC0415 - as below
    from voice_server.commands.benchmark.measure import BenchmarkPlan, measure  # noqa: PLC0415 - not needed for --help
    from voice_server.serving.event_loop import run  # noqa: PLC0415 - as below

    for name in dialects:
        if name not in DIALECTS:
            raise UnknownName("dialect", name, DIALECTS)
    given, counts = given_text((), text, file, encoding), _client_counts(clients)
    if dialects:
        tokens = tokens_of(given or _FIRST_SENTENCES)
        rounds = _ROUNDS if runs is None else runs
        figures = run(compare(server, ComparisonPlan(tokens, counts, rate, rounds, dialects)))
        lines = comparison_table(figures)
    else:
        times = _RUNS if runs is None else runs
        plan = BenchmarkPlan(tokens_of(given or ANSWER), counts, rate, times, with_null, overload)
        figures = run(measure(server, plan))
        lines = table(figures)
    click.echo(json.dumps(figures) if as_json else "\n".join(lines))


def _client_counts(listed: str) -> list[int]:
    try:
        counts = [int(each) for each in listed.split(",")]
    except ValueError:
        counts = [0]
    if min(counts) < 1:
        raise ConfigError(f"--clients is a list of whole numbers from 1, such as 1,8,32, not {listed!r}")
    return counts
