"""A template loads with one thread, forks only when it may, and hands its workers their threads back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import cast

import pytest

from voice_server.worker.api import Backend
from voice_server.worker.template_process import limit_threads, restore_threads

ALONE = """
import threading
from voice_server.worker.template_process import can_fork_now

class Adapter:
    can_fork = {can_fork}

stop = threading.Event()
if {threads}:
    threading.Thread(target=stop.wait).start()
print(can_fork_now(Adapter()))
stop.set()
"""


class ThreadedAdapter:
    """Remembers how many threads it may use."""

    threads = 0

    def use_threads(self, count: int) -> None:
        self.threads = count


@pytest.fixture(autouse=True)
def own_variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    yield
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("wanted", "later"), [("3", 3), ("4,2", 4), ("", os.cpu_count()), ("many", os.cpu_count())]
)
def test_libraries_load_with_one_thread_and_get_later_what_was_wanted(
    wanted: str, later: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert limit_threads() == later
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_a_worker_tells_its_adapter_and_its_libraries_how_many_threads_they_may_use() -> None:
    adapter = ThreadedAdapter()
    restore_threads(cast("Backend", adapter), 3)
    assert (adapter.threads, os.environ["OMP_NUM_THREADS"]) == (3, "3")


def test_an_adapter_that_asks_for_no_threads_is_not_told() -> None:
    restore_threads(cast("Backend", object()), 2)
    assert os.environ["OMP_NUM_THREADS"] == "2"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has templates")
@pytest.mark.parametrize(
    ("can_fork", "threads", "answer"),
    [(True, False, "True"), (True, True, "False"), (False, False, "False"), ("'yes'", False, "False")],
    ids=["it may", "a second thread runs", "the adapter says no", "the adapter does not say True"],
)
def test_a_process_may_be_forked_when(can_fork: object, threads: bool, answer: str) -> None:
    code = ALONE.format(can_fork=can_fork, threads=threads)
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ended.stdout.strip() == answer


JOINED = """
import threading
from voice_server.worker.template_process import can_fork_now

class Adapter:
    can_fork = True

for _ in range(200):
    thread = threading.Thread(target=bytes)
    thread.start()
    thread.join()
    assert can_fork_now(Adapter())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has templates")
def test_a_thread_that_was_joined_does_not_forbid_it_while_the_system_ends_it() -> None:
    subprocess.run([sys.executable, "-c", JOINED], check=True)
