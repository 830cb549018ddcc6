"""How many connections are open, of all and of each address, and since when there has been none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from voice_server.config import Limits
from voice_server.endpoints.http.access_rules import is_loopback

_MOST_IN_A_MOMENT = 100
"""How many connections there may be beside those that are allowed, until room that was promised is made."""


class ConnectionCount:
    """Counts the connections of all endpoints together.

    `make_room` ends an idle connection when there are as many as may be, and returns whether there was one;
    `now` is a clock in seconds.
    """

    def __init__(self, limits: Limits, make_room: Callable[[], bool], now: Callable[[], float]) -> None:
        self._limits = limits
        self._make_room = make_room
        self._now = now
        self._open: Counter[str] = Counter()
        self._ended_at = now()

    def is_full(self, address: str, *, may_make_room: bool = True, has_asked: bool = True) -> bool:
        """Whether there is no room for one more from an address; `may_make_room` for it.

        One that has not `has_asked` for anything leaves half of the room of a moment to those that have.
        """
        if not is_loopback(address) and self._open[address] >= self._limits.connections_per_address:
            return True
        most, total = self._limits.connections, self._open.total()
        in_a_moment = _MOST_IN_A_MOMENT if has_asked else _MOST_IN_A_MOMENT // 2
        return total >= most + in_a_moment or (total >= most and not (may_make_room and self._make_room()))

    @property
    def is_over(self) -> bool:
        """Whether there are more connections than may be: room that was promised is still owed."""
        return self._open.total() > self._limits.connections

    @contextmanager
    def one_from(self, address: str) -> Iterator[None]:
        """Count a connection from an address as open."""
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]
            self._ended_at = self._now()

    def idle_s(self) -> float:
        """For how many seconds no connection has been open."""
        return 0.0 if self._open else self._now() - self._ended_at
