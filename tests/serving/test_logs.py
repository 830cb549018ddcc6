"""A log line is one line, whatever is in its fields."""

from __future__ import annotations

import logging

import pytest

from voice_server.serving.logs import FieldFormatter, log_to


def line_of(**fields: object) -> str:
    record = logging.makeLogRecord({"msg": "worker ended", "levelname": "WARNING", "name": "pool", **fields})
    return FieldFormatter("%(levelname)s %(name)s: %(message)s").format(record)


def test_fields_stand_behind_the_message() -> None:
    assert line_of(worker="espeak-1", status=-9) == "WARNING pool: worker ended worker=espeak-1 status=-9"


def test_without_fields_there_is_only_the_message() -> None:
    assert line_of() == "WARNING pool: worker ended"


@pytest.mark.parametrize("text", ["two words", "a\nb", "\x1b[31m", ""])
def test_what_could_deceive_the_reader_is_quoted(text: str) -> None:
    assert line_of(text=text) == f"WARNING pool: worker ended text={text!r}"


def test_long_values_are_cut() -> None:
    assert len(line_of(text="a" * 10_000)) < 300


def test_a_traceback_follows_the_line() -> None:
    error = ValueError("no")
    lines = line_of(worker="x", exc_info=(ValueError, error, None)).splitlines()
    assert lines[0] == "WARNING pool: worker ended worker=x"
    assert lines[-1] == "ValueError: no"


def test_records_below_the_level_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.RootLogger(logging.WARNING)
    monkeypatch.setattr(logging, "root", root)
    handler = logging.Handler()
    log_to(handler, "error")
    assert (root.level, root.handlers, handler.formatter.__class__) == (
        logging.ERROR,
        [handler],
        FieldFormatter,
    )
