from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from voice_server.commands.shared.file_lock import open_private, try_lock
from voice_server.errors import ConfigError


def test_a_lock_is_held_until_the_file_is_closed(tmp_path: Path) -> None:
    first, second = (open_private(tmp_path / "lock") for _ in range(2))
    assert try_lock(first)
    assert not try_lock(second)
    assert not try_lock(second, shared=True)
    os.close(first)
    assert try_lock(second)
    os.close(second)


def test_shared_locks_exclude_only_an_exclusive_one(tmp_path: Path) -> None:
    first, second, third = (open_private(tmp_path / "lock") for _ in range(3))
    assert try_lock(first, shared=True)
    assert try_lock(second, shared=True)
    assert not try_lock(third)
    for descriptor in (first, second, third):
        os.close(descriptor)


def test_a_new_file_can_be_read_by_its_user_only(tmp_path: Path) -> None:
    os.close(open_private(tmp_path / "lock"))
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


def test_a_link_is_not_followed_and_the_error_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="lock' cannot be used: too many levels of symbolic links"):
        open_private(tmp_path / "lock")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_others_could_read_is_private_from_now_on(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("old")
    (tmp_path / "log").chmod(0o644)
    os.close(open_private(tmp_path / "log"))
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
