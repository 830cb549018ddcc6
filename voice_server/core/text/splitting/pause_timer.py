"""How long to wait for the next token before a complete-looking buffer is spoken: time comes as an
argument.

A pause is max(150 ms, 2.5 x the running median gap between tokens): the gaps of recorded models stay
within 1.3 x their median at the 99th percentile, so that a false alarm is rare. A weak end (an
abbreviation, a clause) waits three times as long.
"""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Literal

_GAPS_KEPT = 15
_MIN_WAIT_S = 0.150
_GAPS_WAITED = 2.5
_WEAK_FACTOR = 3.0


class PauseTimer:
    """Learns the rhythm of one stream of tokens and says when silence means something."""

    def __init__(self, max_wait_ms: float = 300) -> None:
        self.set_max_wait(max_wait_ms)
        self._gaps_s: deque[float] = deque(maxlen=_GAPS_KEPT)
        self._last: float | None = None

    def set_max_wait(self, max_wait_ms: float) -> None:
        """Limit the wait for a strong end, from now on; the gaps that were learned stay."""
        self._max_wait_s = max(max_wait_ms / 1000, _MIN_WAIT_S)

    def token(self, now: float) -> None:
        """A token came at `now` (seconds on any clock that only goes forward)."""
        if self._last is not None:
            self._gaps_s.append(now - self._last)
        self._last = now

    @property
    def wait_s(self) -> float:
        """How long a silence must last to hand out a strong end."""
        usual = median(self._gaps_s) if self._gaps_s else 0.0
        return min(max(_MIN_WAIT_S, _GAPS_WAITED * usual), self._max_wait_s)

    def deadline(self, strength: Literal["none", "weak", "strong"]) -> float | None:
        """When to hand out a buffer that ends so, or None for never."""
        if self._last is None or strength == "none":
            return None
        return self._last + self.wait_s * (_WEAK_FACTOR if strength == "weak" else 1.0)
