"""The floor of `say`: splitter, engine, resampler and sound device in one program, with nothing between.

A line of standard input is spoken, an empty one silences it. For each that is spoken the moment at which its
first sound was there for the device is written to standard output. The device is opened as the player's is.
"""

from __future__ import annotations

import sys
import time

from voice_server.commands.benchmark.engine_floor import EngineFloor
from voice_server.config import load_config
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.playback.buffer import PlayBuffer
from voice_server.playback.device import SoundDevice
from voice_server.playback.player import player_loop


def main() -> None:
    """Speak line by line."""
    buffer = PlayBuffer(SAMPLE_RATE_HZ)
    floor = EngineFloor(load_config().backends["espeak"])
    device = SoundDevice(
        SAMPLE_RATE_HZ, buffer.read, period_ms=player_loop._PERIOD_MS, periods=player_loop._PERIODS
    )
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip():
            _speak(floor, buffer, line.strip())
        else:
            buffer.clear()
    device.close()


def _speak(floor: EngineFloor, buffer: PlayBuffer, text: str) -> None:
    first_at = 0.0

    def write(pcm: bytes) -> None:
        nonlocal first_at
        buffer.write(pcm)
        first_at = first_at or (time.perf_counter() if pcm else 0.0)

    floor.speak(text, write)
    print(first_at, flush=True)


if __name__ == "__main__":
    main()
