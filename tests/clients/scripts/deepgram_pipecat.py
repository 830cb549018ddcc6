"""The services of Pipecat for Deepgram: of its socket, of its requests, and of Flux."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import aiohttp
from loguru import logger
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.services.deepgram.flux.tts import DeepgramFluxTTSService
from pipecat.services.deepgram.tts import DeepgramHttpTTSService, DeepgramTTSService
from pipecat.tests.utils import SleepFrame, run_test

from tests.clients.scripts.report import Scene, report, server_of, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. " * 3
SPOKEN_S = 0.5
"""Long enough for all of an answer to be sent, which is much shorter than to be heard."""


def answer(text: str) -> list[Any]:
    """What an LLM's answer becomes in a pipeline."""
    tokens = [LLMTextFrame(token + " ") for token in text.split(" ")]
    return [LLMFullResponseStartFrame(), *tokens, LLMFullResponseEndFrame()]


def scene_of(frames: Sequence[Any], errors: Sequence[Any]) -> Scene:
    """The sound of every answer, and how many began and ended."""
    turns: list[list[bytes]] = []
    for frame in frames:
        if isinstance(frame, TTSStartedFrame):
            turns.append([])
        elif isinstance(frame, TTSAudioRawFrame):
            turns[-1].append(frame.audio)
    return {
        "turns": [sound(each) for each in turns],
        "stopped": sum(isinstance(frame, TTSStoppedFrame) for frame in frames),
        "errors": [each.error for each in errors if isinstance(each, ErrorFrame)],
    }


async def spoken(service: Any) -> Scene:
    """Two answers."""
    frames = [*answer(TEXT), SleepFrame(SPOKEN_S), *answer(TEXT), SleepFrame(SPOKEN_S)]
    return scene_of(*await run_test(service, frames_to_send=frames, start_timeout=20))


async def interrupted(service: Any) -> Scene:
    """An answer that is interrupted, and the one behind it."""
    barge_in = [*answer(LONG), SleepFrame(0.1), InterruptionFrame(), SleepFrame(0.1)]
    frames = [*barge_in, *answer(TEXT), SleepFrame(SPOKEN_S)]
    return scene_of(*await run_test(service, frames_to_send=frames, start_timeout=20))


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged: list[str] = []
    logger.remove()
    logger.add(lambda line: logged.append(str(line)), level="WARNING")
    socket_url = url.replace("http", "ws", 1)

    def aura() -> Any:
        return DeepgramTTSService(api_key=key, base_url=socket_url, sample_rate=24_000)

    def flux() -> Any:
        return DeepgramFluxTTSService(api_key=key, url=f"{socket_url}/v2/speak", sample_rate=24_000)

    async with aiohttp.ClientSession() as session:
        http = DeepgramHttpTTSService(api_key=key, base_url=url, aiohttp_session=session, sample_rate=24_000)
        scenes = {
            "v1": await spoken(aura()),
            "v1 interrupted": await interrupted(aura()),
            "v1 http": await spoken(http),
            "v2": await spoken(flux()),
            "v2 interrupted": await interrupted(flux()),
        }
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
