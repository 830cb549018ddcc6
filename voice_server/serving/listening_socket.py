"""The sockets that a server listens on, and the names under which it is reached."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any, Final, Self

from voice_server.errors import ConfigError

_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognized here, not chosen


HTTP_OPTIONS: Final = "--host or --port"
WYOMING_OPTION: Final = "--wyoming HOST:PORT"
"""What names the addresses, for sentences about them."""


@dataclass(frozen=True, slots=True)
class ServerAddresses:
    """Where a server answers: the base URL, and that of Wyoming (`tcp://…`) where it speaks it."""

    http: str
    wyoming: str | None = None


@dataclass(frozen=True, slots=True)
class ServerSockets:
    """The bound sockets of a server; a context manager that closes them."""

    http: socket.socket
    wyoming: socket.socket | None = None

    @property
    def addresses(self) -> ServerAddresses:
        """Where the server answers on them."""
        wyoming = None if self.wyoming is None else url_of(self.wyoming, "tcp")
        return ServerAddresses(url_of(self.http), wyoming)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()
        if self.wyoming is not None:
            self.wyoming.close()


def bind_all(host: str, port: int, wyoming: tuple[str, int] | None = None) -> ServerSockets:
    """Bound sockets for HTTP and, where its host and port are given, for Wyoming. Raises ConfigError."""
    http = bind(host, port)
    if wyoming is None:
        return ServerSockets(http)
    try:
        sockets = ServerSockets(http, bind(*wyoming, named_by=WYOMING_OPTION))
    except ConfigError:
        http.close()
        raise
    if sockets.wyoming is not None and sockets.wyoming.getsockname() == http.getsockname():
        with sockets:  # the system would only notice when both listen
            raise ConfigError(f"{WYOMING_OPTION} and --port name the same address", code="address")
    return sockets


def bind(host: str, port: int, *, named_by: str = HTTP_OPTIONS) -> socket.socket:
    """A bound socket. Raises ConfigError when the address is in use or not this machine's.

    `named_by` are the options that name the address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio turns Nagle's algorithm off; without, a small answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error, named_by) from None
    return listener


def begin_to_listen(listener: socket.socket, backlog: int, *, named_by: str = HTTP_OPTIONS) -> None:
    """Let clients connect to a bound socket. Raises ConfigError where somebody else listens there by now."""
    try:
        listener.listen(backlog)
    except OSError as error:
        host, port = listener.getsockname()[:2]
        raise _cannot_listen(host, port, error, named_by) from None


def _cannot_listen(host: str, port: int, error: OSError, named_by: str) -> ConfigError:
    why = (error.strerror or str(error)).lower()
    sentence = f"cannot listen on {host}:{port}: {why}; name another {named_by}, 0 takes a free one"
    return ConfigError(sentence, code="address")


def url_of(listener: socket.socket, scheme: str = "http") -> str:
    """The address at which the server answers; one of this machine where it listens on all addresses."""
    host, port = listener.getsockname()[:2]
    host = _THIS_MACHINE.get(host, host)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def with_own_name(host: str, access: dict[str, Any]) -> dict[str, Any]:
    """The rules of access, with the address that the server listens on among its names."""
    return access if host in _THIS_MACHINE else {**access, "hosts": (*access.get("hosts", ()), host)}
