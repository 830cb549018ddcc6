"""The services of Pipecat for ElevenLabs: of its socket, of the dialogue's, and of its requests."""

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
    TTSTextFrame,
)
from pipecat.services.elevenlabs.dialogue.tts import ElevenLabsDialogueTTSService
from pipecat.services.elevenlabs.tts import ElevenLabsHttpTTSService, ElevenLabsTTSService
from pipecat.services.tts_service import TextAggregationMode
from pipecat.tests.utils import SleepFrame, run_test

from tests.clients.scripts.report import Scene, report, server_of, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. " * 3
VOICE = "21m00Tcm4TlvDq8ikWAM"
SPOKEN_S = 1.0
"""Long enough for all of an answer to be sent, which is much shorter than to be heard."""


def answer(text: str) -> list[Any]:
    """What an LLM's answer becomes in a pipeline."""
    tokens = [LLMTextFrame(token + " ") for token in text.split(" ")]
    return [LLMFullResponseStartFrame(), *tokens, LLMFullResponseEndFrame()]


def scene_of(frames: Sequence[Any], errors: Sequence[Any]) -> Scene:
    """The sound and the words of every answer, and how many ended; words in s from the first of them."""
    turns: dict[str, list[bytes]] = {}
    words: dict[str, list[tuple[str, float]]] = {}
    for frame in frames:
        if isinstance(frame, TTSStartedFrame):
            turns[str(frame.context_id)] = []
        elif isinstance(frame, TTSAudioRawFrame):
            turns[str(frame.context_id)].append(frame.audio)
        elif isinstance(frame, TTSTextFrame):
            words.setdefault(str(frame.context_id), []).append((frame.text, (frame.pts or 0) / 1e9))
    return {
        "turns": [sound(each) for each in turns.values()],
        "words": [[(word, at - each[0][1]) for word, at in each] for each in words.values()],
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

    def speech(**more: Any) -> Any:
        settings = ElevenLabsTTSService.Settings(voice=VOICE)
        return ElevenLabsTTSService(
            api_key=key, url=socket_url, sample_rate=24_000, settings=settings, **more
        )

    def dialogue() -> Any:
        settings = ElevenLabsDialogueTTSService.Settings(voice=VOICE)
        return ElevenLabsDialogueTTSService(
            api_key=key, url=socket_url, sample_rate=24_000, settings=settings
        )

    async with aiohttp.ClientSession() as session:
        http = ElevenLabsHttpTTSService(
            api_key=key,
            base_url=url,
            aiohttp_session=session,
            sample_rate=24_000,
            settings=ElevenLabsHttpTTSService.Settings(voice=VOICE),
        )
        scenes = {
            "speech": await spoken(speech()),
            "speech interrupted": await interrupted(speech()),
            "speech tokens": await spoken(speech(text_aggregation_mode=TextAggregationMode.TOKEN)),
            "dialogue": await spoken(dialogue()),
            "dialogue interrupted": await interrupted(dialogue()),
            "http": await spoken(http),
        }
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
