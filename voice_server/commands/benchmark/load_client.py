"""One client of a load: a connection, the events that it receives, and what it measures."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Self

from voice_server.client_events import Cancelled, ErrorEvent, EventReader, Ready, SentenceEnd, TurnDone
from voice_server.commands.benchmark.cpu_meter import CpuMeter
from voice_server.commands.benchmark.dialect_clients import BenchmarkedConnection
from voice_server.commands.benchmark.minimal_websocket import MinimalWebSocket, text_frame
from voice_server.commands.benchmark.process_usage import ProcessUsage
from voice_server.commands.simulate.simulated_llm import TokenLog
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter
from voice_server.errors import Busy, VoiceServerError

_now = time.perf_counter
_SENTENCES_BEFORE_CANCEL = 2  # so that the barge-in comes in the middle of the turn
_NORMAL_CLOSURE = 1000


@dataclass(slots=True)
class LoadOutcome:
    """What all clients of one run measured; times in milliseconds.

    `first_cpu_ms` is the delay of the first sound in CPU time of the server and its workers. `before` and
    `after` are what the server had used when all were connected and when all had
    ended. They are not known where its process is not.
    """

    clients: int
    audio_s: float = 0.0
    wall_s: float = 0.0
    first_ms: list[float] = field(default_factory=list)
    first_cpu_ms: list[float] = field(default_factory=list)
    first_from_last_token_ms: list[float] = field(default_factory=list)
    sentence_ms: list[float] = field(default_factory=list)
    gaps_ms: list[float] = field(default_factory=list)
    rtfs: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cancel_ms: list[float] = field(default_factory=list)
    frames_after_cancel: int = 0
    refused: int = 0
    """How many clients were told that there is no room for one more listener."""
    first_end: int | None = None
    """Where what is heard first ends in the text, for clients that are not told."""
    before: ProcessUsage | None = None
    after: ProcessUsage | None = None

    def cpu_ms_per_audio_s(self, *, workers: bool = True) -> float | None:
        """CPU of the server for a second of audio, with its workers or without; None if not known."""
        if self.before is None or self.after is None or not self.audio_s:
            return None
        cpu_s = self.after.server_cpu_s - self.before.server_cpu_s
        if workers:
            cpu_s += self.after.workers_cpu_s - self.before.workers_cpu_s
        return cpu_s * 1000 / self.audio_s


class LoadClient:
    """One connection that measures a turn; `log` is told when its tokens are sent."""

    def __init__(self, socket: MinimalWebSocket) -> None:
        self.socket = socket
        self.log = TokenLog()
        self.cpu = CpuMeter()
        self.errors: list[str] = []
        self._is_refused = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._meter = TurnMeter(self.log)
        self._sentences: list[SentenceTiming] = []
        self._events = EventReader()
        socket.on_text = self._receive_text
        socket.on_audio = self._receive_audio

    @classmethod
    async def connect(cls, url: str, configuration: bytes) -> Self:
        """Open a connection and send its first message, a frame. Raises VoiceServerError."""
        client = cls(await MinimalWebSocket.open(url))
        client.socket.send(configuration)
        await asyncio.wait((client.ready, client.socket.closed), return_when=asyncio.FIRST_COMPLETED)
        if not client.ready.done():
            raise VoiceServerError(client.errors[0] if client.errors else "the server hung up at once")
        return client

    def add_to(self, outcome: LoadOutcome) -> None:
        """Add the measurements to the outcome of all clients; the connection must be closed."""
        if self._is_refused:
            outcome.refused += 1
            return
        outcome.errors += self.errors
        if (code := self.socket.closed.result()) != _NORMAL_CLOSURE:
            outcome.errors.append(f"the server closed a connection with the code {code}")
        outcome.audio_s += self._meter.audio_ms / 1000
        outcome.gaps_ms += self._meter.gaps_ms
        outcome.rtfs += [each.rtf for each in self._sentences if each.rtf is not None]
        outcome.sentence_ms += [each.delay_ms for each in self._sentences if each.delay_ms is not None]
        for first in self._sentences[:1]:
            outcome.first_end = first.typed_end
            if first.typed_end is not None:
                _add_cpu(self.cpu, first.typed_end, outcome)
            if first.delay_ms is not None and first.from_last_token_ms is not None:
                outcome.first_ms.append(first.delay_ms)
                outcome.first_from_last_token_ms.append(first.from_last_token_ms)

    def _receive_audio(self, n_bytes: int) -> None:
        self.cpu.heard()
        self._meter.receive_audio(n_bytes, self.socket.received_at)

    def _receive_text(self, text: str) -> None:
        if text.startswith('{"type":"generating"'):
            return  # nothing of it is measured, and there are many
        event = self._events.read(text)
        if isinstance(event, Ready):
            self.ready.set_result(None)
        elif isinstance(event, ErrorEvent):
            self._is_refused |= event.code == Busy.code
            self.errors.append(event.msg)
        elif sentence := self._meter.receive(event, self.socket.received_at):
            self._sentences.append(sentence)


class DialectLoadClient:
    """One connection of a dialect that measures a text; `log` is told when its tokens are sent.

    A dialect does not tell where sentences end: `first_end` says it of the first.
    """

    def __init__(self, socket: BenchmarkedConnection, first_end: int | None) -> None:
        self.socket = socket
        self.log = TokenLog()
        self.cpu = CpuMeter()
        self._first_end = first_end
        self._meter = TurnMeter(self.log)
        socket.on_audio = self._receive_audio

    def add_to(self, outcome: LoadOutcome) -> None:
        """Add the measurements to the outcome of all clients; the connection must be closed."""
        if (error := self.socket.closed.result()) is not None:
            outcome.errors.append(error)
        outcome.audio_s += self._meter.audio_ms / 1000
        outcome.gaps_ms += self._meter.gaps_ms
        first_at = self._meter.first_audio_at
        if self._first_end is not None:
            _add_cpu(self.cpu, self._first_end, outcome)
        if first_at is not None and self._first_end is not None:
            certain_at, complete_at = (
                self.log.certain_at(self._first_end),
                self.log.complete_at(self._first_end),
            )
            assert certain_at is not None
            assert complete_at is not None
            outcome.first_ms.append((first_at - certain_at) * 1000)
            outcome.first_from_last_token_ms.append((first_at - complete_at) * 1000)

    def _receive_audio(self, n_bytes: int) -> None:
        self.cpu.heard()
        self._meter.receive_audio(n_bytes, self.socket.received_at)


def _add_cpu(meter: CpuMeter, first_end: int, outcome: LoadOutcome) -> None:
    if (first_ms := meter.first_ms(first_end)) is not None:
        outcome.first_cpu_ms.append(first_ms)


class CancellingClient(LoadClient):
    """Cancels its turn after the second sentence, and counts the audio frames after the confirmation."""

    def __init__(self, socket: MinimalWebSocket) -> None:
        super().__init__(socket)
        self._sentence_ends = 0
        self._cancelled_at: float | None = None
        self._cancel_ms: float | None = None
        self._frames_after = 0

    def add_to(self, outcome: LoadOutcome) -> None:
        """Add the time to the confirmation, and the frames that came after it."""
        outcome.errors += self.errors
        outcome.frames_after_cancel += self._frames_after
        if self._cancel_ms is not None:
            outcome.cancel_ms.append(self._cancel_ms)

    def _receive_audio(self, n_bytes: int) -> None:
        super()._receive_audio(n_bytes)
        self._frames_after += self._cancel_ms is not None

    def _receive_text(self, text: str) -> None:
        super()._receive_text(text)
        event = self._events.read(text)
        if isinstance(event, SentenceEnd):
            self._sentence_ends += 1
            if self._sentence_ends == _SENTENCES_BEFORE_CANCEL:
                self._cancelled_at = _now()
                self.socket.send(text_frame(cancel=True))
        elif isinstance(event, Cancelled) and self._cancelled_at is not None:
            self._cancel_ms = (_now() - self._cancelled_at) * 1000
        elif isinstance(event, TurnDone):
            self.socket.send(text_frame(done=True))
