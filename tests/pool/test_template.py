"""Workers that are forked from one process which has loaded their backend."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from tests.pool.staging import HASTY, Run, Stage, gone, listen, segment, two_workers_meet
from voice_server.config import BackendConfig
from voice_server.core.types import Frame
from voice_server.pool import template as template_module
from voice_server.pool.local_pool import LocalPool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has templates")

ADAPTER = """
import ctypes
import os
import threading
from voice_server.worker.api import Voice

{top}

class Backend:
    sample_rate = 8000
    can_fork = {can_fork}

    def __init__(self, scratch=""):
        self.threads = "none said"
        self.loaded_by = os.getpid()
        {init}

    def use_threads(self, count):
        self.threads = count

    def voices(self):
        yield Voice("one", "One", "en")

    def synthesize(self, text, voice, options):
        if text == "Ready.":
            yield bytes(2)
            return
        {body}
"""


@pytest.fixture(params=["forked"])
def stage(stage: Stage) -> Stage:
    return stage


def parent(pid: int) -> int:
    return int(psutil.Process(pid).ppid())


def written(
    folder: Path, *, can_fork: bool = True, top: str = "", init: str = "pass", body: str = ""
) -> BackendConfig:
    """A backend of two workers whose adapter says `body` for any text, as bytes between two silences."""
    folder.mkdir()
    file = folder / "backend.py"
    file.write_text(
        ADAPTER.format(
            can_fork=can_fork,
            top=top,
            init=init,
            body=f"yield bytes(80) + repr(({body})).ljust(300).encode() + bytes(80)",
        )
    )
    return BackendConfig(adapter=file, workers=2, forked=True, fade_ms=0, env={"OMP_NUM_THREADS": "3"})


async def asked(pool: LocalPool) -> Any:
    """What the adapter of `written` says."""
    pcm = b""
    async for piece in pool.render(segment("say it", backend="written")):
        assert isinstance(piece, Frame)
        pcm += piece.pcm
    return eval(pcm.strip(b"\0").decode())  # noqa: S307 - our own repr


def test_the_workers_are_children_of_one_process_and_each_leads_its_own_session(
    run: Run, stage: Stage
) -> None:
    async def main() -> None:
        async with stage.pool(workers=3) as pool:
            await two_workers_meet(pool)
            pids = pool.pids("scripted")
            (template,) = {parent(pid) for pid in pids}
            assert parent(template) == os.getpid()
            assert [os.getsid(pid) for pid in pids] == pids
            assert template not in pids

    run(main())


def test_a_worker_that_died_is_forked_again_and_nothing_is_loaded_again(
    run: Run, stage: Stage, scripted: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with stage.pool(settings={"start_fault": "note the load"}) as pool:
            await two_workers_meet(pool)
            template = parent(pool.pids("scripted")[0])
            (stage.scratch / "reader").unlink()
            for pid, number in zip(pool.pids("scripted"), (signal.SIGKILL, signal.SIGTERM), strict=True):
                os.kill(pid, number)
            assert (await listen(pool, "hello")).pcm == scripted.samples("hello")
            await two_workers_meet(pool)
            assert {parent(pid) for pid in pool.pids("scripted")} == {template}
            assert (stage.scratch / "starts").read_bytes() == b"."

    run(main())
    reasons = {record.__dict__["reason"] for record in caplog.records if record.msg == "worker ended"}
    assert reasons == {"was ended by SIGKILL", "was ended by SIGTERM"}


def test_workers_end_with_their_template_and_the_next_one_finishes_their_sentences(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(workers=4, fault="nothing") as pool:
            await two_workers_meet(pool)
            (stage.scratch / "reader").unlink()
            while pool.backends["scripted"].free < 4:
                await asyncio.sleep(0)
            pids = pool.pids("scripted")
            speaking = asyncio.create_task(listen(pool, "fault here"))
            await stage.arrival()
            os.kill(parent(pids[0]), signal.SIGKILL)
            for pid in pids:
                await gone(pid)
            take = await speaking
            assert (take.pcm, take.notices) == (scripted.samples("fault here"), ["sentence_retried"])
            await two_workers_meet(pool)
            assert set(pool.pids("scripted")).isdisjoint(pids)

    run(main())


def test_a_template_that_does_not_answer_is_replaced(
    run: Run, stage: Stage, scripted: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_module, "_ANSWER_TIMEOUT_S", 0.2)

    async def main() -> None:
        async with stage.pool(workers=1) as pool:
            (worker,) = pool.pids("scripted")
            template = parent(worker)
            os.kill(template, signal.SIGSTOP)
            os.kill(worker, signal.SIGKILL)
            assert (await listen(pool, "hello")).pcm == scripted.samples("hello")
            assert parent(pool.pids("scripted")[0]) != template

    run(main())


@pytest.mark.parametrize(
    ("can_fork", "init"),
    [(False, "pass"), (True, "threading.Thread(target=threading.Event().wait, daemon=True).start()")],
    ids=["the adapter says no", "loading started a thread"],
)
def test_what_cannot_be_forked_is_started_and_has_its_threads(
    can_fork: bool, init: str, run: Run, tmp_path: Path
) -> None:
    async def main() -> None:
        config = written(
            tmp_path / "alone", can_fork=can_fork, init=init, body="self.loaded_by, self.threads"
        )
        async with LocalPool({"written": config}, policy=HASTY) as pool:
            loaded_by, threads = await asked(pool)
            assert loaded_by in pool.pids("written")
            assert parent(loaded_by) == os.getpid()
            assert threads in {3, "none said"}
            while pool.backends["written"].free < 2:
                await asyncio.sleep(0)
            assert {parent(pid) for pid in pool.pids("written")} == {os.getpid()}

    run(main())


def test_a_backend_is_loaded_with_one_thread_and_a_worker_is_told_how_many_it_may_have(
    run: Run, tmp_path: Path
) -> None:
    async def main() -> None:
        top = "AT_LOADING = os.environ['OMP_NUM_THREADS']"
        body = "AT_LOADING, self.threads, os.environ['OMP_NUM_THREADS']"
        async with LocalPool({"written": written(tmp_path / "threads", top=top, body=body)}) as pool:
            assert await asked(pool) == ("1", 3, "3")

    run(main())


def test_a_forked_worker_has_no_descriptor_but_its_own_five(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        body = "sorted(os.listdir('/proc/self/fd'), key=int)[:-1]"
        async with LocalPool({"written": written(tmp_path / "open", body=body)}) as pool:
            descriptors = await asked(pool)
            assert descriptors[:3] == ["0", "1", "2"]
            assert len(descriptors) == 5

    run(main())


@pytest.fixture
def killed_server(tmp_path: Path) -> Iterator[list[int]]:
    """A worker that held the interpreter's lock in C, and its template, when their server was killed."""
    config = written(tmp_path / "deaf", body="0")
    text = config.adapter.read_text().replace(
        "yield repr((0))", "yield bytes(2); ctypes.PyDLL(None).pause(); yield repr((0))"
    )
    config.adapter.write_text(text)
    script = tmp_path / "server.py"
    script.write_text(
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from voice_server.config import BackendConfig\n"
        "from voice_server.core.types import Segment\n"
        "from voice_server.pool.local_pool import LocalPool\n"
        "async def main():\n"
        "    config = BackendConfig(adapter=Path(sys.argv[1]), forked=True)\n"
        "    async with LocalPool({'deaf': config}) as pool:\n"
        "        async for frame in pool.render(Segment('deaf', 'deaf', 'one')):\n"
        "            print(*pool.pids('deaf'), flush=True)\n"
        "            await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script), str(config.adapter)], stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        descriptors = [os.pidfd_open(each) for each in (pid, parent(pid))]
        server.kill()
    yield descriptors
    for descriptor in descriptors:
        os.close(descriptor)


def test_template_and_workers_are_gone_when_their_server_was_killed_whatever_the_engine_does(
    killed_server: list[int],
) -> None:
    for descriptor in killed_server:
        assert select.select([descriptor], [], [], 2.0)[0] == [descriptor]
