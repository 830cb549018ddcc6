"""`voice-server doctor`: checks every backend: environment, voices, and the adapter's contract."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import click

from voice_server.commands.doctor.findings import STARTS, Finding, findings_of
from voice_server.commands.doctor.pipeline_listing import pipeline_lines, pipeline_rows
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import home_option, json_option
from voice_server.commands.shared.natural_voice import default_backend_told
from voice_server.commands.shared.program_name import as_typed
from voice_server.commands.shared.terminal import print_note, styled
from voice_server.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from voice_server.config import Config

_NAME_WIDTH = 55
_FOLDER_WIDTH = 20


@click.command(cls=CliCommand)
@click.argument("names", nargs=-1, metavar="[BACKEND]...")
@click.option("--config", metavar="FILE", help="The backends.yaml to use.")
@home_option
@click.option("--quick", is_flag=True, help="Start the backends and stop there: no conformance check.")
@click.option("--listen", is_flag=True,
              help="Have a recogniser listen too; get it with: voice-server setup listener")  # fmt: skip
@click.option(
    "--pipeline", is_flag=True, help="List the stages of text and sound, plugins among them; no checks."
)
@json_option
def doctor(
    *,
    names: tuple[str, ...],
    config: str | None,
    quick: bool,
    listen: bool,
    pipeline: bool,
    as_json: bool,
) -> None:
    """Check every backend, or those named: environment, voices, and whether it does what it must.

    With --listen a backend speaks some sentences, too, and you are told how many words a recogniser misheard,
    and whether silence, loudness and word times are as they should be.

    With --pipeline the stages are listed through which a sentence and its sound go; nothing is checked.

    Ends with exit code 1 when anything fails, or a plugin cannot be used.
    """
    from voice_server.config import load_config  # noqa: PLC0415 - not needed for --help
    from voice_server.serving.event_loop import run  # noqa: PLC0415
    from voice_server.voices.pronunciation_file import PronunciationFile  # noqa: PLC0415

    loaded = load_config(config)
    PronunciationFile(loaded.pronunciations, loaded.backends)  # a mistake in it ends a server's start too
    for name in names:
        if name not in loaded.backends:
            raise UnknownName("backend", name, loaded.backends)
    if pipeline:
        failures = run(_list_pipeline(loaded, names, as_json=as_json))
    else:
        failures = run(_check(loaded, names, quick=quick, listen=listen, as_json=as_json))
    if failures:
        click.get_current_context().exit(1)


async def _list_pipeline(config: Config, names: tuple[str, ...], *, as_json: bool) -> int:
    """Print the stages in order; return how many plugins cannot be used."""
    if names:
        raise ConfigError("--pipeline lists the stages of all backends; name none with it")
    rows = await pipeline_rows(config)
    lines = (json.dumps(dataclasses.asdict(row)) for row in rows) if as_json else pipeline_lines(rows)
    for line in lines:
        click.echo(line)
    return sum(row.kind == "not_used" for row in rows)


async def _check(config: Config, names: tuple[str, ...], *, quick: bool, listen: bool, as_json: bool) -> int:
    """Check the backends one after the other and print the findings; return how many are failures.

    Without names all are checked, and one with a lock file that has not been set up is no failure.
    """
    from voice_server.provisioning.environments import has_lock_file  # noqa: PLC0415 - not needed for --help

    failures = 0
    absent: list[str] = []
    for name in names or tuple(config.backends):
        if not as_json:
            click.echo(styled(name, bold=True))
        may_be_absent = not names and has_lock_file(config.backends[name])
        async for finding in _findings(config, name, quick=quick, listen=listen):
            is_absent = may_be_absent and finding.is_absence
            absent += [name] if is_absent else []
            failures += not finding.passed and not is_absent
            click.echo(json.dumps(dataclasses.asdict(finding)) if as_json else _row(finding, is_absent))
    if not as_json:
        if not names:
            _print_folders(config)
        print_note(_summary(failures, absent))
        if not names and (told := default_backend_told(config)):
            print_note(told)
    return failures


async def _findings(config: Config, name: str, *, quick: bool, listen: bool) -> AsyncIterator[Finding]:
    """The findings; that there is no adapter is told with every place that was looked at."""
    from voice_server.config import missing_adapter  # noqa: PLC0415 - not needed for --help

    fault = missing_adapter(config, name)
    async for finding in findings_of(name, config.backends[name], quick=quick, listen=listen):
        is_known = bool(fault) and finding.name == STARTS and not finding.passed
        yield dataclasses.replace(finding, detail=fault) if is_known else finding


def _print_folders(config: Config) -> None:
    from voice_server.home.home_folders import home_folders  # noqa: PLC0415 - not needed for --help

    click.echo(click.style("where your files lie", bold=True))
    click.echo(f"  {'read now':<{_FOLDER_WIDTH}} {config.source}")
    for what, folder in home_folders().listed().items():
        click.echo(f"  {what:<{_FOLDER_WIDTH}} {folder}")


def _row(finding: Finding, is_absent: bool) -> str:
    mark, color = ("✓", "green") if finding.passed else ("–", "yellow") if is_absent else ("✗", "red")
    detail = styled(as_typed(finding.detail), dim=True) if finding.detail else ""
    return f"  {styled(mark, fg=color)} {finding.name:<{_NAME_WIDTH}} {detail}".rstrip()


def _summary(failures: int, absent: Sequence[str]) -> str:
    if failures:
        return "1 check failed" if failures == 1 else f"{failures} checks failed"
    return f"what is set up is well; not set up: {', '.join(absent)}" if absent else "all is well"
