"""The socket that a server listens on: taken ports, small answers."""

from __future__ import annotations

import socket

import pytest

from voice_server.errors import ConfigError
from voice_server.serving.listening_socket import begin_to_listen, bind, bind_all


def test_a_taken_port_is_one_sentence() -> None:
    taken = bind("127.0.0.1", 0)
    taken.listen()
    port = taken.getsockname()[1]
    with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: address already in use"):
        bind("127.0.0.1", port)
    taken.close()


def test_a_port_that_somebody_else_took_after_it_was_bound_is_one_sentence() -> None:
    with bind("127.0.0.1", 0) as ours:
        port = ours.getsockname()[1]
        with bind("127.0.0.1", port) as theirs:  # the system allows it as long as nobody listens
            begin_to_listen(theirs, 1)
            with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: .*another --there"):
                begin_to_listen(ours, 1, named_by="--there")


def test_both_addresses_are_bound_or_none() -> None:
    with bind_all("127.0.0.1", 0, ("127.0.0.1", 0)) as both:
        assert both.wyoming is not None
        port, wyoming_port = (each.getsockname()[1] for each in (both.http, both.wyoming))
        assert both.addresses.http == f"http://127.0.0.1:{port}"
        assert both.addresses.wyoming == f"tcp://127.0.0.1:{wyoming_port}"
        both.wyoming.listen()
        with pytest.raises(ConfigError, match=f"127.0.0.1:{wyoming_port}: .*another --wyoming HOST:PORT"):
            bind_all("127.0.0.1", 0, ("127.0.0.1", wyoming_port))
    with bind_all("127.0.0.1", port) as alone:
        assert alone.addresses.wyoming is None


def test_one_address_for_both_is_an_error_before_anything_listens() -> None:
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    with pytest.raises(ConfigError, match="--wyoming HOST:PORT and --port name the same address"):
        bind_all("127.0.0.1", port, ("127.0.0.1", port))
    bind("127.0.0.1", port).close()


def test_small_answers_are_not_held_back() -> None:
    # asyncio sets TCP_NODELAY on sockets that name their protocol, and accepted ones inherit the name.
    with bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
