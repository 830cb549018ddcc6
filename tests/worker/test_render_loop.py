"""A real worker process, spoken to through the real codec: what it takes for itself, and when it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worker.worker_process import ADAPTER, WorkerProcess
from voice_server.core.wire.child_messages import ChildBye, ChildLog, ChildPing, ChildPong, JobAudio, StopJob
from voice_server.core.wire.codec import Message
from voice_server.core.wire.worker_messages import (
    NO_JOB,
    JobDone,
    JobFailed,
    JobWords,
    RenderJob,
    WorkerHello,
)


def last_failure(answers: list[Message]) -> JobFailed:
    assert isinstance(answers[-1], JobFailed)
    return answers[-1]


def test_a_worker_gets_ready_renders_and_goes_when_told(tmp_path: Path) -> None:
    body = """
        for index in range(3):
            yield bytes([index, 0]) * 800
            yield WordMark(text, index * 100.0, index * 100 + 100.0, 0, len(text))
    """
    with WorkerProcess(tmp_path / "good", body=body) as worker:
        ready = worker.greet()
        assert (ready.protocol, ready.sample_rate_hz, [voice.id for voice in ready.voices]) == (
            1,
            8000,
            ["a", "b"],
        )
        assert [option.name for option in ready.capabilities.options] == ["speed"]
        for job in (1, 2):
            pcm, others = worker.render(job, "hi")
            assert pcm == b"".join(bytes([index, 0]) * 800 for index in range(3))
            marks = [mark for words in others if isinstance(words, JobWords) for mark in words.marks]
            assert [(mark.word, mark.start_ms) for mark in marks] == [
                ("hi", 0.0),
                ("hi", 100.0),
                ("hi", 200.0),
            ]
            done = others[-1]
            assert isinstance(done, JobDone)
            assert (done.job, done.audio_ms) == (job, 300.0)
        worker.send(ChildBye())
        assert worker.process.wait(10) == 0


def test_it_is_warm_before_it_is_ready_and_the_adapter_gets_complete_options(tmp_path: Path) -> None:
    body = """yield (repr((self.calls, voice, sorted(options.items()))) + " ").encode().ljust(80)"""
    with WorkerProcess(tmp_path / "echo", body=body) as worker:
        worker.greet()
        pcm, _ = worker.render(1, voice="b", seed=7)
        assert pcm.strip() == b"(2, 'b', [('seed', 7), ('speed', 1.0)])"
        _, answers = worker.render(2, speed=9)
        assert last_failure(answers).code == "invalid_option"
        assert not last_failure(answers).retryable


def test_a_ping_is_answered_while_the_engine_renders_and_a_stop_ends_the_job_between_two_pieces(
    tmp_path: Path,
) -> None:
    body = """
        if text == "Ready.":
            return
        try:
            while True:
                yield bytes(1600)
                threading.Event().wait(0.002)
        finally:
            print("engine was closed")
    """
    with WorkerProcess(tmp_path / "endless", body=body) as worker:
        worker.greet()
        worker.send(RenderJob(1, "on and on", "a", {}))
        assert isinstance(worker.next(), JobAudio)
        worker.send(ChildPing())
        while not isinstance(answer := worker.next(), ChildPong):
            assert isinstance(answer, JobAudio)
        worker.send(StopJob(1))
        while not isinstance(answer := worker.next(), JobFailed):
            assert isinstance(answer, JobAudio)
        assert (answer.job, answer.code, answer.retryable) == (1, "stopped", False)
        worker.send(StopJob(1), ChildPing())
        assert isinstance(worker.next(), ChildPong)
        assert "engine was closed" in worker.end()[1]


@pytest.mark.parametrize(
    ("statement", "code", "message", "retryable"),
    [
        ("raise ValueError('bad /home/me/x.pt')", "engine_failed", "ValueError: bad x.pt", True),
        ("sys.exit('no model')", "engine_failed", "SystemExit: no model", True),
        ("raise RenderError('busy', code='busy', retryable=True)", "busy", "busy", True),
        ("raise RenderError('too odd')", "render_failed", "too odd", False),
        ("raise RequestError('no such voice')", "invalid_request", "no such voice", False),
        ("yield 'text'", "engine_failed", "TypeError: ", True),
        ("yield b'odd'", "engine_failed", "ValueError: ", True),
    ],
)
def test_an_engine_that_raises_fails_its_job_and_renders_the_next(
    statement: str, code: str, message: str, retryable: bool, tmp_path: Path
) -> None:
    body = f"""
        if text == "bad":
            {statement}
        yield bytes(4)
    """
    with WorkerProcess(tmp_path / "raising", body=body) as worker:
        worker.greet()
        failure = last_failure(worker.render(1, "bad")[1])
        assert (failure.job, failure.code, failure.retryable) == (1, code, retryable)
        assert failure.message.startswith(message)
        assert failure.refused == ("RequestError" in statement)
        assert worker.render(2)[0] == bytes(4)


def test_an_engine_that_does_not_recover_from_an_error_ends_its_worker(tmp_path: Path) -> None:
    body = """
        if self.calls > 1:
            raise RuntimeError("CUDA error: device-side assert triggered")
        yield bytes(4)
    """
    with WorkerProcess(tmp_path / "dead", body=body) as worker:
        worker.greet()
        assert last_failure(worker.render(1)[1]).retryable
        assert worker.next() == ChildLog(
            40, "the engine does not recover: RuntimeError: CUDA error: device-side assert triggered"
        )
        assert worker.process.wait(10) == 1


@pytest.mark.parametrize(
    ("settings", "init", "message"),
    [
        ({"noet": 1}, "", "unknown setting 'noet'; did you mean note; there are 1: note"),
        (
            {},
            "import no_such_package",
            "the package 'no_such_package' is missing from the backend's environment",
        ),
        (
            {},
            "raise OSError('no weights in /home/me/models/k')",
            "its engine could not be loaded (OSError: no weights in k)",
        ),
        ({}, "sys.exit(1)", "its engine could not be loaded (SystemExit: 1)"),
    ],
)
def test_a_backend_that_cannot_be_loaded_says_why_in_one_line(
    settings: dict[str, object], init: str, message: str, tmp_path: Path
) -> None:
    with WorkerProcess(tmp_path / "broken", init=init, body="yield bytes(2)") as worker:
        worker.send(WorkerHello(1, settings, ""))
        assert worker.next() == JobFailed(NO_JOB, "load_failed", message, retryable=False)
        assert worker.process.wait(10) == 1


def test_a_server_of_another_protocol_is_refused(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path / "good", body="yield bytes(2)") as worker:
        worker.send(WorkerHello(2, {}, ""))
        answer = worker.next()
        assert isinstance(answer, JobFailed)
        assert "speaks protocol 1" in answer.message


def test_the_warm_up_is_spoken_as_fast_as_the_engine_can(tmp_path: Path) -> None:
    body = """
        print("spoken", text, "at speed", options["speed"])
        yield bytes(2)
    """
    with WorkerProcess(tmp_path / "fast", body=body) as worker:
        worker.greet()
        worker.send(ChildBye())
        assert worker.process.wait(10) == 0
        assert "spoken Ready. at speed 2.0" in worker.end()[1]


def test_an_adapter_may_warm_itself_up_and_close_what_it_opened(tmp_path: Path) -> None:
    body = """
        yield bytes(2)

    def warm_up(self):
        print("warmed up after", self.calls, "calls")

    def close(self):
        print("closed")
    """
    with WorkerProcess(tmp_path / "whole", body=body) as worker:
        worker.greet()
        worker.send(ChildBye())
        assert worker.process.wait(10) == 0
        said = worker.end()[1]
        assert "warmed up after 0 calls" in said
        assert "closed" in said


def hang(_: WorkerProcess) -> None:
    """Nothing more: the requests are closed by `end`."""


def break_the_stream(worker: WorkerProcess) -> None:
    assert worker.process.stdin is not None
    worker.process.stdin.write(b"this is no frame at all")
    worker.process.stdin.flush()


@pytest.mark.parametrize(("deed", "status"), [(hang, 0), (break_the_stream, 1)])
def test_a_worker_ends_with_its_requests_even_while_the_engine_hangs(
    deed: Callable[[WorkerProcess], None], status: int, tmp_path: Path
) -> None:
    body = """
        yield bytes(range(256)) * 8
        if text == "hang":
            threading.Event().wait()
    """
    with WorkerProcess(tmp_path / "hanging", body=body) as worker:
        worker.greet()
        worker.send(RenderJob(1, "hang", "a", {}))
        assert isinstance(worker.next(), JobAudio)
        deed(worker)
        assert worker.end()[0] == status


def test_a_worker_whose_server_no_longer_reads_ends(tmp_path: Path) -> None:
    body = """
        while text != "Ready.":
            yield bytes(100_000)
    """
    with WorkerProcess(tmp_path / "loud", body=body) as worker:
        worker.greet()
        worker.send(RenderJob(1, "hello", "a", {}))
        assert isinstance(worker.next(), JobAudio)
        assert worker.process.stdout is not None
        worker.process.stdout.close()
        assert worker.process.wait(10) == 0


def test_ctrl_c_does_not_reach_a_worker(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path / "good", body="yield bytes(2)") as worker:
        worker.greet()
        os.killpg(worker.process.pid, signal.SIGINT)
        assert worker.render(1)[0] == bytes(2)


@pytest.fixture
def killed_server(tmp_path: Path) -> Iterator[int]:
    """The process id of a worker whose server was killed while the engine kept the interpreter to itself."""
    (tmp_path / "deaf").mkdir()
    (tmp_path / "deaf" / "backend.py").write_text(
        ADAPTER.format(
            top="import ctypes",
            init="pass",
            body="""
        yield b"\\0\\x10" * 800
        if text == "deaf":
            ctypes.PyDLL(None).pause()  # in C, holding the lock: no thread of ours can run
    """,
        )
    )
    script = tmp_path / "server.py"
    script.write_text(
        "import asyncio, os, signal, sys\n"
        "from pathlib import Path\n"
        "from voice_server.config import BackendConfig\n"
        "from voice_server.core.types import Segment\n"
        "from voice_server.pool.local_pool import LocalPool\n"
        "async def main():\n"
        "    config = BackendConfig(adapter=Path(sys.argv[1]))\n"
        "    async with LocalPool({'deaf': config}) as pool:\n"
        "        async for frame in pool.render(Segment('deaf', 'deaf', 'a')):\n"
        "            print(*pool.pids('deaf'), flush=True)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "deaf" / "backend.py")], stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        descriptor = os.pidfd_open(pid)
        server.kill()
    yield descriptor
    os.close(descriptor)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_worker_is_gone_two_seconds_after_its_server_was_killed_whatever_the_engine_does(
    killed_server: int,
) -> None:
    ready, _, _ = select.select([killed_server], [], [], 2.0)
    assert ready == [killed_server]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the memory")
def test_a_worker_at_rest_gives_back_what_its_render_took(tmp_path: Path) -> None:
    body = """
        blocks = [bytearray(100_000) for _ in range(2000)]
        self.kept = bytearray(100_000)
        yield bytes(2)
        del blocks
    """
    with WorkerProcess(tmp_path / "large", body=body) as worker:
        worker.greet()
        worker.render(1)
        statm = Path(f"/proc/{worker.process.pid}/statm")
        while int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") > 100_000_000:
            os.sched_yield()
        assert worker.render(2)[0] == bytes(2)


def test_the_silence_at_the_edges_is_cut_and_word_times_move_along(tmp_path: Path) -> None:
    body = """
        quiet, sound = bytes(1600), (b"\\0\\x10" * 4 + b"\\0\\xf0" * 4) * 200
        yield WordMark("one", 120.0, 400.0, 0, 3)
        yield WordMark("two", 400.0, 900.0, 4, 7)
        for piece in (quiet, quiet, sound, quiet, sound, quiet, quiet):
            yield piece
    """
    with WorkerProcess(tmp_path / "quiet", body=body) as worker:
        worker.greet()
        pcm, others = worker.render(1, "one two")
        first, last = [words.marks for words in others if isinstance(words, JobWords)]
        assert [(mark.word, mark.start_ms, mark.end_ms) for mark in first] == [("one", 0.0, 210.0)]
        assert [(mark.word, mark.start_ms, mark.end_ms) for mark in last] == [("two", 210.0, 510.0)]
        assert isinstance(others[-1], JobDone)
        assert others[-1].audio_ms == 530.0 == len(pcm) / 16
        assert pcm[:2] == pcm[-2:] == bytes(2)


@pytest.mark.parametrize(
    ("member", "loud"),
    [("loudness_lufs = lambda self, voice: {'a': -29.0, 'b': None}[voice]", b"\0\x20"), ("", b"\0\x10")],
)
def test_a_voice_whose_loudness_the_adapter_knows_is_brought_to_that_of_all(
    member: str, loud: bytes, tmp_path: Path
) -> None:
    body = f"""
        yield b"\\0\\x10" * 800

    {member}
    """
    with WorkerProcess(tmp_path / "soft", body=body) as worker:
        worker.loudness_lufs = -23.0
        worker.greet()
        assert (
            abs(
                int.from_bytes(worker.render(1, voice="a")[0][800:802], "little", signed=True)
                - int.from_bytes(loud, "little")
            )
            < 30
        )
        assert worker.render(2, voice="b")[0][800:802] == b"\0\x10"


def test_a_render_that_stops_inside_a_sound_is_faded_as_the_server_wants(tmp_path: Path) -> None:
    for fade_ms in (0.0, 5.0):
        with WorkerProcess(tmp_path / f"loud{fade_ms}", body='yield b"\\0\\x10" * 800') as worker:
            worker.fade_ms = fade_ms
            worker.greet()
            pcm, _ = worker.render(1, voice="a")
            assert (pcm[-2:] == b"\0\x10") is (fade_ms == 0.0)
            assert pcm[800:802] == b"\0\x10"


def test_a_voice_that_the_adapter_has_measured_is_brought_to_the_loudness_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = """
        yield bytes(6400)
        yield (b"\\0\\x01" * 4 + b"\\0\\xff" * 4) * 1600

    measured_loudness = True
    """
    with WorkerProcess(tmp_path / "soft", body=body) as worker:
        worker.loudness_lufs = -23.0
        worker.greet()
        first, _ = worker.render(1, voice="a")
        again, _ = worker.render(2, voice="a")
        assert again == first
        assert max(memoryview(first).cast("h")) > 2 * 256
