"""A device asks for sound on a thread of its own until it is closed; a machine without one says so."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from voice_server.playback import device
from voice_server.playback.device import NoSpeakers, SoundDevice

WAIT_S = 10


def test_a_machine_without_speakers_is_one_sentence_and_no_noise(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(device, "_audible", lambda backends: [backends.CUSTOM])
    with pytest.raises(NoSpeakers, match="no speakers that can be opened"):
        SoundDevice(24_000, bytes, period_ms=20)
    os.write(2, b"still here\n")
    assert capfd.readouterr().err == "still here\n"


def test_without_the_package_it_is_the_same_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(NoSpeakers, match="needs the package miniaudio"):
        SoundDevice(24_000, bytes, period_ms=20)


def test_a_device_asks_for_whole_samples_on_a_thread_of_its_own() -> None:
    asked: list[tuple[int, int]] = []
    enough = threading.Event()

    def read(n_bytes: int) -> bytes:
        asked.append((n_bytes, threading.get_ident()))
        if len(asked) == 3:
            enough.set()
        return bytes(n_bytes)

    opened = SoundDevice(24_000, read, period_ms=20, periods=3, silent=True)
    assert enough.wait(WAIT_S)
    opened.close()
    assert all(n_bytes > 0 and n_bytes % 2 == 0 for n_bytes, _ in asked)
    assert threading.get_ident() not in {thread for _, thread in asked}


def test_a_device_that_nobody_hears_has_no_name_and_no_others_beside_it() -> None:
    opened = SoundDevice(24_000, bytes, period_ms=20, name="Headphones", silent=True)
    opened.close()
    assert (opened.name, opened.names) == ("", ())
