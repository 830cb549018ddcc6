"""Error messages that may be sent to clients: one line, without traceback, paths and control characters."""

from __future__ import annotations

import re

from voice_server.errors import VoiceServerError

_PATH = re.compile(r"(?<![\w/])(?:/[^\s/'\":,;]+)+/([^\s/'\":,;]+)")
_LONGEST = 300


def describe(error: BaseException) -> str:
    """Return one line that says what went wrong, without folders of this machine."""
    if isinstance(error, VoiceServerError):
        return public(error.message)
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"the package {error.name!r} is missing from the backend's environment"
    first_line = str(error).strip().partition("\n")[0]
    return public(f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__)


def public(text: str) -> str:
    """Return `text` without the folders of any path and control characters, at most 300 characters of it."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    return _PATH.sub(r"\1", shown)[:_LONGEST]
