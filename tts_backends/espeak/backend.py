"""espeak-ng as an embedded backend: real speech in 138 languages, without a download or a system package.

The library and its rules come with the `espeakng-loader` wheel. Voices are the library's languages; any of
its variants may be added, as in `en-us+f3`. The same text, voice and options give the same samples,
whatever was spoken or stopped before (see memory.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import espeakng_loader

from voice_server.worker.api import (
    Capabilities,
    Option,
    Pcm,
    RequestError,
    UnknownName,
    Voice,
    WordMark,
    phoneme_places,
)

from .languages import language_tag, scripts_read, voice_ids
from .library import PUNCTUATION_LISTED, Event, Library, Parameter
from .loudness import loudness_of
from .markup import safe_ssml, text_of
from .portions import portions
from .pulling import PullThread
from .shaping import Shaper
from .sounds import names_of_sounds, with_own_names

_DEFAULT_VOICE = "en-us"
# Told apart easily, without distortion, and with pitches of a woman's or a man's voice.
_GOOD_VARIANTS = (
    *("Annie", "f2", "belinda", "f4", "steph", "linda", "f5", "f3", "Andrea", "Alicia", "anika"),
    *("m3", "Michael", "m7", "m1", "Mario", "m4", "miguel", "m2"),
)
_NORMAL_WORDS_A_MINUTE = 175
_SLOWEST, _FASTEST = 80, 350  # words a minute that the synthesizer itself speaks well
_LOUDEST = 200  # the library's limit for its volume
_SIGNS = '()[]{}<>@#$%&*_=+/\\|~^`"'
_PUNCTUATION = {"none": "", "some": _SIGNS, "all": _SIGNS + ".,;:!?'-…–—“”‘’«»¿¡"}
# The library (1.52) ends the process when it looks for the names of some marks in these languages.
_CANNOT_NAME_MARKS = frozenset({"gu", "hi", "kok", "ml", "mr", "sd", "ur", "vi"})
# The library (1.52) ends the process when a voice of these languages changes to Punjabi at Gurmukhi letters.
_FATAL_LETTERS = {"vi": re.compile("[\u0a00-\u0a7f]")}
# Spaces in place of what the library takes for commands (control A), for its own marks (private use), or
# for the text's end (NUL), and of what has no UTF-8 form. One character each, so that offsets stay valid.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u2800-\u28ff\ue000-\uf8ff\ufffe\uffff]")


class Backend:
    """Speaks through espeak-ng."""

    options: tuple[Option, ...] = (
        Option("speed", "number", 1.0, 0.1, 4.0, description="1 is about 175 words a minute"),
        Option("pitch", "number", 50, 0, 100, description="from low to high"),
        Option("pitch_range", "number", 50, 0, 100, description="0 is monotone"),
        Option("volume", "number", 1.0, 0.0, 2.0, description="above 1 loud sounds are limited"),
        Option("word_gap", "integer", 0, 0, 200, description="pause between words in units of 10 ms"),
        Option(
            "punctuation", "choice", "none", choices=tuple(_PUNCTUATION), description="marks to be read out"
        ),
        Option("ssml", "boolean", default=False, description="whether the text is SSML"),
    )
    capabilities = Capabilities(
        options=options, times="engine", streams=True, normalizes=("numbers",), inline_phonemes=True
    )
    sets_gain = True  # the library's volume costs nothing

    def __init__(self) -> None:
        self._library = _library()
        self.sample_rate = self._library.sample_rate_hz
        self._thread: PullThread | None = None
        self._sounds: dict[str, Mapping[str, str]] = {}
        self._languages = voice_ids(self._library.languages())
        self._variants = {
            "+" + file.identifier.removeprefix("!v/"): file for file in self._library.variants()
        }

    def voices(self) -> Iterable[Voice]:
        """One voice a language, American English first; then the variants alone, as `+f3`, the best first."""
        for voice in sorted(self._languages, key=lambda voice: (voice != _DEFAULT_VOICE, voice)):
            file = self._languages[voice]
            yield Voice(voice, file.name, language_tag(voice), file.gender, scripts=scripts_read(voice))
        for variant in sorted(self._variants, key=_how_good):
            file = self._variants[variant]
            yield Voice(variant, file.name, "mul", file.gender)

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm | WordMark]:
        """Speak `text`; `voice` is a language's id, a language and a variant (`de+f3`), or a variant alone.

        Raises:
            UnknownName: there is no such language or variant.
        """
        if self._thread is None:
            self._thread = PullThread("espeak")

        def push(give: Callable[[Pcm | WordMark], bool]) -> None:
            self.push(text, voice, options, give)

        yield from self._thread.pull(push)

    def push(
        self, text: str, voice: str, options: Mapping[str, Any], give: Callable[[Pcm | WordMark], bool]
    ) -> None:
        """Speak as `synthesize` does, without a second thread (about 5 % less CPU): pass pieces to `give`.

        Returns as soon as `give` returns true; what `give` raises comes out here.
        """
        file, language = self._voice_file(voice)
        _check_punctuation(options["punctuation"], language)
        text = _UNSPEAKABLE.sub(" ", text)
        if language in _FATAL_LETTERS:
            text = _FATAL_LETTERS[language].sub(" ", text)
        wanted_rate = _NORMAL_WORDS_A_MINUTE * options["speed"]
        spoken_rate = min(max(wanted_rate, _SLOWEST), _FASTEST)
        parameters = _parameters(options, round(spoken_rate))
        self._library.announce(_PUNCTUATION[options["punctuation"]])
        words = text_of(text) if options["ssml"] else text
        has_phonemes = not options["ssml"] and bool(phoneme_places(text))
        if has_phonemes:
            text = with_own_names(text, self._names_of_sounds(file, parameters))
        with closing(Shaper(self._library, words, wanted_rate / spoken_rate)) as shaper:

            def on_buffer(pcm: bytes, events: list[Event]) -> bool:
                return any(map(give, shaper.take(pcm, events)))

            for start, end in portions(text, language):
                shaper.begin(start)
                part = safe_ssml(text[start:end]) if options["ssml"] else text[start:end]
                if not self._library.speak(
                    part.encode(),
                    file,
                    parameters,
                    ssml=options["ssml"],
                    phonemes=has_phonemes,
                    on_buffer=on_buffer,
                ):
                    return
            any(map(give, shaper.finish()))

    def loudness_lufs(self, voice: str) -> float:
        """How loud a voice is at the volume 1. Raises UnknownName."""
        language, _, variant = voice.partition("+")
        self._voice_file(voice)
        return loudness_of(language or _DEFAULT_VOICE, variant)

    def close(self) -> None:
        """End the thread, if there is one."""
        if self._thread is not None:
            self._thread.close()

    def _names_of_sounds(self, file: str, parameters: Mapping[Parameter, int]) -> Mapping[str, str]:
        """The names of the sounds that a voice file has, by their IPA; a variant has its language's."""
        file = file.partition("+")[0]
        if file not in self._sounds:
            self._sounds[file] = names_of_sounds(lambda texts: self._library.ipa_of(texts, file, parameters))
        return self._sounds[file]

    def _voice_file(self, voice: str) -> tuple[str, str]:
        """The library's name of the voice, and its language without region."""
        language, plus, variant = voice.partition("+")
        language = language or _DEFAULT_VOICE
        if language not in self._languages:
            raise UnknownName("voice", voice, self._languages)
        if plus and plus + variant not in self._variants:
            raise UnknownName("voice", voice, (language + known for known in self._variants))
        return self._languages[language].identifier + plus + variant, language.partition("-")[0]


def _check_punctuation(punctuation: str, language: str) -> None:
    if punctuation != "none" and language in _CANNOT_NAME_MARKS:
        raise RequestError(
            f"espeak cannot name punctuation in {language!r}; the option punctuation must be none",
            code="invalid_option",
        )


def _parameters(options: Mapping[str, Any], words_a_minute: int) -> dict[Parameter, int]:
    return {
        Parameter.RATE: words_a_minute,
        Parameter.VOLUME: min(_LOUDEST, round(100 * options["volume"] * options.get("gain", 1.0))),
        Parameter.PITCH: round(options["pitch"]),
        Parameter.RANGE: round(options["pitch_range"]),
        Parameter.PUNCTUATION: PUNCTUATION_LISTED if options["punctuation"] != "none" else 0,
        Parameter.CAPITALS: 0,
        Parameter.WORD_GAP: options["word_gap"],
    }


def _how_good(variant: str) -> tuple[int, str]:
    good = variant.removeprefix("+")
    return (_GOOD_VARIANTS.index(good) if good in _GOOD_VARIANTS else len(_GOOD_VARIANTS), variant)


@cache
def _library() -> Library:
    """The library keeps its state in globals: one for the process, however many backends use it."""
    return Library(Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path()))
