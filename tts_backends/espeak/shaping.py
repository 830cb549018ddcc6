"""Turns the library's buffers into a backend's output: audio at the requested speed, and its word times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from voice_server.worker.api import WordMark

from .library import Event, Library
from .words import WordTimes


class Shaper:
    """Shapes one text's buffers; `speed` is how much faster the result plays. Close it after use.

    A word is reported once its audio is: a stretcher delays its output and may end a little early.
    """

    def __init__(self, library: Library, text: str, speed: float) -> None:
        self._speed = speed
        self._stretcher = None if speed == 1 else library.stretcher(speed)
        self._words = WordTimes(text, speed * library.sample_rate_hz / 1000)
        self._samples_per_ms = library.sample_rate_hz / 1000
        self._n_samples = 0  # handed out
        self._n_taken = 0  # from the library
        self._n_samples_before = 0
        self._offset = 0
        self._unreported: list[WordMark] = []

    def begin(self, offset: int) -> None:
        """Expect the buffers of the text from `offset` on; their events count from there."""
        self._offset = offset
        self._n_samples_before = self._n_taken

    def take(self, pcm: bytes, events: Iterable[Event]) -> Iterator[bytes | WordMark]:
        """The audio that can be played now, then the words that are complete."""
        yield from self._audio(pcm if self._stretcher is None else self._stretcher.process(pcm))
        self._n_taken += len(pcm) // 2
        self._unreported.extend(self._words.take(map(self._placed, events)))
        heard_ms = self._n_samples / self._samples_per_ms
        while self._unreported and self._unreported[0].end_ms <= heard_ms:
            yield self._unreported.pop(0)

    def finish(self) -> Iterator[bytes | WordMark]:
        """What is left at the end of the text."""
        if self._stretcher is not None:
            yield from self._audio(self._stretcher.finish())
        self._unreported.extend(self._words.finish(self._speed * self._n_samples))
        ends_ms = self._n_samples / self._samples_per_ms
        for mark in self._unreported:
            yield replace(mark, start_ms=min(mark.start_ms, ends_ms), end_ms=min(mark.end_ms, ends_ms))

    def close(self) -> None:
        """Free the stretcher, if there is one."""
        if self._stretcher is not None:
            self._stretcher.close()

    def _placed(self, event: Event) -> Event:
        """The event, counted from the beginning of the text."""
        if not self._offset and not self._n_samples_before:
            return event
        sample = event.sample + self._n_samples_before
        return replace(event, position=event.position + self._offset, sample=sample)

    def _audio(self, pcm: bytes) -> Iterator[bytes]:
        self._n_samples += len(pcm) // 2
        if pcm:
            yield pcm
