"""The routes of Deepgram's dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.deepgram.deepgram import DEEPGRAM


def test_every_path_has_the_prefix() -> None:
    paths = [*DEEPGRAM.sockets, *(each.path for each in DEEPGRAM.operations)]
    assert all(path.startswith("/deepgram/") for path in paths)
