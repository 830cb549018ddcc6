from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from voice_server.errors import ConfigError
from voice_server.playback import LocalSpeaker, NoSpeakers, open_sink, sound_sink


class Silent(LocalSpeaker):
    def __init__(self) -> None:
        super().__init__(silent=True)


def no_speakers() -> LocalSpeaker:
    raise NoSpeakers("none")


def test_a_named_file_is_written_even_where_there_are_speakers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_sink, "LocalSpeaker", Silent)
    with open_sink(tmp_path / "x.wav") as out:
        assert out.path == tmp_path / "x.wav"


def test_speakers_are_used_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_sink, "LocalSpeaker", Silent)
    with open_sink() as out:
        assert isinstance(out, LocalSpeaker)


def test_without_speakers_it_is_a_file_in_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_sink, "LocalSpeaker", no_speakers)
    monkeypatch.chdir(tmp_path)
    with open_sink() as out:
        assert out.path == tmp_path / "speech.wav"
    assert (tmp_path / "speech.wav").exists()


def test_where_this_folder_takes_no_file_it_is_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_sink, "LocalSpeaker", no_speakers)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "speech.wav").mkdir()
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(tmp_path / "speech.wav"))
    with open_sink() as out:
        assert out.path == tmp_path / "speech.wav" / "speech.wav"


def test_a_named_file_that_cannot_be_written_is_an_error_and_not_another_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        open_sink(tmp_path / "missing" / "x.wav")
