"""A test that leaves something behind, or blocks an event loop, fails although its body passes."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.timeout(60)  # it runs pytest

_FAULTS = """
import asyncio, subprocess, sys, threading, time
from functools import partial

FOR_EVER = threading.Event().wait

def run(step):
    async def main():
        global task
        task = step()
    asyncio.run(main())

def start_process():
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

def start_thread():
    threading.Thread(target=FOR_EVER, daemon=True).start()

def compute():
    ends = time.thread_time() + 1.3
    while time.thread_time() < ends:
        pass

def test_task():
    run(lambda: asyncio.ensure_future(asyncio.Event().wait()))

def test_process():
    start_process()

def test_thread():
    start_thread()

def test_waiting():
    run(partial(time.sleep, 0.5))

def test_computing():
    run(compute)

def test_in_another_thread():
    thread = threading.Thread(target=run, args=[partial(time.sleep, 0.5)])
    thread.start()
    thread.join()

def test_nothing():
    run(partial(time.sleep, 0.001))
    with start_process() as process:
        process.stdin.close()
    thread = threading.Thread(target=int)
    thread.start()
"""
_SHARED = """
import subprocess, sys
import pytest

@pytest.fixture(scope="module")
def children():
    started = []
    yield started
    for child in started[1:]:
        child.communicate()

def test_starts_for_the_module(children):
    children += [subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in "12"]

def test_ends_the_module():
    pass
"""
_OF_THE_SESSION = """
import subprocess, sys
import pytest

@pytest.fixture(scope="session")
def lasting():
    started = []
    yield started
    for child in started:
        child.communicate()

def test_starts_for_the_session(lasting):
    lasting.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
"""
_FAILED = re.compile(r"^ERROR \S+::(\w+) - AssertionError: (.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of tests with faults, under the fixtures of all tests."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_faults.py").write_text(_FAULTS)
    (folder / "tests" / "test_shared.py").write_text(_SHARED)
    (folder / "tests" / "test_session.py").write_text(_OF_THE_SESSION)
    (folder / "conftest.py").write_text("import tests.leftovers\ntests.leftovers.GRACE_S = 0.2\n")
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-rA", "--import-mode=importlib"]
    command = [sys.executable, "-m", "pytest", *options, "--rootdir", str(folder), str(folder)]
    environment = {"COLUMNS": "200", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    ).stdout


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("test_task", "tasks left behind: "),
        ("test_process", 'left running: ["psutil.Process'),
        ("test_thread", "left running: ['<Thread"),
        ("test_waiting", "the event loop was blocked in:"),
        ("test_computing", "the event loop was blocked in:"),
        ("test_in_another_thread", "the event loop was blocked in:"),
        ("test_ends_the_module", 'left running: ["psutil.Process'),
    ],
)
def test_a_fault_fails_its_test(report: str, test: str, complaint: str) -> None:
    assert dict(_FAILED.findall(report)).get(test, report).startswith(complaint)


def test_nothing_else_fails(report: str) -> None:
    assert "10 passed, 7 errors" in report
