"""The delay of the first sound in CPU time of the server and its workers: what others use is left out."""

from __future__ import annotations

from collections.abc import Callable

from voice_server.commands.simulate.simulated_llm import TokenLog

CpuClock = Callable[[], float]
"""How many CPU seconds a server and its workers have used."""


class CpuMeter:
    """Measures one text; without a clock it measures nothing."""

    def __init__(self, clock: CpuClock | None = None) -> None:
        self._clock = clock
        self._log = TokenLog()
        self._heard_at: float | None = None

    def sent(self, token: str) -> None:
        """A token is being sent."""
        if self._clock is not None:
            self._log.sent(token, self._clock())

    def finished(self) -> None:
        """The text has ended."""
        if self._clock is not None:
            self._log.finished(self._clock())

    def heard(self) -> None:
        """Sound came."""
        if self._clock is not None and self._heard_at is None:
            self._heard_at = self._clock()

    def first_ms(self, end: int) -> float | None:
        """CPU ms from the token that made the text up to `end` certain to the first sound, if known."""
        certain_at = self._log.certain_at(end)
        if certain_at is None or self._heard_at is None:
            return None
        return (self._heard_at - certain_at) * 1000
