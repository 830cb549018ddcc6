"""A player that writes down when it gets a text's first sound and when the device takes it.

The notes go into `stages` in the temporary folder, a line each: the moment, and what it is of.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from voice_server.core.wire.messages import Audio, Message
from voice_server.playback.player import loop
from voice_server.worker.stdio import Channel, die_with_parent, take_descriptors

NOTES = "stages"


class _TimedPlayer(loop._Player):
    _last_track = 0
    _was_silent = True

    def _note(self, what: str) -> None:
        now = time.perf_counter()
        with (Path(tempfile.gettempdir()) / NOTES).open("a") as file:
            file.write(f"{now} {what}\n")

    def _obey(self, message: Message) -> None:
        if isinstance(message, Audio) and message.job > self._last_track:
            self._last_track = message.job
            self._note("player")
        super()._obey(message)

    def _read(self, n_bytes: int) -> bytes:
        block = super()._read(n_bytes)
        is_silent = not any(block)
        if self._was_silent and not is_silent:
            self._note("device")
        self._was_silent = is_silent
        return block


if __name__ == "__main__":
    requests, answers = take_descriptors()
    die_with_parent()
    loop._Player = _TimedPlayer  # type: ignore[misc]
    loop.play(Channel(requests, answers))
