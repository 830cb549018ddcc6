"""Where a worker keeps what can be made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.worker.cache_folder import CACHE_VARIABLE, cache_folder


def test_a_backend_s_own_variable_comes_before_the_server_s_folder_and_that_before_the_usual_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/own")
    monkeypatch.setenv(CACHE_VARIABLE, "/of/the/server")
    monkeypatch.setenv("HOME", "/home/me")
    assert cache_folder() == Path("/own/voice-server")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path("/of/the/server")
    monkeypatch.delenv(CACHE_VARIABLE)
    assert cache_folder() == Path("/home/me/.cache/voice-server")
