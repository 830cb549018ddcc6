"""What bears the name that was given for output is never destroyed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from voice_server.process.output_file import OutputFile


def written(path: Path, content: bytes = b"new") -> None:
    output = OutputFile(path)
    output.file.write(content)
    output.keep()
    output.discard()  # changes nothing any more


def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"older")
    output = OutputFile(path)
    output.file.write(b"new")
    assert (output.may_rewind, path.read_bytes()) == (True, b"older")
    output.keep()
    output.keep()
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_discarded_leaves_nothing_and_an_older_file_as_it_was(tmp_path: Path) -> None:
    older = tmp_path / "older"
    older.write_bytes(b"older")
    for path in older, tmp_path / "none":
        output = OutputFile(path)
        output.file.write(b"new")
        output.discard()
    assert older.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [older]


def test_the_mode_stays(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"older")
    path.chmod(0o600)
    written(path)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_symbolic_link_stays_one(tmp_path: Path, is_there: bool) -> None:
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    target.parent.mkdir()
    if is_there:
        target.write_bytes(b"older")
    link.symlink_to(target)
    written(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


def test_a_hard_link_stays_one(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"older")
    os.link(one, two)
    written(one)
    assert two.read_bytes() == b"new"
    assert one.stat().st_ino == two.stat().st_ino
    assert sorted(tmp_path.iterdir()) == [one, two]


def test_a_pipe_is_written_through(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(path.read_bytes()))
    reader.start()
    output = OutputFile(path)
    assert not output.may_rewind
    output.file.write(b"new")
    output.keep()
    reader.join()
    assert received == [b"new"]
    assert path.is_fifo()


def test_a_device_is_written_through_and_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(os.devnull)
    written(link)
    assert stat.S_ISCHR(link.stat().st_mode)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_folder_takes_no_sound(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        OutputFile(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_file_in_a_folder_that_takes_no_other_is_written_through(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a"
    path.parent.mkdir()
    path.write_bytes(b"older")
    path.parent.chmod(0o500)
    try:
        written(path)
        with pytest.raises(PermissionError):
            OutputFile(path.with_name("b"))
    finally:
        path.parent.chmod(0o700)
    assert path.read_bytes() == b"new"


def test_standard_output_takes_the_bytes_and_what_is_printed_goes_to_standard_error(tmp_path: Path) -> None:
    code = """
from pathlib import Path
from voice_server.process.output_file import OutputFile
print("before")
output = OutputFile(Path("-"))
assert not output.may_rewind
output.file.write(b"new")
print("behind")
output.keep()
print("saved")
"""
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=tmp_path)
    assert (result.stdout, result.stderr) == (b"before\nnew", b"behind\nsaved\n")
    assert list(tmp_path.iterdir()) == []
