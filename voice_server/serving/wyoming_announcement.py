"""Announces Wyoming's address in the local network, so that Home Assistant offers to add the server.

By multicast DNS (RFC 6762 and 6763), with the package zeroconf, which the extra of that name installs.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from voice_server.endpoints.http.access_rules import is_loopback
from voice_server.errors import ConfigError

_log = logging.getLogger(__name__)

_SERVICE: Final = "_wyoming._tcp.local."
_ALL_IPV4: Final = "0.0.0.0"  # noqa: S104 - recognized here, not chosen
_ALL: Final = "::"
_MOST_NAME_BYTES: Final = 63


def zeroconf_package() -> Any:
    """The package zeroconf with its part for asyncio. Raises ConfigError where it is not installed."""
    try:
        importlib.import_module("zeroconf.asyncio")
    except ImportError:
        raise ConfigError(
            "--zeroconf needs the package zeroconf; install it with: pip install 'voice-server[zeroconf]'"
        ) from None
    return importlib.import_module("zeroconf")


@asynccontextmanager
async def announced(listener: socket.socket, *, interfaces: list[str] | None = None) -> AsyncIterator[None]:
    """Announce the address of a bound socket while the context lasts.

    A network that cannot be reached is a line in the log. `interfaces` are the addresses of those that are
    used, by default all.
    """
    package = zeroconf_package()
    host, port = listener.getsockname()[:2]
    addresses = _addresses_of_this_machine(host) if host in (_ALL_IPV4, _ALL) else [host]
    machine = socket.gethostname().partition(".")[0]
    name = f"voice-server {machine}".encode()[:_MOST_NAME_BYTES].decode(errors="ignore").replace(".", "-")
    service = package.asyncio.AsyncServiceInfo(
        _SERVICE,
        f"{name}.{_SERVICE}",
        parsed_addresses=addresses,
        port=port,
        server=f"{machine}.local.",
    )
    try:
        zeroconf = package.asyncio.AsyncZeroconf(interfaces=interfaces or package.InterfaceChoice.All)
    except OSError as error:
        _log.warning("the Wyoming address is not announced", extra={"reason": error.strerror or error})
        yield
        return
    registering = asyncio.create_task(_register(zeroconf, service))
    try:
        yield
    finally:
        registering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await registering
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


async def _register(zeroconf: Any, service: Any) -> None:
    """Announce a service, under another name where somebody has this one; it takes a second."""
    try:
        await (await zeroconf.async_register_service(service, allow_name_change=True))
    except Exception as error:  # of a library, and nobody hears worse for it
        _log.warning("the Wyoming address is not announced", extra={"reason": error})


def _addresses_of_this_machine(host: str) -> list[str]:
    """The addresses at which others reach what listens on all of them, IPv4 before IPv6."""
    import ifaddr  # noqa: PLC0415 - comes with zeroconf

    found = [address.ip for adapter in ifaddr.get_adapters() for address in adapter.ips]
    ipv4 = [ip for ip in found if isinstance(ip, str) and not is_loopback(ip)]
    ipv6 = [ip[0] for ip in found if isinstance(ip, tuple) and not is_loopback(ip[0]) and not ip[2]]
    return ipv4 + (ipv6 if host == _ALL else [])
