"""The socket that a server listens on: taken ports, small answers."""

from __future__ import annotations

import socket

import pytest

from voice_server.errors import ConfigError
from voice_server.serving.listening_socket import bind


def test_a_taken_port_is_one_sentence() -> None:
    taken = bind("127.0.0.1", 0)
    taken.listen()
    port = taken.getsockname()[1]
    with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: address already in use"):
        bind("127.0.0.1", port)
    taken.close()


def test_small_answers_are_not_held_back() -> None:
    # asyncio sets TCP_NODELAY on sockets that name their protocol, and accepted ones inherit the name.
    with bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
