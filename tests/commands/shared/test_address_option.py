"""An address to listen on, as people write it."""

from __future__ import annotations

import click
import pytest

from voice_server.commands.shared.address_option import AddressType, ListeningAddress
from voice_server.errors import ConfigError


def read(written: str) -> ListeningAddress:
    option = click.Option(["--speak-at"], type=AddressType(10_200))
    address: ListeningAddress = option.type.convert(written, option, None)
    return address


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("10300", "127.0.0.1", 10_300),
        ("0", "127.0.0.1", 0),
        ("192.0.2.1", "192.0.2.1", 10_200),
        ("192.0.2.1:10300", "192.0.2.1", 10_300),
        ("localhost:1", "localhost", 1),
        ("box.local", "box.local", 10_200),
        ("[::1]:10300", "::1", 10_300),
        ("[::]", "::", 10_200),
        ("::1", "::1", 10_200),
        ("fe80::1:2", "fe80::1:2", 10_200),
        (" 10300 ", "127.0.0.1", 10_300),
        ("65535", "127.0.0.1", 65_535),
    ],
)
def test_a_port_a_host_or_both_are_an_address(written: str, host: str, port: int) -> None:
    assert read(written) == ListeningAddress(host, port)


@pytest.mark.parametrize(
    "written",
    ["", ":10300", "host:", "host:x", "65536", "h:70000", "[::1", "::1]:1", "a b", "-1:2:3", "tcp://h:1"],
)
def test_anything_else_is_an_error_that_shows_addresses(written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(written)
    assert caught.value.message == (
        f"--speak-at {written!r} is no address; it looks like 10200, 0.0.0.0:10200 or [::1]:10200"
    )


def test_an_address_is_shown_as_it_is_written() -> None:
    for written in ("127.0.0.1:10200", "[::1]:10200", "box:1"):
        assert str(read(written)) == written
