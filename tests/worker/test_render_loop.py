"""A real worker process, spoken to through the real codec: what it takes for itself, and when it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgpack
import pytest

import voice_server
from voice_server.core.wire.child_messages import ChildBye, ChildLog, ChildPing, ChildPong, JobAudio, StopJob
from voice_server.core.wire.codec import Decoder, Message, Request, encode
from voice_server.core.wire.worker_messages import (
    NO_JOB,
    JobDone,
    JobFailed,
    JobWords,
    RenderJob,
    WorkerHello,
    WorkerReady,
)

WORKER = Path(voice_server.__file__).parent / "worker"
ADAPTER = """
import os
import sys
import threading

from voice_server.worker.api import Option, RenderError, Voice, WordMark

{top}

class Backend:
    sample_rate = 8000
    options = (Option("speed", "number", 1.0, 0.5, 2.0),)

    def __init__(self, note=""):
        self.calls = 0
        {init}

    def voices(self):
        yield Voice("a", "A", "en")
        yield Voice("b", "B", "en")

    def synthesize(self, text, voice, options):
        self.calls += 1
        {body}
"""


class WorkerProcess:
    """A worker and the server's end of its pipes."""

    def __init__(
        self, folder: Path, *, python: str = sys.executable, top: str = "", init: str = "", body: str
    ) -> None:
        folder.mkdir(exist_ok=True)
        adapter = folder / "backend.py"
        adapter.write_text(ADAPTER.format(top=top, init=init or "pass", body=body))
        self.process = subprocess.Popen(
            [python, str(WORKER), str(adapter)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            bufsize=0,
        )
        self._decoder = Decoder()
        self._came: list[Message] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def send(self, *requests: Request) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"".join(map(encode, requests)))
        self.process.stdin.flush()

    def next(self) -> Message:
        assert self.process.stdout is not None
        while not self._came:
            chunk = os.read(self.process.stdout.fileno(), 1 << 20)
            assert chunk, "the worker has gone"
            self._came += self._decoder.feed(chunk)
        return self._came.pop(0)

    def greet(self, **settings: object) -> WorkerReady:
        self.send(WorkerHello(1, settings, ""))
        ready = self.next()
        assert isinstance(ready, WorkerReady), ready
        return ready

    def render(
        self, job: int, text: str = "hello", voice: str = "a", **options: float
    ) -> tuple[bytes, list[Message]]:
        """Return the audio of a job and its other answers."""
        self.send(RenderJob(job, text, voice, options))
        pcm, others, seq = b"", list[Message](), 0
        while True:
            match self.next():
                case JobAudio() as audio:
                    assert (audio.job, audio.seq) == (job, seq)
                    pcm, seq = pcm + audio.pcm, seq + 1
                case (JobDone() | JobFailed()) as end:
                    return pcm, [*others, end]
                case other:
                    others.append(other)

    def end(self) -> tuple[int, str]:
        """Close the requests; return the exit status and stderr."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.stderr is not None
        said = self.process.stderr.read().decode()
        return self.process.wait(10), said


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


def test_whatever_is_printed_lands_in_the_log_and_input_is_empty(tmp_path: Path) -> None:
    top = """
import ctypes
print("loaded PerthNet")
os.write(1, b"from descriptor one")
ctypes.CDLL(None).puts(b"from C")
ctypes.CDLL(None).fflush(None)
os.system("echo from a child")
assert sys.stdin.read() == ""
"""
    with WorkerProcess(tmp_path / "noisy", top=top, body="""print("S3 Token"); yield bytes(2)""") as worker:
        worker.greet()
        assert worker.render(1)[0] == bytes(2)
        status, said = worker.end()
        assert status == 0
        for line in ("loaded PerthNet", "from descriptor one", "from C", "from a child", "S3 Token"):
            assert line in said


def test_it_inherits_and_passes_on_no_descriptor_but_the_three_that_everybody_has(tmp_path: Path) -> None:
    body = """
        import subprocess
        own = sorted(os.listdir("/proc/self/fd"), key=int)
        child = subprocess.run(["ls", "/proc/self/fd"], capture_output=True).stdout.split()
        yield f"{len(own) - 1} {len(child) - 1}".ljust(8).encode()
    """
    extra = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(extra, True)
    with WorkerProcess(tmp_path / "open", body=body) as worker:
        worker.greet()
        own, child = map(int, worker.render(1)[0].split())
        assert own == 5
        assert child == 3
    os.close(extra)


def test_a_foreign_environment_sees_only_its_own_packages(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site / "msgpack").symlink_to(Path(msgpack.__file__).parent)
    (site / "kokoro.py").write_text("WHOSE = 'the library'")
    folder = tmp_path / "tts_backends" / "kokoro"
    folder.mkdir(parents=True)
    (folder / "kokoro.py").write_text("WHOSE = 'a file beside the adapter'")
    body = """
        import kokoro
        from importlib.util import find_spec
        seen = [name for name in ("numpy", "starlette", "loop", "stdio", "backend") if find_spec(name)]
        path = [entry for entry in sys.path if "voice_server" in entry or "tts_backends" in entry]
        yield repr((kokoro.WHOSE, seen, path, "numpy" in sys.modules)).ljust(200).encode()
    """
    with WorkerProcess(folder, python=str(python), body=body) as worker:
        worker.greet()
        assert worker.render(1)[0].decode().strip() == "('the library', [], [], False)"


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
        ({}, "raise OSError('no weights in /home/me/models/k')", "OSError: no weights in k"),
        ({}, "sys.exit(1)", "SystemExit: 1"),
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
        yield bytes(2)
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
        yield bytes(2)
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
