"""An address to listen on as one option: `[HOST:]PORT`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import click

from voice_server.errors import ConfigError

_WRITTEN = re.compile(
    r"""(?P<port>\d+)                                             # 10200
    | (\[(?P<ipv6>[^\]\s]+)\] | (?P<host>[^:\[\]\s]+)) (:(?P<behind>\d+))?  # [::1]:10200, 192.168.1.5, box:1
    | (?P<bare>[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)      # ::1""",
    re.VERBOSE,
)
_MOST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class ListeningAddress:
    """A host, and a port of which 0 stands for a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class AddressType(click.ParamType[ListeningAddress]):
    """`[HOST:]PORT`, a host alone, or a port alone, which is one of this machine."""

    name = "address"

    def __init__(self, default_port: int) -> None:
        self._default_port = default_port

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> ListeningAddress:
        """Return the address. Raises ConfigError."""
        del ctx
        if isinstance(value, ListeningAddress):
            return value
        written = _WRITTEN.fullmatch(str(value).strip())
        port = int((written and (written["port"] or written["behind"])) or self._default_port)
        if written is None or port > _MOST_PORT:
            option = param.opts[0] if param is not None else "the address"
            raise ConfigError(
                f"{option} {str(value)[:80]!r} is no address; it looks like {self._default_port}, "
                f"0.0.0.0:{self._default_port} or [::1]:{self._default_port}"
            )
        host = written["ipv6"] or written["host"] or written["bare"] or "127.0.0.1"
        return ListeningAddress(host, port)
