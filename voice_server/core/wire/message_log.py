"""What one end of a connection has sent last, to be sent again where the other end did not receive it."""

from __future__ import annotations

from collections import deque
from itertools import islice


class MessageLog:
    """The last messages of a session in their order; `sent` is how many there have been.

    At most `most_bytes` of them are kept, text counted in characters: the oldest are forgotten first, and the
    last one is always kept.
    """

    def __init__(self, most_bytes: int, *, sent: int = 0) -> None:
        self._most_bytes = most_bytes
        self._messages: deque[str | bytes] = deque()
        self._bytes = 0
        self.sent = sent

    def add(self, message: str | bytes) -> None:
        """Take note of a message that is being sent."""
        self._messages.append(message)
        self._bytes += len(message)
        self.sent += 1
        while self._bytes > self._most_bytes and len(self._messages) > 1:
            self._bytes -= len(self._messages.popleft())

    def reaches(self, received: int) -> bool:
        """Whether all is kept behind the first `received` messages of the session, and so many were sent."""
        return self.sent - len(self._messages) <= received <= self.sent

    @property
    def kept(self) -> list[str | bytes]:
        """All messages that are kept."""
        return list(self._messages)

    def after(self, received: int) -> list[str | bytes]:
        """The messages behind the first `received`, which the log must reach."""
        return list(islice(self._messages, len(self._messages) - (self.sent - received), None))
