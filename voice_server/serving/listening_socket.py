"""The socket that a server listens on, and the names under which it is reached."""

from __future__ import annotations

import socket
from typing import Any

from voice_server.errors import ConfigError

_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognized here, not chosen


def bind(host: str, port: int) -> socket.socket:
    """A bound socket. Raises ConfigError when the address is in use or not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio turns Nagle's algorithm off; without, a small answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = (error.strerror or str(error)).lower()
        sentence = f"cannot listen on {host}:{port}: {why}; name another --host or --port, 0 takes a free one"
        raise ConfigError(sentence, code="address") from None
    return listener


def url_of(listener: socket.socket) -> str:
    """The address at which the server answers; one of this machine where it listens on all addresses."""
    host, port = listener.getsockname()[:2]
    host = _THIS_MACHINE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def with_own_name(host: str, access: dict[str, Any]) -> dict[str, Any]:
    """The rules of access, with the address that the server listens on among its names."""
    return access if host in _THIS_MACHINE else {**access, "hosts": (*access.get("hosts", ()), host)}
