"""What an engine's folder says of it before it is set up: `[tool.voice-server]` in its pyproject.toml.

    [tool.voice-server]
    natural = true       # sounds like a person, in real time on an ordinary CPU
    languages = "more than thirty languages"
    download_mb = 150    # packages, with torch for the CPU, and weights, as they come over the network
    disk_mb = 290        # the same, as they lie on the disk

    [tool.voice-server.groups.ja]  # what of this is a group of packages that a set-up may leave out
    download_mb = 50
    disk_mb = 250

This is their only place: whatever offers the engine to a person takes the figures from here.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from voice_server.config import BackendConfig
from voice_server.errors import ConfigError

HOME_MBIT_PER_S = 50
"""The connection that times are told for."""
_UNPACKED_MB_PER_S = 100.0
_PROJECT_FILE = "pyproject.toml"
_TABLE = "voice-server"

Megabytes = Annotated[int, msgspec.Meta(ge=1)]


class GroupSizes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one group of an engine's packages takes."""

    download_mb: Megabytes
    disk_mb: Megabytes


_CUDA = GroupSizes(download_mb=2500, disk_mb=4000)
"""What torch 2.13 takes more for CUDA than for the CPU: its wheels, and on the disk an estimate."""


class EngineFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The facts; an engine that is `natural`, in real time on an ordinary CPU, may be the default."""

    natural: bool = False
    languages: str = ""
    download_mb: Megabytes
    disk_mb: Megabytes
    groups: dict[str, GroupSizes] = {}

    def without(self, groups: Iterable[str]) -> EngineFacts:
        """The facts where these groups of packages are left out."""
        sizes = [self.groups[name] for name in groups if name in self.groups]
        return self._with_more(-sum(each.download_mb for each in sizes), -sum(each.disk_mb for each in sizes))

    def with_cuda(self) -> EngineFacts:
        """The facts where torch comes with CUDA."""
        return self._with_more(_CUDA.download_mb, _CUDA.disk_mb)

    def _with_more(self, download_mb: int, disk_mb: int) -> EngineFacts:
        return msgspec.structs.replace(
            self, download_mb=self.download_mb + download_mb, disk_mb=self.disk_mb + disk_mb
        )

    @property
    def set_up_s(self) -> float:
        """About how many seconds a set-up takes with a connection of `HOME_MBIT_PER_S`."""
        return self.download_mb * 8 / HOME_MBIT_PER_S + self.disk_mb / _UNPACKED_MB_PER_S

    @property
    def sizes(self) -> str:
        """The sizes and the time: "0.15 GB to download, about 30 s at 50 Mbit/s, 0.29 GB on the disk"."""
        return (
            f"{self.download_mb / 1000:.2g} GB to download, about {_duration(self.set_up_s)} at "
            f"{HOME_MBIT_PER_S} Mbit/s, {self.disk_mb / 1000:.2g} GB on the disk"
        )


def facts_of(name: str, backend: BackendConfig) -> EngineFacts | None:
    """The facts of a backend's engine; None where its folder states none. Raises ConfigError."""
    try:
        project = tomllib.loads((backend.adapter.parent / _PROJECT_FILE).read_text(encoding="utf-8"))
        table: Any = project.get("tool", {}).get(_TABLE)
        return None if table is None else msgspec.convert(table, EngineFacts)
    except OSError:
        return None
    except ValueError as error:
        raise ConfigError(f"{_PROJECT_FILE} of the backend {name}: {error}") from None


def _duration(seconds: float) -> str:
    """Seconds in steps of five, or whole minutes."""
    if seconds <= 55:
        return f"{max(5, 5 * math.ceil(seconds / 5))} s"
    minutes = math.ceil(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
