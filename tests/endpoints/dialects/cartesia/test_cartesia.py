"""The routes of Cartesia's dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.cartesia.cartesia import CARTESIA


def test_every_path_has_the_prefix() -> None:
    paths = [*CARTESIA.sockets, *(each.path for each in CARTESIA.operations)]
    assert all(path.startswith("/cartesia/") for path in paths)
