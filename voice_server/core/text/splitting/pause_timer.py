"""How long to wait for the next token before a buffer that looks complete is spoken.

The wait is max(150 ms, 2.5 x the running median of the gaps between tokens), and at most `max_wait_ms`. In
recorded streams of models, 99 % of the gaps are below 1.3 x their median, so the timer rarely ends within a
sentence. A weak end (an abbreviation, a clause) waits three times as long. Time is an argument.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from voice_server.core.text.splitting.provisional import EndStrength

_GAPS_KEPT = 15
_MIN_WAIT_S = 0.150
_GAPS_WAITED = 2.5
_WEAK_FACTOR = 3.0


class PauseTimer:
    """Measures the gaps between the tokens of one stream; says from when on a longer gap is a pause."""

    def __init__(self, max_wait_ms: float = 300) -> None:
        self.set_max_wait(max_wait_ms)
        self._gaps_s: deque[float] = deque(maxlen=_GAPS_KEPT)
        self._last_token_at: float | None = None

    def set_max_wait(self, max_wait_ms: float) -> None:
        """Limit the wait for a strong end, from now on; the gaps that were learned stay."""
        self._max_wait_s = max(max_wait_ms / 1000, _MIN_WAIT_S)

    def token(self, now: float) -> None:
        """Note that a token came at `now`, in seconds of any monotonic clock."""
        if self._last_token_at is not None:
            self._gaps_s.append(now - self._last_token_at)
        self._last_token_at = now

    @property
    def wait_s(self) -> float:
        """Seconds without a token after which a strong end is handed out."""
        median_gap_s = median(self._gaps_s) if self._gaps_s else 0.0
        return min(max(_MIN_WAIT_S, _GAPS_WAITED * median_gap_s), self._max_wait_s)

    def deadline(self, strength: EndStrength) -> float | None:
        """Return when to hand out a buffer whose end has this strength; None for never."""
        if self._last_token_at is None or strength == "none":
            return None
        return self._last_token_at + self.wait_s * (_WEAK_FACTOR if strength == "weak" else 1.0)
