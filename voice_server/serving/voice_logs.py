"""A log of its own for each voice that is heard on this machine: when its texts began, ended, and why.

What is spoken stands in none of them.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from voice_server.serving.logs import LINE_FORMAT, FieldFormatter, PrivateLogFile

_PLAYBACK = "voice_server.playback"
_UNSAFE = re.compile(r"[^\w.+-]")
_NAME_CHARS = 100


class VoiceLogs(logging.Handler):
    """Writes records with a field `channel` (`backend/voice/language`) into the file of a voice.

    A file is open only while a line is written: there may be hundreds of voices.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.INFO)
        self._folder = folder
        self.setFormatter(FieldFormatter(LINE_FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record into its voice's file."""
        channel = getattr(record, "channel", None)
        if channel is None:
            return
        try:
            file = PrivateLogFile(self._folder / _file_name(str(channel)))
        except OSError:
            self.handleError(record)
            return
        try:
            file.setFormatter(self.formatter)
            file.handle(record)
        finally:
            file.close()


def _file_name(channel: str) -> str:
    """`voice_server_VOICE_LANGUAGE.log`."""
    voice_and_language = "_".join(channel.split("/")[1:])
    return f"voice_server_{_UNSAFE.sub('_', voice_and_language)[:_NAME_CHARS]}.log"


def log_voices_in(folder: Path) -> None:
    """Keep a log of each voice in a folder, whatever the level of the other log is."""
    playback = logging.getLogger(_PLAYBACK)
    playback.addHandler(VoiceLogs(folder))
    playback.setLevel(min(logging.INFO, logging.getLogger().level))
