"""Turns of a TTS of LiveKit Agents: streamed, interrupted and whole; what scripts for its services share."""

from __future__ import annotations

import logging
from typing import Any

from livekit.agents.types import USERDATA_TIMED_TRANSCRIPT

from tests.clients.scripts.report import Scene, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. " * 20


async def spoken(tts: Any, *texts: str) -> Scene:
    """Texts as turns of one connection: the sound of each, and its words with their times in s."""
    turns, words = [], []
    for text in texts:
        async with tts.stream() as stream:
            for token in text.split(" "):
                stream.push_text(token + " ")
            stream.end_input()
            frames = [each.frame async for each in stream]
        turns.append(sound([bytes(frame.data) for frame in frames]))
        timed = [each for frame in frames for each in frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, [])]
        words.append([(str(each), each.start_time, each.end_time) for each in timed])
    return {"turns": turns, "words": words}


async def interrupted(tts: Any) -> Scene:
    """A turn that is dropped at its first sound, and the one behind it."""
    async with tts.stream() as stream:
        stream.push_text(LONG)
        stream.flush()
        async for _ in stream:
            break
    return await spoken(tts, TEXT)


async def whole(tts: Any) -> Scene:
    """A text as one request."""
    async with tts.synthesize(TEXT) as stream:
        return {"audio": sound([bytes(each.frame.data) async for each in stream])}


def logged_warnings() -> list[str]:
    """A list that every warning is added to from now on."""
    lines: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    return lines
