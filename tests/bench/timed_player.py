"""A player that writes down when it gets a text's first sound and when the device takes it.

The notes go into `stages` in the temporary folder, a line each: the moment, and what it is of.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from voice_server.playback.player import player_loop

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from voice_server.core.wire.child_messages import JobAudio
from voice_server.core.wire.codec import Message
from voice_server.process.stdio import StdioChannel, die_with_parent, take_descriptors

NOTES = "stages"


@cache
def _notes() -> int:
    return os.open(Path(tempfile.gettempdir()) / NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def note(what: str) -> None:
    """Write down that something happens now, at next to no cost."""
    os.write(_notes(), f"{time.perf_counter()} {what}\n".encode())


class _TimedPlayer(player_loop._Player):
    _last_track = 0
    _was_silent = True

    def _handle(self, message: Message) -> None:
        if isinstance(message, JobAudio) and message.job > self._last_track:
            self._last_track = message.job
            note("player")
        super()._handle(message)

    def _read(self, n_bytes: int) -> bytes:
        block = super()._read(n_bytes)
        is_silent = not any(block)
        if self._was_silent and not is_silent:
            note("device")
        self._was_silent = is_silent
        return block


if __name__ == "__main__":
    requests, answers = take_descriptors()
    die_with_parent()
    player_loop._Player = _TimedPlayer  # type: ignore[misc]
    player_loop.play(StdioChannel(requests, answers))
