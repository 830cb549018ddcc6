"""How log records are written: a constant message, then its fields.

`WARNING voice_server.pool.backend_workers: worker ended worker=espeak-1 status=-9`. Fields and some messages
hold what users and engines say, so control characters are escaped and long values are cut: a line stays one.
Of one kind of warning only so many are written in a while, however many mistakes a client makes; whoever asks
for `info` gets every line of it. No token is written.
"""

from __future__ import annotations

import logging
import os
import re
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

LINE_FORMAT = "%(levelname)s %(asctime)s %(name)s: %(message)s"
_FIELD_CHARS = 200
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",  # uvicorn's, the message once more
}
_SECRET = re.compile(r"(?i)((?:\btoken=|\btoken\.|\bbearer\s+))[^\s&\"',;]+")

_KIND_CHARS = 40
_MAX_KINDS = 200
_LINES_OF_A_KIND = 20
_WINDOW_S = 10.0
"""Of one kind of line so many are written in so many seconds, and then one with the number of the others."""

_FILE_BYTES, _OLD_FILES = 1_000_000, 3
_PRIVATE = 0o600


class FieldFormatter(logging.Formatter):
    """Appends the fields given with `extra=` as key=value, and masks what looks like a token."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text; a traceback, if there is one, on the lines after it."""
        line, newline, rest = super().format(record).partition("\n")
        fields = [f"{key}={_shown(value)}" for key, value in vars(record).items() if key not in _STANDARD]
        return _SECRET.sub(r"\1…", _printable(" ".join([line, *fields]) + newline + rest))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The message in one line: what a client named may stand in it."""
        message = super().formatMessage(record).rstrip()
        return _printable(message, kept="")


def _printable(text: str, *, kept: str = "\n\t") -> str:
    """The text with what would steer a terminal escaped: libraries' messages hold it, and errors."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in kept else repr(each)[1:-1] for each in text)


def _shown(value: object) -> str:
    text = str(value)
    if len(text) > _FIELD_CHARS:
        text = text[:_FIELD_CHARS] + "…"
    return repr(text) if not text.isprintable() or " " in text or not text else text


@dataclass(slots=True)
class _Window:
    """What came of one kind of line since a time."""

    began: float
    written: int = 0
    left_out: int = 0
    last: logging.LogRecord | None = None  # of those that were left out


class LimitedHandler(logging.Handler):
    """Passes records on to a handler, of warnings and errors of one kind only so many in a while.

    What was left out is told at the end of the while by the last record, with the field `left_out`.
    `now` is a clock in seconds.
    """

    def __init__(self, handler: logging.Handler, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._handler = handler
        self._now = now
        self._windows: dict[tuple[str, int, str], _Window] = {}
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on, or leave it out."""
        if record.levelno < logging.WARNING:
            self._handler.handle(record)
            return
        now = self._now()
        kind = record.name, record.levelno, str(record.msg)[:_KIND_CHARS]
        if kind not in self._windows and len(self._windows) >= _MAX_KINDS:
            kind = record.name, record.levelno, ""
        window = self._windows.get(kind)
        if window is None or now - window.began >= _WINDOW_S:
            self._end_windows(now)
            window = self._windows[kind] = _Window(now)
        if window.written < _LINES_OF_A_KIND:
            window.written += 1
            self._handler.handle(record)
            return
        window.left_out += 1
        window.last = record
        if self._timer is None:
            self._timer = threading.Timer(_WINDOW_S, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def flush(self) -> None:
        """Tell what has been left out so far."""
        self.acquire()
        try:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._end_windows(float("inf"))
        finally:
            self.release()
        self._handler.flush()

    def close(self) -> None:
        """Tell what has been left out so far, and close the handler."""
        self.flush()
        self._handler.close()
        super().close()

    def _end_windows(self, now: float) -> None:
        """Forget the windows that are over, and tell what each left out."""
        for kind, window in list(self._windows.items()):
            if now - window.began >= _WINDOW_S:
                del self._windows[kind]
                if window.last is not None:
                    window.last.left_out = window.left_out - 1
                    self._handler.handle(window.last)


class PrivateLogFile(RotatingFileHandler):
    """A log file of 1 MB at most and three before it, which nobody but this user can read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
        for number in range(1, _OLD_FILES + 1):
            old = Path(f"{self.baseFilename}.{number}")
            if old.is_file() and not old.is_symlink():
                old.chmod(_PRIVATE)

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # never the mode of /dev/stderr
            with suppress(PermissionError):  # another user's, who lets this one write
                os.fchmod(descriptor, _PRIVATE)
        return os.fdopen(descriptor, "a", encoding="utf-8")


def log_to(handler: logging.Handler, level: str) -> None:
    """Send every record of `level` and above to a handler, of one kind of warning only so many in a while."""
    handler.setFormatter(FieldFormatter(LINE_FORMAT))
    limited = LimitedHandler(handler)
    limited.setLevel(level.upper())  # a part of the program may log more, elsewhere
    logging.basicConfig(level=level.upper(), handlers=[limited])
