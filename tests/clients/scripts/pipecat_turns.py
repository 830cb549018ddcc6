"""Answers that a TTS service of Pipecat speaks in a pipeline; what scripts for its services share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from pipecat.tests.utils import SleepFrame, run_test

from tests.clients.scripts.report import Scene, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. " * 3
SPOKEN_S = 1.0
"""Long enough for all of an answer to be sent, which is much shorter than to be heard."""


def answer(text: str) -> list[Any]:
    """What an LLM's answer becomes in a pipeline."""
    tokens = [LLMTextFrame(token + " ") for token in text.split(" ")]
    return [LLMFullResponseStartFrame(), *tokens, LLMFullResponseEndFrame()]


def scene_of(frames: Sequence[Any], errors: Sequence[Any]) -> Scene:
    """The sound and the words of every answer, these in s from its first; and how many ended."""
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


def logged_warnings() -> list[str]:
    """A list that every warning is added to from now on."""
    lines: list[str] = []
    logger.remove()
    logger.add(lambda line: lines.append(str(line)), level="WARNING")
    return lines
