"""Engines with their real weights and a recogniser: both must have been set up, else the tests fail.

voice-server setup listener piper kokoro
pytest -m heard
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import pytest

from tests.heard.engines import ENGINES, HeardSentences, Listening
from tests.heard.heard_server import heard_server
from tests.heard.sentences import NORMALISED, PLAIN
from voice_server.commands.doctor.sound_edges import sound_spans
from voice_server.commands.shared.listener import word_error_rate

_LISTENING = pytest.StashKey[Listening]()
_COLUMNS = (*PLAIN, *NORMALISED)


@pytest.fixture(scope="session")
def listening(request: pytest.FixtureRequest) -> Iterator[Listening]:
    """A live server with every engine up, and what is heard of it."""
    with heard_server([*ENGINES, "tone"]) as server:
        request.config.stash[_LISTENING] = Listening(server)
        yield request.config.stash[_LISTENING]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was heard: a row for each engine, through the server and alone."""
    found = config.stash.get(_LISTENING, None)
    if found is None:
        return
    terminalreporter.section("words misheard, %")
    terminalreporter.write_line(_row("", [*_COLUMNS, "all", "LUFS", "ms before", "ms after"]))
    for name, heard in found.through_server.items():
        terminalreporter.write_line(_row(name, [*_rates(heard), *_sound(heard)]))
    for name, heard in found.by_itself.items():
        terminalreporter.write_line(_row(f"{name} alone", _rates(heard)))
    for name, heard in found.through_server.items():
        for each in heard.heard:
            if each.errors:
                terminalreporter.write_line(f"{name}: {each.reading!r} was heard as {each.text!r}")


def _rates(heard: HeardSentences) -> list[str]:
    kinds = [word_error_rate(heard.of([kind])) for kind in _COLUMNS]
    return [f"{100 * rate:.1f}" for rate in (*kinds, word_error_rate(heard.heard))]


def _sound(heard: HeardSentences) -> list[str]:
    spans = [(take, sound_spans(take)) for take in heard.takes]
    loudness = median(each.loudness_lufs or 0 for each in heard.heard)
    before = median(found[0].start_ms for _, found in spans)
    after = median(take.duration_ms - found[-1].end_ms for take, found in spans)
    return [f"{loudness:.1f}", f"{before:.0f}", f"{after:.0f}"]


def _row(name: str, cells: list[str]) -> str:
    return f"{name:<13}" + "".join(f"{cell:>14}" for cell in cells)
