from __future__ import annotations

import os
import resource
import sys
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from voice_server.core.audio.pcm import samples_in
from voice_server.core.audio.wav_header import wav_header
from voice_server.errors import ConfigError, ReaderGone, RequestError, VoiceServerError
from voice_server.sound_files.file_formats import FORMAT_OF_SUFFIX
from voice_server.sound_files.sound_file import SoundFile

FORMATS = sorted(FORMAT_OF_SUFFIX)
ONE_SECOND = (np.arange(24_000) % 1000).astype("<i2").tobytes()


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


BYTES_PER_SECOND = {".pcm": 48_000, ".f32": 96_000, ".ulaw": 8000, ".alaw": 8000}
"""Of the formats that have no head."""


def seconds_in(path: Path) -> float:
    """How long a file plays, as FFmpeg decodes it."""
    if path.suffix in BYTES_PER_SECOND:
        return path.stat().st_size / BYTES_PER_SECOND[path.suffix]
    with av.open(str(path)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


def interrupted(path: Path, error: BaseException, *pieces: bytes) -> None:
    """Write a file whose block is left with an error."""
    with SoundFile(path) as out:
        play_all(out, *pieces)
        raise error


def play_all(out: SoundFile, *pieces: bytes) -> None:
    for piece in pieces:
        out.play(piece)


def test_the_file_is_whole_with_a_true_header(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with SoundFile(path) as out:
        out.play(b"\1\2" * 240)
        out.play(b"\3\4" * 240)
        assert out.played_ms == 20
        assert out.wait_until_heard()
        assert out.clear() == 0
    with wave.open(str(path)) as reader:
        assert reader.getframerate() == 24_000
        assert reader.readframes(1000) == b"\1\2" * 240 + b"\3\4" * 240
    assert list(tmp_path.iterdir()) == [path]


def test_the_name_appears_only_at_the_end_and_an_older_file_stays_until_then(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"older")
    with SoundFile(path) as out:
        out.play(b"\1\2")
        assert path.read_bytes() == b"older"
    assert path.read_bytes()[:4] == b"RIFF"


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"older")
    with pytest.raises(ValueError, match="even"), SoundFile(path) as out:
        play_all(out, b"\1\2", b"\3\4"[: samples_in(b"odd")])
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_suffix_is_the_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with SoundFile(path) as out:
        play_all(out, ONE_SECOND, ONE_SECOND)
    assert seconds_in(path) == pytest.approx(2, abs=0.12)


@pytest.mark.parametrize("suffix", FORMATS)
def test_ctrl_c_leaves_what_came_until_then_as_a_valid_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with pytest.raises(KeyboardInterrupt):
        interrupted(path, KeyboardInterrupt(), ONE_SECOND)
    assert seconds_in(path) == pytest.approx(1, abs=0.12)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143), ValueError()], ids=repr)
def test_no_end_before_the_last_sound_destroys_an_older_file(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"older")
    with pytest.raises(type(error)):
        interrupted(path, error, ONE_SECOND)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143)], ids=repr)
def test_sigterm_and_ctrl_c_before_any_sound_leave_nothing(tmp_path: Path, error: BaseException) -> None:
    pieces = [] if isinstance(error, KeyboardInterrupt) else [ONE_SECOND]
    with pytest.raises(type(error)):
        interrupted(tmp_path / "a.mp3", error, *pieces)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"older")
    with full_disk(1000), pytest.raises(VoiceServerError) as caught:  # noqa: PT012 - it may come with any of these
        out = SoundFile(path)
        play_all(out, *[ONE_SECOND] * 10)
        out.close()
    assert caught.value.message == f"cannot write {str(path)!r}: file too large"
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_device_is_noticed_with_the_last_bytes() -> None:
    out = SoundFile(Path("/dev/full"))
    with pytest.raises(VoiceServerError, match="no space left"):
        out.close()


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".opus"])
def test_a_reader_that_goes_is_no_error_of_the_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"pipe{suffix}"
    os.mkfifo(path)
    with ThreadPoolExecutor() as reader:
        reader.submit(lambda: path.open("rb").close())
        out = SoundFile(path)
    with pytest.raises(ReaderGone):  # noqa: PT012 - a pipe may hold the first pieces
        play_all(out, *[ONE_SECOND] * 10)
        out.close()


def test_without_ffmpeg_the_formats_that_it_encodes_are_refused_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(RequestError, match="mp3 is encoded by the package av") as caught:
        SoundFile(tmp_path / "a.mp3")
    assert caught.value.code == "no_encoder"
    assert list(tmp_path.iterdir()) == []
    with SoundFile(tmp_path / "a.wav") as out:
        out.play(ONE_SECOND)


def test_through_a_pipe_the_header_leaves_the_length_open(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with ThreadPoolExecutor() as reader:
        received = reader.submit(path.read_bytes)
        with SoundFile(path) as out:
            out.play(b"\1\2")
    assert received.result() == wav_header(24_000, None) + b"\1\2"


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    out = SoundFile(tmp_path / "a.wav")
    out.close()
    out.close()
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize("where", ["missing/a.wav", "."])
def test_a_place_that_takes_no_file_is_one_sentence(tmp_path: Path, where: str) -> None:
    with pytest.raises(ConfigError, match="cannot write"):
        SoundFile(tmp_path / where)
    assert list(tmp_path.iterdir()) == []
