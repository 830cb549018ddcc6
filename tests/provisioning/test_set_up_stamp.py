"""What an environment says of the set-up that made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.provisioning.set_up_stamp import (
    STAMP,
    UNFINISHED,
    is_outdated,
    lock_digest,
    read_choices,
    read_stamp,
    write_stamp,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a lock file and an environment that has no stamp."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / "uv.lock").write_text("version = 1\n")
    return tmp_path


def test_what_was_written_into_an_environment_is_read_from_it(project: Path) -> None:
    stamp = {"lock": lock_digest(project), "weights": "kokoro"}
    write_stamp(project, stamp)
    assert read_stamp(project) == stamp


def test_an_unfinished_environment_says_nothing(project: Path) -> None:
    write_stamp(project, {"lock": "1"})
    (project / ".venv" / UNFINISHED).touch()
    assert read_stamp(project) == {}


@pytest.mark.parametrize("text", ["{", "[]", '"lock"', ""])
def test_a_stamp_that_is_no_table_says_nothing_and_outdates_nothing(text: str, project: Path) -> None:
    (project / ".venv" / STAMP).write_text(text)
    assert read_stamp(project) == {}
    assert not is_outdated(project)


def test_an_environment_is_outdated_when_the_lock_file_is_another_than_the_one_it_was_made_from(
    project: Path,
) -> None:
    write_stamp(project, {"lock": lock_digest(project)})
    assert not is_outdated(project)
    (project / "uv.lock").write_text("version = 2\n")
    assert is_outdated(project)


def test_an_environment_that_no_set_up_made_is_never_outdated(project: Path) -> None:
    assert read_stamp(project) == {}
    assert not is_outdated(project)


def test_what_was_chosen_is_known_even_where_the_set_up_was_broken_off(project: Path) -> None:
    assert read_choices(project) == {}
    write_stamp(project, {"device": "cuda"})
    assert read_choices(project) == {"device": "cuda"}
    (project / ".venv" / UNFINISHED).write_text('{"device": "cpu"}')
    assert read_choices(project) == {"device": "cpu"}
    for broken in ("", "[]"):
        (project / ".venv" / UNFINISHED).write_text(broken)
        assert read_choices(project) == {"device": "cuda"}
