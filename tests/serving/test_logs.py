"""A log line is one line, whatever is in its fields; a flood is a few lines; a file is private."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from voice_server.serving.logs import FieldFormatter, LimitedHandler, PrivateLogFile, log_to


def line_of(**fields: object) -> str:
    record = logging.makeLogRecord({"msg": "worker ended", "levelname": "WARNING", "name": "pool", **fields})
    return FieldFormatter("%(levelname)s %(name)s: %(message)s").format(record)


def test_fields_stand_behind_the_message() -> None:
    assert line_of(worker="espeak-1", status=-9) == "WARNING pool: worker ended worker=espeak-1 status=-9"


def test_what_would_steer_a_terminal_is_escaped_in_messages_and_tracebacks_too() -> None:
    error = ValueError("a \x1b[31mred\x1b[0m one\r")
    line = line_of(msg="it is \x1b[1mbold", exc_info=(ValueError, error, None))
    assert line.splitlines()[0] == r"WARNING pool: it is \x1b[1mbold"
    assert line.splitlines()[-1] == r"ValueError: a \x1b[31mred\x1b[0m one\r"


def test_without_fields_there_is_only_the_message() -> None:
    assert line_of() == "WARNING pool: worker ended"


@pytest.mark.parametrize("text", ["two words", "a\nb", "\x1b[31m", ""])
def test_what_could_deceive_the_reader_is_quoted(text: str) -> None:
    assert line_of(text=text) == f"WARNING pool: worker ended text={text!r}"


def test_a_message_with_a_name_that_a_client_chose_is_one_line() -> None:
    line = line_of(
        msg="en-us speaks for the voice %.80s, which is not here", args=("a\nERROR \x1b[31mé",), n=1
    )
    assert line == r"WARNING pool: en-us speaks for the voice a\nERROR \x1b[31mé, which is not here n=1"


@pytest.mark.parametrize(
    "message",
    [
        "GET /stream-tokens?token=S3cret&v=2",
        "'GET /?v=2&TOKEN=S3cret'",
        "< Authorization: Bearer S3cret",
        "authorization: bearer  S3cret",
        "Sec-WebSocket-Protocol: voice-server, token.S3cret",
    ],
)
@pytest.mark.parametrize("where", ["msg", "a field", "an exception"])
def test_what_looks_like_a_token_is_masked_wherever_it_stands(message: str, where: str) -> None:
    error = ValueError(message)
    fields: dict[str, dict[str, Any]] = {
        "msg": {"msg": message},
        "a field": {"text": message},
        "an exception": {"exc_info": (ValueError, error, None)},
    }
    line = line_of(**fields[where])
    assert "S3cret" not in line
    assert "…" in line


def test_words_about_tokens_are_not_masked() -> None:
    assert line_of(msg="a token is missing", tokens=5).endswith("a token is missing tokens=5")


class Kept(logging.Handler):
    """A handler that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def left_out(self) -> int:
        return sum(getattr(record, "left_out", 0) for record in self.records)


class Limited:
    """A handler with a limit, what it passed on, and its clock."""

    def __init__(self) -> None:
        self.kept = Kept()
        self.now = 0.0
        self.handler = LimitedHandler(self.kept, lambda: self.now)

    def write(self, count: int, message: str = "invalid request", level: int = logging.WARNING) -> None:
        for number in range(count):
            record = logging.makeLogRecord({"name": "x", "msg": message, "levelno": level, "number": number})
            self.handler.handle(record)


def test_of_ten_thousand_lines_of_a_kind_a_few_are_written_and_the_rest_is_counted() -> None:
    limited = Limited()
    limited.write(10_000)
    limited.handler.close()
    written = limited.kept.records
    assert len(written) < 50
    assert len(written) + limited.kept.left_out == 10_000
    assert getattr(written[-1], "number", None) == 9_999


def test_every_while_has_lines_of_its_own_and_tells_of_the_one_before() -> None:
    limited = Limited()
    for window in range(5):
        limited.now = window * 60.0
        limited.write(1_000)
    limited.handler.flush()
    assert 5 * 10 < len(limited.kept.records) < 5 * 50
    assert len(limited.kept.records) + limited.kept.left_out == 5_000
    limited.handler.close()


def test_a_flood_of_one_kind_hides_no_other() -> None:
    limited = Limited()
    limited.write(1_000)
    limited.write(1, "worker ended")
    limited.write(1, level=logging.ERROR)
    shown = [(record.msg, record.levelno) for record in limited.kept.records[-2:]]
    assert shown == [("worker ended", logging.WARNING), ("invalid request", logging.ERROR)]
    limited.handler.close()


def test_whoever_asks_for_information_gets_every_line_of_it() -> None:
    limited = Limited()
    limited.write(1_000, "request", logging.INFO)
    limited.handler.close()
    assert len(limited.kept.records) == 1_000


def test_lines_that_all_differ_are_a_flood_too() -> None:
    limited = Limited()
    for number in range(3_000):
        limited.write(1, f"{number} is wrong")
    limited.handler.close()
    assert len(limited.kept.records) < 500
    assert len(limited.kept.records) + limited.kept.left_out == 3_000


def test_a_few_lines_are_all_written_and_nothing_is_said_of_any_left_out() -> None:
    limited = Limited()
    limited.write(5)
    limited.handler.close()
    assert [getattr(record, "number", None) for record in limited.kept.records] == list(range(5))
    assert limited.kept.left_out == 0


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_log_file_is_private_whatever_was_there_before_and_so_are_the_older_ones(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    names = [path, *(path.with_name(f"server.log.{number}") for number in (1, 2, 3))]
    for name in names[:3]:
        name.write_text("old")
        name.chmod(0o666)
    handler = PrivateLogFile(path)
    assert [mode_of(name) for name in names[:3]] == [0o600] * 3
    for _ in range(3):
        handler.emit(logging.makeLogRecord({"msg": "x" * 600_000}))
    handler.close()
    assert [mode_of(name) for name in names] == [0o600] * 4


def test_a_new_log_file_is_private_whatever_the_mask_says(tmp_path: Path) -> None:
    PrivateLogFile(tmp_path / "new.log").close()
    assert mode_of(tmp_path / "new.log") == 0o600


def test_a_device_keeps_its_mode() -> None:
    before = mode_of(Path("/dev/null"))
    PrivateLogFile(Path("/dev/null")).close()
    assert mode_of(Path("/dev/null")) == before


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
    kept = Kept()
    log_to(kept, "error")
    for level in (logging.WARNING, logging.ERROR):
        root.log(level, "worker ended")
    assert [record.levelno for record in kept.records] == [logging.ERROR]
    assert isinstance(kept.formatter, FieldFormatter)
