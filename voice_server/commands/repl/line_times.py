"""The times of the lines of a prompt: each is a turn, and turns end in the order in which they were sent."""

from __future__ import annotations

from collections import deque

from voice_server.client_events import Event, TurnDone
from voice_server.commands.simulate.simulated_llm import TokenLog
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter


class LineTimes:
    """Measures the sentences of the lines that are sent; times in seconds on any one clock."""

    def __init__(self) -> None:
        self._open: deque[TurnMeter] = deque()

    def sent(self, line: str, now: float) -> None:
        """Record that a line was sent, whole."""
        log = TokenLog()
        log.sent(line, now)
        log.finished(now)
        self._open.append(TurnMeter(log))

    def receive(self, event: Event, now: float) -> SentenceTiming | None:
        """Take the next event; return the timing of the sentence that it completes, if any."""
        if not self._open:
            return None
        if isinstance(event, TurnDone):
            self._open.popleft()
            return None
        return self._open[0].receive(event, now)
