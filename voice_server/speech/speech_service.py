"""`SpeechService`: the only way to speak.

Every endpoint opens a `Speech`, pushes text, takes events, and may flush, pause or cancel. Pool, voices and
utterances are the service's own: what an endpoint may know of them it asks here. A whole text is a stream
that is fed by the server; there is no second path.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from voice_server.config import BackendConfig, Config, Limits
from voice_server.core.speech.speech_settings import SpeechRequest, SpeechSettings, UtteranceLimits
from voice_server.core.speech.text_stages import Preparation
from voice_server.core.speech.utterance_inputs import TextPrepared
from voice_server.core.speech.whole_text import WholeTextFeeder
from voice_server.core.text.change_log import ChangeLog
from voice_server.core.text.splitting.speech_length import LETTERS_PER_SECOND
from voice_server.core.types import SpeechWarning, Voice
from voice_server.errors import Busy, TooMuch
from voice_server.metrics import Metrics
from voice_server.plugins.plugins import Plugins
from voice_server.pool.worker_pool import BackendMemory, BackendStatus, WorkerPool
from voice_server.provisioning.natural_engines import NaturalEngine, engines_to_offer
from voice_server.speech.open_speech import Speech
from voice_server.speech.utterance_runner import UtteranceRunner
from voice_server.voices.mixes import MixStore, SavedMix
from voice_server.voices.pronunciation_file import PronunciationFile
from voice_server.voices.resolver import VoiceResolver

_ROOM_CHECKED_S = 0.05
"""How often who waits for room looks for it: listeners run out of text, and of sound, all the time."""


class SpeechService:
    """Opens utterances over one pool; an async context manager that ends all of them.

    `now` is the event loop's clock without its rounding: uvloop's `time()` stands still within one turn of
    the loop and counts whole milliseconds.
    """

    def __init__(
        self,
        pool: WorkerPool,
        config: Config,
        *,
        mixes: MixStore | None = None,
        pronunciations: PronunciationFile | None = None,
        plugins: Plugins | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.now = clock
        self.metrics = Metrics(pool)
        self._pool = pool
        self._config = config
        self._mixes = MixStore() if mixes is None else mixes
        self._resolver = VoiceResolver(pool, config, self._mixes, pronunciations)
        self._utterance_limits = UtteranceLimits(buffered_chars=config.limits.buffered_chars)
        self._plugins = plugins or Plugins()
        self._next_to_enter = {name: asyncio.Lock() for name in config.backends}
        self._runner = UtteranceRunner(pool, config, self._resolver, self._plugins, clock)

    async def __aenter__(self) -> Self:
        await self._runner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.__aexit__(kind, error, trace)

    # ------------------------------------------------------------------ what there is

    @property
    def limits(self) -> Limits:
        """What one client, and all of them together, may ask for."""
        return self._config.limits

    @property
    def agent_voices(self) -> Mapping[str, str]:
        """The voices of agents by their names in small letters, as the configuration has them."""
        return self._config.agents

    @property
    def default_backend(self) -> str:
        """The name of the backend that speaks now for whoever names none."""
        return self._resolver.default.speaking

    def engines_to_offer(self) -> Sequence[NaturalEngine]:
        """The natural engines that could be set up, the recommended one first; reads files."""
        return engines_to_offer(self._config)

    @property
    def backend_names(self) -> Sequence[str]:
        """All backends that are configured, running or not."""
        return tuple(self._config.backends)

    def backend_config(self, backend: str | None = None) -> BackendConfig:
        """How a backend, or the default one, is run."""
        return self._config.backends[backend or self.default_backend]

    def backends(self) -> Mapping[str, BackendStatus]:
        """A snapshot of every backend by name."""
        return self._pool.backends

    def is_up(self, backend: str | None = None) -> bool:
        """Whether a backend, or the default one, speaks; one that is unloaded does, once it is loaded."""
        return self._pool.backends[backend or self.default_backend].can_speak

    def takes_work(self) -> bool:
        """Whether a text that names no backend is spoken: by the default one or what speaks in its place."""
        fallback = self._config.backends[self.default_backend].fallback
        return self.is_up() or (fallback is not None and self.is_up(fallback))

    async def backend_memory(self) -> Mapping[str, BackendMemory]:
        """What the processes of each backend take; empty where the system does not say."""
        return await self._pool.memory()

    def worker_restarts(self) -> Mapping[str, int]:
        """How many workers of each backend were started in place of another."""
        return {name: stats.restarts for name, stats in self._pool.stats().items()}

    async def load_backend(self, backend: str) -> None:
        """Load a backend that is unloaded or down; see `WorkerPool.load`."""
        await self._pool.load(backend)

    async def unload_backend(self, backend: str) -> None:
        """Free the memory of a backend that nobody needs now; see `WorkerPool.unload`."""
        await self._pool.unload(backend)

    def voices(self) -> Sequence[Voice]:
        """The voices of every backend that has been ready."""
        return self._pool.voices()

    def numbered_voices(self, backend: str) -> Sequence[tuple[int, Voice]]:
        """A backend's voices with the numbers that a request may give, from 1."""
        return self._resolver.catalogue.numbered(backend)

    def voices_version(self) -> object:
        """What equals another one as long as voices, saved mixes and the default backend are the same."""
        return self._resolver.catalogue, tuple(self._mixes.values()), self.default_backend

    def resolve_voice(self, name: str, backend: str) -> Voice:
        """The voice that a name means with a backend. Raises UnknownName."""
        return self._resolver.catalogue.resolve(name, backend=backend).voice

    # ------------------------------------------------------------------ mixes of voices

    def saved_mixes(self, backend: str | None = None) -> list[SavedMix]:
        """The mixes saved for a backend, or all."""
        return [mix for mix in self._mixes.values() if backend in (None, mix.backend)]

    def save_mix(self, name: str | None, text: str, backend: str) -> SavedMix:
        """Keep a mix under a name; see `VoiceResolver.save_mix`."""
        return self._resolver.save_mix(name, text, backend)

    def delete_mix(self, name: str) -> bool:
        """Forget a saved mix; whether there was one."""
        return self._mixes.delete(name)

    def reload_mixes(self) -> None:
        """Take over what other programs have saved."""
        self._mixes.read_again()

    # ------------------------------------------------------------------ speaking

    def check_text(self, waiting_chars: int, added_chars: int) -> None:
        """Raise TooMuch where a listener, or all together, would have more text wait than may."""
        self._utterance_limits.check_text(waiting_chars, added_chars)
        most = self.limits.total_buffered_chars
        if self._runner.buffered_chars + added_chars > most:
            raise TooMuch(
                f"at most {most} characters of all clients together may wait to be spoken; "
                "send the next text later",
                code="text_overflow",
            )

    def check_room(self, settings: SpeechSettings, chars: int | None = None) -> None:
        """Raise Busy where one more listener would have those that are spoken to fall silent.

        `chars` is the length of its text, where that is known. Whoever was let in is not asked again.
        """
        if (wait_s := self._wait_for_room_s(settings, chars)) > 0:
            raise Busy(
                f"{settings.backend} speaks to as many listeners as it can in time; "
                f"ask again in {math.ceil(wait_s)} s",
                retry_after_ms=round(wait_s * 1000),
            )

    async def wait_for_room(self, settings: SpeechSettings, chars: int, *, most_s: float) -> None:
        """Wait for what `check_room` asks for, `most_s` seconds at most. Raises Busy.

        First come, first served.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(most_s), self._next_to_enter[settings.backend]:
                while self._wait_for_room_s(settings, chars) > 0:  # noqa: ASYNC110 - it comes as time goes by
                    await asyncio.sleep(_ROOM_CHECKED_S)
        self.check_room(settings, chars)

    def _wait_for_room_s(self, settings: SpeechSettings, chars: int | None) -> float:
        if not self.limits.admission:
            return 0.0
        needed_s = math.inf if chars is None else chars / LETTERS_PER_SECOND
        return self._runner.wait_for_room_s(settings.backend, needed_s)

    def settings(self, request: SpeechRequest) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """Resolve the names of a request and check its options: see `VoiceResolver.settings`.

        Its backend, if it is unloaded, loads from now on: who asks is about to speak.
        """
        settings, warnings = self._resolver.settings(request)
        self._pool.wake(settings.backend)
        return settings, warnings

    async def prepare(self, preparation: Preparation, log: ChangeLog) -> TextPrepared:
        """What would be said of a sentence, with plugins; the log is told who did what."""
        return await self._plugins.prepare(preparation, log)

    def open(
        self,
        settings: SpeechSettings,
        *,
        after: Speech | None = None,
        pauses_before: bool = True,
        on_event: Callable[[], None] | None = None,
    ) -> Speech:
        """Begin an utterance; `after` is the one that its listener hears first.

        With `pauses_before` a pause parts the two where that one is still heard.
        """
        settings = self._resolver.updated(settings)  # of a connection that was configured long ago
        self._pool.wake(settings.backend)
        return Speech(
            settings,
            self._utterance_limits,
            self._runner,
            self.metrics,
            after=after,
            pauses_before=pauses_before,
            on_event=on_event,
        )

    @contextmanager
    def speak(self, text: str, settings: SpeechSettings) -> Iterator[Speech]:
        """An utterance of a whole text of any length, which is stopped when the block is left.

        Little of the text waits at a time: the rest follows as the events are iterated.
        """
        speech = Speech(
            settings,
            self._utterance_limits,
            self._runner,
            self.metrics,
            feeder=WholeTextFeeder(text, self._utterance_limits.buffered_chars),
        )
        try:
            yield speech
        finally:
            speech.close()

    @property
    def open_speeches(self) -> int:
        """How many utterances have not ended."""
        return self._runner.open_utterances
