"""How a command plays what a server sends, into a file or to the speakers."""

from __future__ import annotations

import asyncio

from voice_server.playback import SoundSink

_POLL_INTERVAL_S = 0.03
_FILE_AHEAD_S = 600  # a file is not listened to: render as far ahead as the protocol allows


def ahead_s_for(sink: SoundSink) -> float | None:
    """The `ahead_s` to configure a connection with; None, for the speakers, leaves the server's default."""
    return None if sink.path is None else _FILE_AHEAD_S


async def play(sink: SoundSink, pcm: bytes) -> None:
    """Play PCM (int16 mono at 24 000 Hz) after what came before, without blocking the event loop for long."""
    if sink.takes_long:
        try:
            await asyncio.to_thread(sink.play, pcm)
        except asyncio.CancelledError:
            sink.clear()  # the thread waits for room in a buffer that is full
            raise
    else:
        sink.play(pcm)


async def wait_until_played(sink: SoundSink, position_ms: float | None = None) -> None:
    """Wait until the sound has been played up to a position, or to its end where it is None."""

    def is_played() -> bool:
        return sink.wait_until_heard(0) if position_ms is None else sink.played_ms >= position_ms

    while not is_played():  # noqa: ASYNC110 - a sound device offers no event to wait for
        await asyncio.sleep(_POLL_INTERVAL_S)
