"""espeak-ng as an embedded backend: real speech in about 140 languages, without a download or a system
package.

The library and its rules come with the `espeakng-loader` wheel. Voices are the library's languages; any of
its variants may be added, as in `en-us+f3`. The same text, voice and options give the same samples,
whatever was spoken or broken off before (see memory.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import espeakng_loader

from voice_server.worker.api import Capabilities, Option, Pcm, UnknownName, Voice, WordMark

from .languages import language_tag, voice_ids
from .library import Event, Library, Parameter
from .pulling import PullThread
from .words import WordTimes

_DEFAULT_VOICE = "en-us"
_NORMAL_WORDS_A_MINUTE = 175
_SLOWEST, _FASTEST = 80, 350  # words a minute that the synthesizer itself speaks well
_PUNCTUATION = ("none", "all", "some")  # in the order of espeak_PUNCT_TYPE
# Spaces in place of what the library takes for commands (control A), for its own marks (private use), or
# for the text's end (NUL), and of what has no UTF-8 form. One character each, so that offsets stay true.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff]")


class Backend:
    """Speaks through espeak-ng."""

    options = (
        Option("speed", "number", 1.0, 0.1, 4.0, description="1 is about 175 words a minute"),
        Option("pitch", "number", 50, 0, 100, description="from low to high"),
        Option("pitch_range", "number", 50, 0, 100, description="0 is monotone"),
        Option("volume", "number", 1.0, 0.0, 2.0, description="above 1 loud sounds are limited"),
        Option("word_gap", "integer", 0, 0, 200, description="pause between words in units of 10 ms"),
        Option("punctuation", "choice", "none", choices=_PUNCTUATION, description="which marks are read out"),
        Option("ssml", "boolean", default=False, description="whether the text is SSML"),
    )
    capabilities = Capabilities(options=options, times="engine", streams=True)

    def __init__(self) -> None:
        self._library = _library()
        self.sample_rate = self._library.sample_rate_hz
        self._thread = PullThread("espeak")
        self._languages = voice_ids(self._library.languages())
        self._variants = {file.identifier.removeprefix("!v/"): file for file in self._library.variants()}

    def voices(self) -> Iterable[Voice]:
        """One voice a language, American English first; variants are not listed, but may be added to any."""
        for voice in sorted(self._languages, key=lambda voice: (voice != _DEFAULT_VOICE, voice)):
            file = self._languages[voice]
            yield Voice(voice, file.name, language_tag(voice), file.gender)

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm | WordMark]:
        """Speak `text`; `voice` is a language's id, with or without `+variant`.

        Raises:
            UnknownName: there is no such language or variant.
        """
        file = self._voice_file(voice)
        words_a_minute = _NORMAL_WORDS_A_MINUTE * options["speed"]
        spoken_a_minute = min(max(words_a_minute, _SLOWEST), _FASTEST)
        parameters = {
            Parameter.RATE: round(spoken_a_minute),
            Parameter.VOLUME: round(100 * options["volume"]),
            Parameter.PITCH: round(options["pitch"]),
            Parameter.RANGE: round(options["pitch_range"]),
            Parameter.PUNCTUATION: _PUNCTUATION.index(options["punctuation"]),
            Parameter.CAPITALS: 0,
            Parameter.WORD_GAP: options["word_gap"],
        }
        text = _UNSPEAKABLE.sub(" ", text)
        buffers = self._buffers(text, file, parameters, ssml=options["ssml"])
        if spoken_a_minute == words_a_minute:
            yield from self._unchanged(buffers, text)
        else:
            yield from self._stretched(buffers, text, words_a_minute / spoken_a_minute)

    def close(self) -> None:
        """End the thread."""
        self._thread.close()

    def _voice_file(self, voice: str) -> str:
        language, plus, variant = voice.partition("+")
        if language not in self._languages:
            raise UnknownName("voice", voice, self._languages)
        if plus and variant not in self._variants:
            raise UnknownName("voice", voice, (f"{language}+{known}" for known in self._variants))
        return self._languages[language].identifier + plus + variant

    def _buffers(
        self, text: str, file: str, parameters: Mapping[Parameter, int], *, ssml: bool
    ) -> Iterator[tuple[bytes, list[Event]]]:
        return self._thread.pull(
            lambda give: self._library.speak(
                text.encode(), file, parameters, ssml=ssml, on_buffer=lambda pcm, events: give((pcm, events))
            )
        )

    def _unchanged(self, buffers: Iterator[tuple[bytes, list[Event]]], text: str) -> Iterator[Pcm | WordMark]:
        words = WordTimes(text, self.sample_rate / 1000)
        n_samples = 0
        for pcm, events in buffers:
            n_samples += len(pcm) // 2
            if pcm:
                yield pcm
            yield from words.take(events)
        yield from words.finish(n_samples)

    def _stretched(
        self, buffers: Iterator[tuple[bytes, list[Event]]], text: str, speed: float
    ) -> Iterator[Pcm | WordMark]:
        words = WordTimes(text, speed * self.sample_rate / 1000)
        n_samples = 0
        with closing(self._library.stretcher(speed)) as stretcher:
            for pcm, events in buffers:
                if stretched := stretcher.process(pcm):
                    n_samples += len(stretched) // 2
                    yield stretched
                yield from words.take(events)
            stretched = stretcher.finish()
            yield stretched
        yield from words.finish(speed * (n_samples + len(stretched) // 2))


@cache
def _library() -> Library:
    """The library keeps its state in globals: one for the process, however many backends use it."""
    return Library(Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path()))
