"""One worker without a pool: a process, and the server's end of its pipes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Self

import voice_server
from tests.backends.conftest import Engine
from voice_server.core.wire.child_messages import PROTOCOL_VERSION, JobAudio
from voice_server.core.wire.codec import Decoder, Message, Request, encode
from voice_server.core.wire.worker_messages import JobDone, JobWords, RenderJob, WorkerHello, WorkerReady
from voice_server.provisioning.environments import python_of
from voice_server.provisioning.worker_environment import worker_environment

_BOOTSTRAP = Path(voice_server.__file__).parent / "worker"


class BareWorker:
    """A worker of an engine; a context manager."""

    def __init__(self, engine: Engine) -> None:
        config = engine.config
        python = python_of(engine.name, config.environment)
        self._process = subprocess.Popen(
            [python, str(_BOOTSTRAP), str(config.adapter)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(worker_environment(config)),
            bufsize=0,
        )
        self._decoder = Decoder()
        self._came: list[Message] = []
        self.send(
            WorkerHello(
                PROTOCOL_VERSION, config.settings, "", config.loudness_lufs, config.fade_ms, config.limiter
            )
        )
        self.next_of(WorkerReady)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, *requests: Request) -> None:
        """Send messages."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"".join(map(encode, requests)))

    def next(self) -> Message:
        """The next thing that the worker says."""
        assert self._process.stdout is not None
        while not self._came:
            chunk = os.read(self._process.stdout.fileno(), 1 << 20)
            assert chunk, "the worker has gone"
            self._came += self._decoder.feed(chunk)
        return self._came.pop(0)

    def next_of(self, kind: type[Message]) -> Message:
        """The next message of a kind; others are passed over."""
        while not isinstance(message := self.next(), kind):
            pass
        return message

    def render(self, job: int, text: str, voice: str) -> bytes:
        """All audio of a text."""
        self.send(RenderJob(job, text, voice, {"seed": 7}))
        pcm = b""
        while not isinstance(message := self.next(), JobDone):
            assert isinstance(message, JobAudio | JobWords), message
            pcm += message.pcm if isinstance(message, JobAudio) else b""
        return pcm
