"""The engines that are heard, spoken through a live server and alone, and what a recogniser hears of both."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from tests.heard.heard_server import HeardServer
from tests.heard.sentences import SENTENCES, Sentence
from voice_server.commands.doctor.take import Take, record_take
from voice_server.commands.shared.listener import Heard, Sound, hear
from voice_server.config import load_config
from voice_server.core.options import complete_options
from voice_server.core.types import Frame, Segment
from voice_server.pool.local_pool import LocalPool


@dataclass(frozen=True)
class Engine:
    """A backend, the voice that is heard, and every how manieth sentence it speaks (a matter of time)."""

    backend: str
    voice: str
    every: int = 1

    @property
    def sentences(self) -> Sequence[Sentence]:
        """The sentences that it speaks, as many of each kind."""
        return SENTENCES[:: self.every]

    @property
    def sentences_alone(self) -> Sequence[Sentence]:
        """Those that it speaks without the server too: half of them."""
        return self.sentences[::2]


ENGINES = {
    engine.backend: engine
    for engine in (
        Engine("espeak", "en-us"),
        Engine("piper", "en_US-joe-medium"),
        Engine("kokoro", "af_heart", every=2),
    )
}


@dataclass
class HeardSentences:
    """What was heard of an engine's sentences, in their order; the takes are those of the server."""

    sentences: Sequence[Sentence]
    heard: Sequence[Heard]
    takes: Sequence[Take] = ()

    def of(self, kinds: Sequence[str]) -> list[Heard]:
        """What was heard of the sentences of these kinds."""
        return self.of_sentences([each for each in self.sentences if each.kind in kinds])

    def of_sentences(self, sentences: Sequence[Sentence]) -> list[Heard]:
        """What was heard of these sentences."""
        pairs = zip(self.sentences, self.heard, strict=True)
        return [heard for sentence, heard in pairs if sentence in sentences]


@dataclass
class Listening:
    """Has each engine heard once, when it is first asked for."""

    server: HeardServer
    through_server: dict[str, HeardSentences] = field(default_factory=dict)
    by_itself: dict[str, HeardSentences] = field(default_factory=dict)

    def through(self, engine: Engine) -> HeardSentences:
        """What is heard of an engine through the live server, sentence by sentence."""
        if engine.backend not in self.through_server:
            heard = asyncio.run(_through(self.server, engine))
            self.through_server[engine.backend] = heard
        return self.through_server[engine.backend]

    def alone(self, engine: Engine) -> HeardSentences:
        """What is heard of the adapter, given the same texts as they are."""
        if engine.backend not in self.by_itself:
            self.by_itself[engine.backend] = asyncio.run(_alone(engine))
        return self.by_itself[engine.backend]


async def _through(server: HeardServer, engine: Engine) -> HeardSentences:
    chosen = {"voice": engine.voice, "backend": engine.backend}
    takes = [await record_take(server.url, each.text, **chosen) for each in engine.sentences]
    return HeardSentences(engine.sentences, await _hear(takes, engine.sentences), takes)


async def _alone(engine: Engine) -> HeardSentences:
    config = load_config().backends[engine.backend]
    async with LocalPool({engine.backend: config}) as pool:
        takes = [await _rendered(pool, engine, sentence) for sentence in engine.sentences_alone]
    return HeardSentences(engine.sentences_alone, await _hear(takes, engine.sentences_alone))


async def _rendered(pool: LocalPool, engine: Engine, sentence: Sentence) -> Take:
    """A text as the adapter speaks it: neither split nor cleaned."""
    ready = pool.backends[engine.backend].ready
    assert ready is not None, pool.backends[engine.backend].error
    options = complete_options(ready.capabilities.options, {})
    pcm = bytearray()
    async with aclosing(pool.render(Segment(engine.backend, sentence.text, engine.voice, options))) as items:
        async for item in items:
            if isinstance(item, Frame):
                pcm += item.pcm
    return Take(sentence.text, bytes(pcm), ready.sample_rate_hz)


async def _hear(takes: Sequence[Take], sentences: Sequence[Sentence]) -> list[Heard]:
    pairs = zip(takes, sentences, strict=True)
    return await hear([Sound(take.pcm, take.rate_hz, sentence.readings) for take, sentence in pairs], "en")
