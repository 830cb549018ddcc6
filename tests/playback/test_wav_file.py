from __future__ import annotations

import errno
import os
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from voice_server.core.audio.pcm import samples_in
from voice_server.core.audio.wav_header import wav_header
from voice_server.errors import ConfigError, VoiceServerError
from voice_server.playback import WavFile


class FullDisk:
    """A file on a disk with room for so many bytes."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self._file = file
        self._room = room

    def write(self, content: bytes) -> int:
        self._room -= len(content)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(content)

    def seek(self, offset: int) -> int:
        return self._file.seek(offset)

    def close(self) -> None:
        self._file.close()
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    @property
    def closed(self) -> bool:
        return self._file.closed


def play_all(out: WavFile, *pieces: bytes) -> None:
    for piece in pieces:
        out.play(piece)


def test_the_file_is_whole_with_a_true_header(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with WavFile(path, 16_000) as out:
        out.play(b"\1\2" * 160)
        out.play(b"\3\4" * 160)
        assert out.played_ms == 20
        assert out.wait_until_heard()
        assert out.clear() == 0
    with wave.open(str(path)) as reader:
        assert reader.getframerate() == 16_000
        assert reader.readframes(1000) == b"\1\2" * 160 + b"\3\4" * 160
    assert list(tmp_path.iterdir()) == [path]


def test_the_name_appears_only_at_the_end_and_an_older_file_stays_until_then(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"older")
    with WavFile(path) as out:
        out.play(b"\1\2")
        assert path.read_bytes() == b"older"
    assert path.read_bytes()[:4] == b"RIFF"


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"older")
    with pytest.raises(ValueError, match="even"), WavFile(path) as out:
        play_all(out, b"\1\2", b"\3\4"[: samples_in(b"odd")])
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("room", [50, 44 + 100])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"older")
    out = WavFile(path)
    monkeypatch.setattr(out._output, "file", FullDisk(out._output.file, room))
    with pytest.raises(VoiceServerError, match=r"cannot write '.*a\.wav': no space left on device"):
        play_all(out, bytes(100), bytes(60))
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_fills_with_the_last_bytes_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.wav"
    out = WavFile(path)
    monkeypatch.setattr(out._output, "file", FullDisk(out._output.file, 10))
    with pytest.raises(VoiceServerError, match="no space left"):
        out.close()
    assert list(tmp_path.iterdir()) == []


def test_through_a_pipe_the_header_leaves_the_length_open(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with ThreadPoolExecutor() as reader:
        received = reader.submit(path.read_bytes)
        with WavFile(path) as out:
            out.play(b"\1\2")
    assert received.result() == wav_header(24_000, None) + b"\1\2"


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    out = WavFile(tmp_path / "a.wav")
    out.close()
    out.close()
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize("where", ["missing/a.wav", "."])
def test_a_place_that_takes_no_file_is_one_sentence(tmp_path: Path, where: str) -> None:
    with pytest.raises(ConfigError, match="cannot write"):
        WavFile(tmp_path / where)
    assert list(tmp_path.iterdir()) == []
