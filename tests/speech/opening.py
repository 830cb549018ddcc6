"""A service over the arithmetic pool, and speeches of it that are taken to their end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.arithmetic_pool import ArithmeticPool, config_of
from voice_server.config import Config
from voice_server.core.speech import utterance_events
from voice_server.plugins.plugins import Plugins
from voice_server.speech import Speech, SpeechRequest, SpeechService


@asynccontextmanager
async def serving(
    pool: ArithmeticPool, config: Config | None = None, plugins: Plugins | None = None
) -> AsyncIterator[SpeechService]:
    clock = asyncio.get_running_loop().time
    config = config or config_of(*pool.names)
    async with SpeechService(pool, config, plugins=plugins, clock=clock) as service:
        yield service


def opened(service: SpeechService, **request: object) -> Speech:
    settings, _ = service.settings(SpeechRequest(first_segment="sentence", **request))  # type: ignore[arg-type]
    return service.open(settings)


async def everything(speech: Speech) -> list[utterance_events.UtteranceEvent]:
    return [event async for event in speech]


def audio_of(told: list[utterance_events.UtteranceEvent]) -> bytes:
    return b"".join(event.pcm for event in told if isinstance(event, utterance_events.SentenceAudio))
