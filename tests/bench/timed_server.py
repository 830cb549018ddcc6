"""A server that writes down when a sentence is certain and goes to a worker; its players are timed too."""

from __future__ import annotations

from pathlib import Path

from tests.bench import timed_player
from voice_server.commands.serve import serve
from voice_server.core.speech.segments import PendingSegment
from voice_server.core.speech.utterance import Utterance
from voice_server.playback import player_channel

_dispatch = Utterance.dispatch


def _noted_dispatch(utterance: Utterance, now: float) -> PendingSegment:
    timed_player.note("certain")
    return _dispatch(utterance, now)


if __name__ == "__main__":
    player_channel._PLAYER = Path(timed_player.__file__)
    Utterance.dispatch = _noted_dispatch  # type: ignore[assignment, method-assign]
    serve()
