"""uvicorn's HTTP protocol with limits on a slow request head and on an answer that nobody reads."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class HttpProtocol(HttpToolsProtocol):
    """A connection that has not sent the headers of a request after `handshake_s` is dropped.

    So is one that has left what it was sent unread for `stalled_reader_s`.
    """

    def __init__(
        self, *arguments: Any, handshake_s: float, stalled_reader_s: float = 30.0, **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        self._handshake_s = handshake_s
        self._stalled_reader_s = stalled_reader_s
        self._stall: asyncio.TimerHandle | None = None
        self._handshake: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the client its time."""
        super().connection_made(transport)
        self._handshake = self.loop.call_later(self._handshake_s, transport.abort)

    def on_headers_complete(self) -> None:
        """The client has said what it wants."""
        self._settle()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._settle()
        self._go_on()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads less than it is sent."""
        super().pause_writing()
        self._go_on()
        self._stall = self.loop.call_later(self._stalled_reader_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads."""
        self._go_on()
        super().resume_writing()

    def _go_on(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _settle(self) -> None:
        if self._handshake is not None:
            self._handshake.cancel()
            self._handshake = None
