"""From the library's buffers to what a backend hands out: audio at the wanted speed, and word times in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from voice_server.worker.api import WordMark

from .library import Event, Library
from .words import WordTimes


class Shaper:
    """Shapes one text's buffers; `speed` is how much faster the result plays. Close it after use."""

    def __init__(self, library: Library, text: str, speed: float) -> None:
        self._speed = speed
        self._stretcher = None if speed == 1 else library.stretcher(speed)
        self._words = WordTimes(text, speed * library.sample_rate_hz / 1000)
        self._n_samples = 0

    def take(self, pcm: bytes, events: Iterable[Event]) -> Iterator[bytes | WordMark]:
        """The audio that can be played now, then the words that are complete."""
        yield from self._audio(pcm if self._stretcher is None else self._stretcher.process(pcm))
        yield from self._words.take(events)

    def finish(self) -> Iterator[bytes | WordMark]:
        """What is left at the end of the text."""
        if self._stretcher is not None:
            yield from self._audio(self._stretcher.finish())
        yield from self._words.finish(self._speed * self._n_samples)

    def close(self) -> None:
        """Free the stretcher, if there is one."""
        if self._stretcher is not None:
            self._stretcher.close()

    def _audio(self, pcm: bytes) -> Iterator[bytes]:
        self._n_samples += len(pcm) // 2
        if pcm:
            yield pcm
