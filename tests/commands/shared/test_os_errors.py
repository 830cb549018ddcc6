from __future__ import annotations

import errno
import os

import pytest

from voice_server.commands.shared.os_errors import reason_of


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "secret.txt"),
            "no such file or directory",
        ),
        (OSError("Something Else"), "something else"),
    ],
)
def test_a_reason_is_in_lower_case_and_without_the_files_name(error: OSError, reason: str) -> None:
    assert reason_of(error) == reason
