"""How log records are written: a constant message, then its fields.

`WARNING voice_server.pool.backend_workers: worker ended worker=espeak-1 status=-9`. Fields come from users
and from engines, so control characters are escaped and long values are cut: a log line stays one line.
"""

from __future__ import annotations

import logging

_FIELD_CHARS = 200
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class FieldFormatter(logging.Formatter):
    """Appends the fields given with `extra=` as key=value."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text; a traceback, if there is one, on the lines after it."""
        line, newline, rest = super().format(record).partition("\n")
        fields = [f"{key}={_shown(value)}" for key, value in vars(record).items() if key not in _STANDARD]
        return " ".join([line, *fields]) + newline + rest


def _shown(value: object) -> str:
    text = str(value)
    if len(text) > _FIELD_CHARS:
        text = text[:_FIELD_CHARS] + "…"
    return repr(text) if not text.isprintable() or " " in text or not text else text


def log_to(handler: logging.Handler, level: str) -> None:
    """Send every record of `level` and above to a handler."""
    handler.setFormatter(FieldFormatter("%(levelname)s %(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])
