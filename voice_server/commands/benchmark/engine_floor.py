"""The floor: text rules, engine and resampler in one process, the lower bound of what a server can cost.

It renders what the server gives an engine, or the two would be compared over different texts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from voice_server.config import BackendConfig
from voice_server.core.audio.pcm import duration_ms, to_pcm
from voice_server.core.audio.resample import Resampler
from voice_server.core.options import complete_options
from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.speech.segments import new_segments, prepare_text_path
from voice_server.core.speech.speech_settings import SpeechSettings, default_first_segment
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import NORMALIZED_KINDS, SAMPLE_RATE_HZ, WordMark
from voice_server.worker.adapter import capabilities_of, load_backend, options_of


@dataclass(frozen=True, slots=True)
class FloorOutcome:
    """One pass over the text; times in milliseconds from the token that made a sentence certain."""

    cpu_ms_per_audio_s: float
    sentence_ms: list[float]


class EngineFloor:
    """An engine loaded into this process."""

    def __init__(self, backend: BackendConfig) -> None:
        self._engine: Any = load_backend(backend.adapter, backend.settings)
        self._voice = backend.default_voice or next(iter(self._engine.voices())).id
        self._options = complete_options(options_of(self._engine), {}, backend.options)
        capabilities = capabilities_of(self._engine)
        languages = {voice.id: voice.language for voice in self._engine.voices()}
        self._settings = SpeechSettings(
            backend="",
            voice=self._voice,
            options=self._options,
            normalized_kinds=NORMALIZED_KINDS - set(capabilities.normalizes),
            spoken_language=languages.get(self._voice),
            known_tags=frozenset(capabilities.tags),
            first_segment=default_first_segment(capabilities),
            min_segment_chars=backend.min_segment_chars,
            max_segment_chars=backend.max_segment_chars,
        )
        prepare_text_path()

    def run(self, tokens: Sequence[str]) -> FloorOutcome:
        """Split, render and resample a text as its tokens come, with no pause between them."""
        text = IncomingText(self._settings)
        sentence_ms: list[float] = []
        n_bytes = 0
        cpu_before = time.process_time()
        for token in (*tokens, None):
            certain_at = time.perf_counter()
            for spoken in self._spoken(
                text.finish() if token is None else text.push(token, certain_at), text
            ):
                first_at, length = self._timed_render(spoken)
                sentence_ms.append((first_at - certain_at) * 1000)
                n_bytes += length
        cpu_ms = (time.process_time() - cpu_before) * 1000
        return FloorOutcome(cpu_ms * 1000 / duration_ms(n_bytes, SAMPLE_RATE_HZ), sentence_ms)

    def speak(self, text: str, write: Callable[[bytes], None]) -> None:
        """Split, render and resample a whole text; `write` gets its PCM at 24 000 Hz as it is rendered."""
        incoming = IncomingText(self._settings)
        for spoken in self._spoken([*incoming.push(text, 0.0), *incoming.finish()], incoming):
            self._render(spoken, write)

    def _spoken(self, pieces: Sequence[Piece], text: IncomingText) -> Iterator[str]:
        """What the server would give the engine for these pieces."""
        for piece in pieces:
            for pending in new_segments(0, piece, self._settings, 0.0, text.typed_place):
                yield pending.segment.text

    def _timed_render(self, sentence: str) -> tuple[float, int]:
        """Render one sentence; return the time of its first audio, and how many bytes it has."""
        first_at = 0.0
        length = 0

        def write(pcm: bytes) -> None:
            nonlocal first_at, length
            length += len(pcm)
            first_at = first_at or (time.perf_counter() if length else 0.0)

        self._render(sentence, write)
        return first_at or time.perf_counter(), length

    def _render(self, sentence: str, write: Callable[[bytes], None]) -> None:
        resampler = Resampler(self._engine.sample_rate)

        def accept(item: object) -> bool:
            if not isinstance(item, WordMark):
                write(resampler.process(to_pcm(item)))
            return False

        self._synthesize(sentence, accept)
        write(resampler.finish())

    def _synthesize(self, text: str, accept: Callable[[object], bool]) -> None:
        if hasattr(self._engine, "push"):
            self._engine.push(text, self._voice, self._options, accept)
        else:
            for item in self._engine.synthesize(text, self._voice, self._options):
                accept(item)
