from __future__ import annotations

import asyncio
import threading
import wave
from pathlib import Path
from typing import Any

import pytest

from voice_server.commands.shared.sound_output import ahead_s_for, play
from voice_server.playback import open_sink


class Speakers:
    """A sink without a file, which records the threads that play on it."""

    path, takes_long = None, True

    def __init__(self) -> None:
        self.played: list[tuple[bytes, bool]] = []

    def play(self, pcm: bytes) -> None:
        self.played.append((pcm, threading.current_thread() is threading.main_thread()))


def test_speakers_keep_the_servers_default_and_do_not_block_the_event_loop() -> None:
    speakers: Any = Speakers()
    asyncio.run(play(speakers, b"ab"))
    assert speakers.played == [(b"ab", False)]
    assert ahead_s_for(speakers) is None


def test_a_file_is_rendered_as_far_ahead_as_the_protocol_allows(tmp_path: Path) -> None:
    with open_sink(tmp_path / "a.wav") as sink:
        assert ahead_s_for(sink) == pytest.approx(600)
        asyncio.run(play(sink, bytes(4800)))
    with wave.open(str(tmp_path / "a.wav")) as reader:
        assert reader.getnframes() == 2400
