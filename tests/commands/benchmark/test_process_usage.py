from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from voice_server.commands.benchmark import process_usage
from voice_server.commands.benchmark.process_usage import MeasuredProcess, resident_mib, usage_of
from voice_server.errors import VoiceServerError

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")

_CHILD = (
    "import sys; block = bytearray(64 << 20); [x * x for x in range(3_000_000)]; print(); sys.stdin.read()"
)


@pytest.fixture
def busy_child() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield
    process.communicate()


def test_workers_are_counted_apart_from_the_server(busy_child: None) -> None:
    usage = usage_of(os.getpid())
    assert usage.workers_cpu_s > 0.01
    assert usage.workers_mib > 64
    assert usage.server_cpu_s > 0.01


def test_a_server_alone_has_no_workers() -> None:
    usage = usage_of(os.getpid())
    assert (usage.workers_cpu_s, usage.workers_mib) == (0, 0)
    assert usage.server_mib == pytest.approx(resident_mib(os.getpid()), abs=5)


def test_the_cpu_time_of_a_server_and_its_workers_is_read_at_once(busy_child: None) -> None:
    process = MeasuredProcess(os.getpid())
    usage, cpu_s = process.usage(), process.cpu_s()
    assert cpu_s >= 0.9 * (usage.server_cpu_s + usage.workers_cpu_s)
    assert process.cpu_s() > cpu_s


def test_without_nanoseconds_from_the_kernel_ticks_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    precise = usage_of(os.getpid()).server_cpu_s
    monkeypatch.setattr(process_usage, "_run_ns", lambda _task: (_ for _ in ()).throw(OSError()))
    in_ticks = usage_of(os.getpid()).server_cpu_s
    assert in_ticks >= precise - 0.2  # more where threads have ended: ticks remember them


def test_a_process_that_is_gone_is_an_error() -> None:
    with pytest.raises(VoiceServerError, match="the server is not there"):
        usage_of(2**22 + 1)
