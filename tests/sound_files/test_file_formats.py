"""A file's suffix names its format, for every command that writes sound."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest

from voice_server.errors import ConfigError
from voice_server.sound_files.file_formats import FORMAT_OF_SUFFIX, FormatName, format_of


@pytest.mark.parametrize(
    ("name", "audio_format"),
    [
        *FORMAT_OF_SUFFIX.items(),
        ("talk.MP3", "mp3"),
        ("two.dots.flac", "flac"),
        ("none", "wav"),
        (".hidden", "wav"),
        ("-", "wav"),
    ],
)
def test_the_suffix_names_the_format(name: str, audio_format: str) -> None:
    assert format_of(Path(f"a{name}" if name in FORMAT_OF_SUFFIX else name)) == audio_format


def test_every_format_has_a_suffix() -> None:
    assert set(FORMAT_OF_SUFFIX.values()) == set(get_args(FormatName))


@pytest.mark.parametrize("name", ["a.txt", "a.wav.bak", "take.2", "a.m4a"])
def test_any_other_suffix_is_an_error_that_lists_what_there_is(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"'{name}' names no format .*\.wav, \.mp3, .*\.pcm"):
        format_of(Path(name))


def test_a_pipe_may_have_any_name_and_its_suffix_counts_where_it_names_a_format(tmp_path: Path) -> None:
    for name in ("a.fifo", "a.mp3"):
        os.mkfifo(tmp_path / name)
    assert [format_of(tmp_path / name) for name in ("a.fifo", "a.mp3")] == ["wav", "mp3"]
