"""The text of a command: a file or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from voice_server.commands.shared.os_errors import reason_of
from voice_server.errors import ConfigError


def read_text(file: str) -> str:
    """Return the text of a file, or of standard input for "-". Raises ConfigError."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read {file!r}: {reason_of(error)}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file!r} is not UTF-8 text") from None
    if not text.strip():
        raise ConfigError("there is no text to speak")
    return text
