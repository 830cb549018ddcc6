"""A real worker process, and the server's end of its pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import voice_server
from voice_server.core.wire.child_messages import JobAudio
from voice_server.core.wire.codec import Decoder, Message, Request, encode
from voice_server.core.wire.worker_messages import (
    JobDone,
    JobFailed,
    RenderJob,
    WorkerHello,
    WorkerReady,
)

WORKER = Path(voice_server.__file__).parent / "worker"
ADAPTER = """
import os
import sys
import threading

from voice_server.worker.api import Option, RenderError, RequestError, Voice, WordMark

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
    """A worker and the server's end of its pipes; it leaves every voice as loud as it is, unfaded."""

    loudness_lufs: float | None = None
    fade_ms = 0.0

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
            env={
                "PATH": os.environ["PATH"],
                "PYTHONUNBUFFERED": "1",
                "XDG_CACHE_HOME": str(folder / "cache"),
            },
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
        self.send(WorkerHello(1, settings, "", self.loudness_lufs, self.fade_ms))
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
