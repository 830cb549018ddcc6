"""Tones instead of words: an engine that is predictable, needs nothing, and fails on request.

For tests, for benchmarks (with `words: false` it costs next to nothing, so what is measured is the rest),
and for people who write clients. How long a render takes, how long the first piece waits, and what goes
wrong are options; `options:` in backends.yaml sets them for every request. Rules: the same text, voice and
options give the same samples; different words sound different.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voice_server.worker.api import ANY_SCRIPT, Capabilities, Option, Pcm, UnknownName, Voice, WordMark

from .faults import EMPTY, FAULTS, KINDS, ODD, STALL, Trigger
from .tones import Tone, hummed, spoken

_VOICES = {
    Voice("low", "Low", "en-US", "male", scripts=ANY_SCRIPT): 110.0,
    Voice("middle", "Middle", "en-US", "female", scripts=ANY_SCRIPT): 220.0,
    Voice("high", "High", "de-DE", "female", scripts=ANY_SCRIPT): 330.0,
    Voice("top", "Top", "fr-FR", "male", scripts=ANY_SCRIPT): 440.0,
}
_NO_FAULT = KINDS[0]


class Backend:
    """Hums a note for each word.

    `sample_rate` in Hz; `fault_at`, `fault_marker` and `fault_once` say which renders get the fault that
    the options ask for (see faults.py).
    """

    options: tuple[Option, ...] = (
        Option("speed", "number", 1.0, 0.1, 10.0, description="1 is 60 ms a character"),
        Option("words", "boolean", default=True, description="a note a word, or one long note"),
        Option("piece_ms", "integer", 200, 10, 4000, description="audio handed over at a time"),
        Option("latency_ms", "number", 0, 0, 600_000, description="time before the first piece"),
        Option("render_factor", "number", 0, 0, 100, description="render time as a multiple of audio time"),
        Option("fault", "choice", _NO_FAULT, choices=KINDS, description="what goes wrong"),
        Option("fault_after_ms", "number", 0, 0, 600_000, description="audio before it goes wrong"),
        Option("stall_ms", "number", 1000, 0, 600_000, description="how long a stall lasts"),
    )
    capabilities = Capabilities(times="engine", streams=True)

    def __init__(
        self, sample_rate: int = 24_000, fault_at: int = 0, fault_marker: str = "", fault_once: str = ""
    ) -> None:
        self.sample_rate = sample_rate
        self._trigger = Trigger(fault_at, fault_marker, fault_once)
        self._base_hz = {voice.id: base_hz for voice, base_hz in _VOICES.items()}

    def voices(self) -> Iterable[Voice]:
        """Four pitches, each with a language so that clients can try choosing by language."""
        return tuple(_VOICES)

    def warm_up(self) -> None:
        """Does nothing, so that the first render that counts for `fault_at` is a listener's."""

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm | WordMark]:
        """Yield the text's notes in pieces, as slowly and as badly as the options ask.

        Raises:
            UnknownName: there is no such voice.
        """
        if voice not in self._base_hz:
            raise UnknownName("voice", voice, self._base_hz)
        fault = options["fault"] if self._trigger.pulled(text, options["fault"]) else _NO_FAULT
        if fault == EMPTY:
            return
        clock = _Clock(options, self.sample_rate)
        breaks_at = self._samples(options["fault_after_ms"]) if fault != _NO_FAULT else None
        for tone in self._tones(text, voice, options):
            begins = clock.n_samples
            for piece in self._pieces(tone.pcm, options["piece_ms"]):
                if breaks_at is not None and clock.n_samples >= breaks_at:
                    breaks_at = None
                    yield from _go_wrong(fault, options["stall_ms"])
                clock.wait_for(piece)
                yield piece
            if tone.word is not None:
                yield self._mark(text, tone.word, begins, clock.n_samples)

    def _tones(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterable[Tone]:
        if options["words"]:
            return spoken(text, self._base_hz[voice], self.sample_rate, options["speed"])
        return [hummed(text, self._base_hz[voice], self.sample_rate, options["speed"])]

    def _pieces(self, pcm: bytes, piece_ms: int) -> Iterator[bytes]:
        step = 2 * self._samples(piece_ms)
        for start in range(0, len(pcm), step):
            yield pcm[start : start + step]

    def _mark(self, text: str, word: tuple[int, int], begins: int, ends: int) -> WordMark:
        per_ms = self.sample_rate / 1000
        start, end = word
        return WordMark(text[start:end], begins / per_ms, ends / per_ms, start, end)

    def _samples(self, ms: float) -> int:
        return round(ms * self.sample_rate / 1000)


class _Clock:
    """Waits as long as an engine of the wanted speed would take."""

    def __init__(self, options: Mapping[str, Any], sample_rate_hz: int) -> None:
        self.n_samples = 0
        self._began = time.monotonic()
        self._latency_s = options["latency_ms"] / 1000
        self._s_per_sample = options["render_factor"] / sample_rate_hz

    def wait_for(self, piece: bytes) -> None:
        """Return when `piece`, the next one, would be ready."""
        self.n_samples += len(piece) // 2
        ready_at = self._began + self._latency_s + self.n_samples * self._s_per_sample
        remaining_s = ready_at - time.monotonic()
        if remaining_s > 0:
            time.sleep(remaining_s)


def _go_wrong(fault: str, stall_ms: float) -> Iterator[bytes]:
    if fault == STALL:
        time.sleep(stall_ms / 1000)
    elif fault == ODD:
        yield b"\0"
    else:
        FAULTS[fault]()
