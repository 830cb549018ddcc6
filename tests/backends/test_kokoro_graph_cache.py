"""Where the graphs cannot be kept, one sentence says where, how much room they take, and what to do."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections import namedtuple
from pathlib import Path

import pytest

from tts_backends.kokoro.graph_cache import (
    ROOM_BYTES,
    cache_folder,
    remove_leftovers,
    unfinished_folder,
)
from voice_server.process.public_errors import describe
from voice_server.worker.api import BackendError

_Usage = namedtuple("_Usage", "total used free")


def set_free(monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    """Let every disk have so much room."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(n_bytes, 0, n_bytes))


def fill_up_and_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do as ONNX Runtime does on a disk that is full."""
    set_free(monkeypatch, 0)
    raise RuntimeError("[ONNXRuntimeError] graph.cc:5543")


def said(error: BackendError) -> str:
    """What a client is told."""
    assert error.message == describe(error), "nothing in it is hidden, and nothing cut"
    return error.message


def test_too_little_room_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    set_free(monkeypatch, 123_000_000)
    with pytest.raises(BackendError) as error, unfinished_folder(cache_folder()):
        raise AssertionError("begun without room")
    assert said(error.value) == (
        "kokoro keeps 0.5 GB of graphs in the cache of voice-server, which cannot be written (there are"
        " 0.12 GB left); make room there, or set XDG_CACHE_HOME or VOICE_SERVER_HOME to another folder"
    )
    assert list(cache_folder().iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(BackendError) as error, unfinished_folder(cache_folder()):
        pass
    assert "which cannot be written (Not a directory); make room there, or set XDG" in said(error.value)


def test_a_disk_that_fills_up_meanwhile_is_said_whatever_was_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackendError, match=r"0\.00 GB left"), unfinished_folder(tmp_path):
        fill_up_and_fail(monkeypatch)
    assert list(tmp_path.iterdir()) == []


def test_a_full_quota_is_said_though_the_disk_has_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_free(monkeypatch, ROOM_BYTES)
    with pytest.raises(BackendError, match="cannot be written"), unfinished_folder(tmp_path):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


def test_other_errors_stay_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_free(monkeypatch, ROOM_BYTES)
    with pytest.raises(KeyError), unfinished_folder(tmp_path):
        raise KeyError("decoder")
    assert list(tmp_path.iterdir()) == []


def test_only_old_leftovers_are_removed(tmp_path: Path) -> None:
    for name, age_s in (("unfinished-old", 4000), ("unfinished-new", 60), ("finished", 4000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "text.bin").write_bytes(b"1")
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    remove_leftovers(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["finished", "unfinished-new"]
