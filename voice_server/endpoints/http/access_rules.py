"""Who may use the server: the names it answers to, the origins of pages, and the token.

What an administrator writes is brought into the form in which clients send it, and what no client could ever
send is an error before the server starts. The guard and the answers to preflights ask the same rules.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from voice_server.errors import ConfigError

ANY = "*"
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@*]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Who is let in; made by `of`, because every name must be in the form in which clients send it."""

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    token: str | None = None

    @classmethod
    def of(cls, *, hosts: Iterable[str] = (), origins: Iterable[str] = (), token: str | None = None) -> Self:
        """Return the rules for names, origins and a token as people write them.

        Raises ConfigError for one that no client can send.
        """
        return cls(
            frozenset(_allowed_host(each) for each in hosts),
            frozenset(_allowed_origin(each) for each in origins),
            None if token is None else checked_token(token),
        )

    def allows_host(self, header: str) -> bool:
        """Whether a Host header names this server; its port does not matter."""
        host = _host_of("//" + header)
        return host is not None and (is_loopback(host) or host in self.hosts or ANY in self.hosts)

    def allows_origin(self, origin: str) -> bool:
        """Whether pages of an origin may use the server: http(s) of this machine, and what was allowed."""
        if ANY in self.origins:
            return True
        written = _normal_origin(origin)
        if written in self.origins:
            return True
        scheme, _, host = (written or "").partition("://")
        return scheme in ("http", "https") and is_loopback(_host_of("//" + host) or "")

    @property
    def allows_every_origin(self) -> bool:
        """Whether pages of every origin may use the server."""
        return ANY in self.origins


def checked_token(token: str) -> str:
    """Return a token that clients can send. Raises ConfigError for one that is empty or has blank ends."""
    if not token.strip():
        raise ConfigError("the token is empty: give the secret itself, 'new' to make one, or no token at all")
    if token != token.strip() or not token.isprintable():
        raise ConfigError(
            "a token has no blanks at its ends and no control characters: clients cannot send them"
        )
    return token


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: `localhost`, or an address such as 127.0.0.1, ::1, ::ffff:127.0.0.1."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _allowed_host(written: str) -> str:
    """A name of --allow-host; also of its URL, or with a port. Raises ConfigError."""
    if written == ANY:
        return ANY
    address = written if "://" in written else "//" + _bracketed(written)
    host = _host_of(address)
    if host is None or not _is_bare(address) or not (_is_address(host) or _NAME.fullmatch(host)):
        raise ConfigError(
            f"--allow-host {written!r} is no name of a host; it looks like speech.example, 192.168.1.5 or *"
        )
    return host


def _allowed_origin(written: str) -> str:
    """An origin of --allow-origin as browsers send it. Raises ConfigError."""
    origin = written if written in (ANY, "null") else _normal_origin(written)
    if origin is None:
        raise ConfigError(
            f"--allow-origin {written!r} is no origin; it looks like https://speech.example, "
            "http://192.168.1.5:3000, tauri://localhost, null or *"
        )
    return origin


def _normal_origin(written: str) -> str | None:
    """An origin in small letters, without its default port and a slash at its end; None where it is none."""
    if written == "null":
        return written
    bare = written.removesuffix("/") if not written.endswith("://") else written
    if not _ORIGIN.fullmatch(bare):
        return None
    scheme, _, rest = bare.lower().partition("://")
    host, port = _host_of("//" + rest), _port_of("//" + rest)
    if host is None:
        return f"{scheme}://" if not rest and scheme not in _DEFAULT_PORTS else None
    if port == -1 or (scheme in _DEFAULT_PORTS and not (_is_address(host) or _NAME.fullmatch(host))):
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if port in (None, _DEFAULT_PORTS.get(scheme)) else f":{port}")


def _bracketed(host: str) -> str:
    """An IPv6 address in the brackets that it has in a URL."""
    return f"[{host}]" if _is_address(host) and ":" in host else host


def _is_bare(url: str) -> bool:
    """Whether a URL has a host, perhaps a port, and nothing else."""
    parts = urlsplit(url)
    return (
        parts.path in ("", "/")
        and not (parts.query or parts.fragment or "@" in parts.netloc)
        and _port_of(url) != -1
    )


_LONGEST_HOST_URL = 300
"""Characters of a scheme, a host (at most 253, RFC 1035) and a port."""


def _host_of(url: str) -> str | None:
    """The host as browsers write it: small letters, ASCII, no dot at its end."""
    if len(url) > _LONGEST_HOST_URL:
        return None
    try:
        host = urlsplit(url).hostname or ""
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        return None
    return host.removesuffix(".") or host or None


def _port_of(url: str) -> int | None:
    """The port of a URL; -1 for what is no port."""
    try:
        return urlsplit(url).port
    except ValueError:
        return -1


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
