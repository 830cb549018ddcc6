"""Which sessions may be taken up again by another connection, and which have to make room.

A session is kept while it has a connection, and for a while after it lost it; the shell tells when that
while is over. There is room for so many; a session that has no connection makes room for a new one, the one
that lost it first of all. Names are secrets: who knows one has the session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

_Session = TypeVar("_Session")


@dataclass(slots=True)
class _Kept(Generic[_Session]):
    session: _Session
    loss: int | None = None
    """Counts the losses of all sessions; None while there is a connection."""


class KeptSessions(Generic[_Session]):
    """At most so many sessions, by name."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[str, _Kept[_Session]] = {}
        self._losses = 0

    def admit(self, name: str, session: _Session) -> list[_Session] | None:
        """Keep a session that has a connection, and return those that made room for it: they are over.

        None where there is no room.
        """
        ended = []
        if len(self._kept) >= self._most:
            lost = [(each.loss, other) for other, each in self._kept.items() if each.loss is not None]
            if not lost:
                return None
            ended.append(self._kept.pop(min(lost)[1]).session)
        self._kept[name] = _Kept(session)
        return ended

    def get(self, name: str) -> _Session | None:
        """The session of a name, with a connection or without."""
        kept = self._kept.get(name)
        return None if kept is None else kept.session

    def take_up(self, name: str) -> None:
        """A session has a connection again."""
        self._kept[name].loss = None

    def lose(self, name: str) -> int:
        """A session has lost its connection; the number is for `expire`."""
        self._losses += 1
        self._kept[name].loss = self._losses
        return self._losses

    def expire(self, name: str, loss: int) -> _Session | None:
        """The time after a loss is over: the session, if it ends; None if it was taken up, or has ended."""
        kept = self._kept.get(name)
        if kept is None or kept.loss != loss:
            return None
        return self._kept.pop(name).session

    def forget(self, name: str) -> None:
        """A session is over, if there was one of this name."""
        self._kept.pop(name, None)

    def end_lost(self) -> list[_Session]:
        """Keep none any longer that has no connection; returns those."""
        lost = [name for name, each in self._kept.items() if each.loss is not None]
        return [self._kept.pop(name).session for name in lost]
