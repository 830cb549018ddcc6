"""How a command plays what a server sends, into a file or to the speakers."""

from __future__ import annotations

import asyncio

from voice_server.playback import SoundSink

_FILE_AHEAD_S = 600  # a file is not listened to: render as far ahead as the protocol allows


def ahead_s_for(sink: SoundSink) -> float | None:
    """The `ahead_s` to configure a connection with; None, for the speakers, leaves the server's default."""
    return None if sink.path is None else _FILE_AHEAD_S


async def play(sink: SoundSink, pcm: bytes) -> None:
    """Play PCM (int16 mono at 24 000 Hz) after what came before, without blocking the event loop for long."""
    if sink.takes_long:
        await asyncio.to_thread(sink.play, pcm)
    else:
        sink.play(pcm)
