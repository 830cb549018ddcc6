"""The conformance check finds what is wrong: each law fails for a backend that breaks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.conformance.checking import CHECK_NAMES, check_backend
from tts_backends.tone.backend import Backend as Tone
from voice_server.core.options import complete_options
from voice_server.core.types import (
    ANY_LANGUAGE,
    Frame,
    Option,
    ReadyBackend,
    Segment,
    SpeechWarning,
    Voice,
    WordMark,
)
from voice_server.errors import BackendDown, RenderError
from voice_server.pool.conformance import ConformanceCheck
from voice_server.pool.worker_pool import BackendMemory, BackendState, BackendStats, BackendStatus


@dataclass
class InProcessPool:
    """A pool of one adapter without a process, whose every seam a flaw may override."""

    adapter: Tone
    state: BackendState = BackendState.UP
    closed: list[str] = field(default_factory=list)

    @property
    def backends(self) -> Mapping[str, BackendStatus]:
        ready = ReadyBackend(
            tuple(self.adapter.voices()),
            self.adapter.sample_rate,
            replace(self.adapter.capabilities, options=self.adapter.options),
        )
        up = self.state is BackendState.UP
        return {
            "tone": BackendStatus("tone", self.state, 1, ready if up else None, "" if up else "no weights")
        }

    def voices(self) -> Sequence[Voice]:
        return list(self.adapter.voices())

    async def render(self, segment: Segment) -> AsyncGenerator[Frame | WordMark | SpeechWarning, None]:
        options = complete_options(self.adapter.options, segment.options)
        for piece in self.adapter.synthesize(segment.text, segment.voice, options):
            await asyncio.sleep(0)
            yield piece if isinstance(piece, WordMark) else Frame(piece, self.rate_hz())

    def rate_hz(self) -> int:
        return self.adapter.sample_rate

    def stats(self) -> Mapping[str, BackendStats]:
        return {}

    async def memory(self) -> Mapping[str, BackendMemory]:
        return {}

    def wake(self, backend: str) -> bool:
        return backend == "tone"

    async def load(self, backend: str) -> None:
        pass

    async def unload(self, backend: str) -> None:
        pass

    async def aclose(self) -> None:
        self.closed.append("all")


def checks(pool: InProcessPool) -> dict[str, ConformanceCheck]:
    return asyncio.run(check_backend(pool, "tone"))


def failed(pool: InProcessPool) -> set[str]:
    return {name for name, check in checks(pool).items() if not check.passed}


Rendered = Iterator[bytes | WordMark]


class Flawed(Tone):
    """tone with something wrong in what it renders."""

    renders = 0

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Rendered:
        self.renders += 1
        return self.spoil(super().synthesize(text, voice, options), text)

    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        yield from pieces


class Silent(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        for piece in pieces:
            yield piece if isinstance(piece, WordMark) else bytes(len(piece))


class EndsInsideASample(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        yield from pieces
        yield b"\0"


class NeverTheSame(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        yield from pieces
        yield self.renders.to_bytes(4, "little") * 100


class BreaksOnEmoji(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        if "😀" in text:
            raise RenderError("boom", code="engine_failed")
        yield from pieces


class ForgetsTheRest(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        for _, piece in zip(range(20), pieces, strict=False):
            yield piece


class WordsOutside(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        for piece in pieces:
            yield replace(piece, end=len(text) + 1) if isinstance(piece, WordMark) else piece


class WordsOutOfOrder(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        spoken = list(pieces)
        yield from (piece for piece in spoken if not isinstance(piece, WordMark))
        yield from reversed([piece for piece in spoken if isinstance(piece, WordMark)])


class WordsTooLate(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        for piece in pieces:
            yield replace(piece, end_ms=1e6) if isinstance(piece, WordMark) else piece


class NoWords(Flawed):
    def spoil(self, pieces: Iterator[Any], text: str) -> Rendered:
        return (piece for piece in pieces if not isinstance(piece, WordMark))


class AnyVoice(Tone):
    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Rendered:
        return super().synthesize(text, "low", options)


class DeafToSpeed(Tone):
    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Rendered:
        return super().synthesize(text, voice, {**options, "speed": 1.0})


class OneVoiceMute(Flawed):
    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Rendered:
        return super().synthesize("" if voice == "top" else text, voice, options)


class FailsAtTheEnds(Tone):
    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Rendered:
        if options["speed"] == 10:
            raise RenderError("too fast")
        return super().synthesize(text, voice, options)


class NamelessVoices(Tone):
    def voices(self) -> Sequence[Voice]:
        return [replace(voice, language="") for voice in super().voices()]


class StrangeGenders(Tone):
    def voices(self) -> Sequence[Voice]:
        return [replace(voice, gender="robot") for voice in super().voices()]


class TwinVoices(Tone):
    def voices(self) -> Sequence[Voice]:
        return [*super().voices(), *super().voices()]


class UselessAfterAStop(Tone):
    stopped = False

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Rendered:
        complete = False
        try:
            yield from () if self.stopped else super().synthesize(text, voice, options)
            complete = True
        finally:
            self.stopped = self.stopped or not complete


_WORDS = "marks words in order, inside text and audio"


@pytest.mark.parametrize(
    ("adapter", "law"),
    [
        (Silent, "speaks a sentence in whole samples at the stated rate"),
        (EndsInsideASample, "speaks a sentence in whole samples at the stated rate"),
        (NeverTheSame, "gives the same samples for the same text and seed"),
        (NeverTheSame, "renders at once what it renders alone"),
        (UselessAfterAStop, "stops in mid-render and is usable afterwards"),
        (UselessAfterAStop, "stops before the first frame and is usable afterwards"),
        (BreaksOnEmoji, "answers odd texts with audio or a clear error"),
        (ForgetsTheRest, "speaks long sentences whole"),
        (WordsOutside, _WORDS),
        (WordsOutOfOrder, _WORDS),
        (WordsTooLate, _WORDS),
        (NoWords, _WORDS),
        (AnyVoice, "refuses an unknown voice"),
        (DeafToSpeed, "speaks faster when asked to"),
        (OneVoiceMute, "speaks each of several languages"),
        (FailsAtTheEnds, "speaks at the ends of its options' ranges"),
        (NamelessVoices, "lists its voices with names and languages"),
        (StrangeGenders, "lists its voices with names and languages"),
        (TwinVoices, "lists its voices with names and languages"),
    ],
)
def test_a_flaw_is_found(adapter: type[Tone], law: str) -> None:
    assert law in failed(InProcessPool(adapter()))


def test_a_sound_backend_passes_every_law() -> None:
    assert failed(InProcessPool(Tone())) == set()
    assert tuple(checks(InProcessPool(Tone()))) == CHECK_NAMES


def test_another_sample_rate_than_stated_is_found() -> None:
    class OtherRate(InProcessPool):
        def rate_hz(self) -> int:
            return 8000

    assert "speaks a sentence in whole samples at the stated rate" in failed(OtherRate(Tone()))


def test_options_that_are_not_checked_are_found() -> None:
    class Lenient(InProcessPool):
        async def render(self, segment: Segment) -> AsyncGenerator[Frame | WordMark | SpeechWarning, None]:
            usual = replace(segment, options=complete_options(self.adapter.options, {}))
            async for item in super().render(usual):
                yield item

    assert "refuses options that are out of range or unknown" in failed(Lenient(Tone()))


def test_a_backend_without_word_times_need_not_give_any_but_must_not_then() -> None:
    class SaysNone(NoWords):
        capabilities = replace(Tone.capabilities, times="")

    class SaysNoneAndGivesSome(Tone):
        capabilities = replace(Tone.capabilities, times="")

    assert failed(InProcessPool(SaysNone())) == set()
    assert failed(InProcessPool(SaysNoneAndGivesSome())) == {_WORDS}


def test_a_backend_without_a_speed_need_not_change_it() -> None:
    class OneSpeed(Tone):
        options: tuple[Option, ...] = tuple(option for option in Tone.options if option.name != "speed")

        def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Rendered:
            return super().synthesize(text, voice, {**options, "speed": 1.0})

    assert failed(InProcessPool(OneSpeed())) == set()


def test_a_backend_may_have_only_voices_for_any_language() -> None:
    class Polyglot(Tone):
        def voices(self) -> Iterator[Voice]:
            yield from (replace(voice, language=ANY_LANGUAGE) for voice in super().voices())

    assert failed(InProcessPool(Polyglot())) == set()


def test_a_backend_that_is_down_fails_to_start_and_nothing_more_is_tried() -> None:
    assert asyncio.run(check_backend(InProcessPool(Tone(), BackendState.DOWN), "tone")) == {
        "starts": ConformanceCheck("starts", passed=False, detail="no weights")
    }
    assert not asyncio.run(check_backend(InProcessPool(Tone()), "nobody"))["starts"].passed


def test_an_error_of_the_pool_fails_the_law_and_the_rest_goes_on() -> None:
    class Down(InProcessPool):
        async def render(self, segment: Segment) -> AsyncGenerator[Frame | WordMark | SpeechWarning, None]:
            raise BackendDown("gone")
            yield

    found = checks(Down(Tone()))
    assert tuple(found) == CHECK_NAMES
    assert "backend_down" in found["gives the same samples for the same text and seed"].detail
