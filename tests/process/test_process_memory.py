"""What a process takes, as the kernel says it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voice_server.process import process_memory
from voice_server.process.process_memory import memory_bytes

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process takes")


@ON_LINUX
def test_memory_that_a_process_fills_is_counted() -> None:
    filled = 64 * 1024 * 1024
    code = f"import sys; kept = b'x' * {filled}; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        taken = memory_bytes(process.pid)
        process.communicate()
    assert taken is not None
    assert filled < taken < 4 * filled
    assert memory_bytes(process.pid) is None


@ON_LINUX
def test_where_the_share_is_kept_secret_what_is_resident_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def secret(folder: Path) -> int:
        raise PermissionError(folder)

    monkeypatch.setattr(process_memory, "_proportional_bytes", secret)
    taken = memory_bytes(os.getpid())
    assert taken is not None
    assert taken > 1024 * 1024
