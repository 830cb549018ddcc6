"""What leaves the worker about an error: one line without paths."""

from __future__ import annotations

import pytest

from voice_server.errors import BackendError
from voice_server.process.public_errors import describe, public


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (BackendError("there is no adapter file x.py"), "there is no adapter file x.py"),
        (ValueError("bad\nworse"), "ValueError: bad"),
        (ValueError(), "ValueError"),
        (SystemExit(2), "SystemExit: 2"),
        (
            ModuleNotFoundError("No module named 'kokoro'", name="kokoro"),
            "the package 'kokoro' is missing from the backend's environment",
        ),
        (
            FileNotFoundError(2, "No such file or directory", "/home/me/model.pt"),
            "FileNotFoundError: [Errno 2] No such file or directory: 'model.pt'",
        ),
    ],
)
def test_an_error_is_one_line(error: BaseException, line: str) -> None:
    assert describe(error) == line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot read /home/me/a b.txt", "cannot read a b.txt"),
        ("either/or and 1/2", "either/or and 1/2"),
        ("see https://example.org/a/b", "see https://example.org/a/b"),
        ("in /tmp", "in /tmp"),
        ("x" * 900, "x" * 300),
    ],
)
def test_folders_are_left_out_and_the_rest_stays(text: str, shown: str) -> None:
    assert public(text) == shown
