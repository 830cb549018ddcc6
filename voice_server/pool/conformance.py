"""Checks of the adapter's contract over any backend: what every client may rely on, tried through the pool.

`pytest tests/conformance --backend NAME` and `voice-server doctor NAME` both run them. A new engine that
passes works with every endpoint. A check that does not apply to a backend (word times of one that gives none)
says so in its detail and counts as passed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import pairwise

from voice_server.core.options import complete_options
from voice_server.core.text.pronunciation.phonemes import with_phonemes
from voice_server.core.types import (
    ANY_LANGUAGE,
    BYTES_PER_SAMPLE,
    Frame,
    Option,
    OptionValue,
    ReadyBackend,
    Segment,
    Voice,
    WordMark,
)
from voice_server.errors import VoiceServerError
from voice_server.pool.worker_pool import WorkerPool

SENTENCE = "The quick brown fox jumps over the lazy dog, and then it sleeps in the sun."
LONG_SENTENCE = " ".join(["It goes on", *(["and on"] * 38), "to the end."])
ODD_TEXTS = {
    "nothing": "",
    "blanks": " \t\n",
    "punctuation": "?!… — ;",
    "emoji": "👩‍👩‍👧 😀",
    "control characters": "one\x00two\x07three\x1b[31m",
    "lone surrogates": "one \ud800 two",
    "markup": "<speak>5 < 6 & 7 > 3</speak> [[h@l'oU]] {x}",
    "one long word": "a" * 300,
    "combining marks": "e" + "\u0301" * 200,
    "many scripts": "Zażółć Жук 東京 שלום سلام नमस्ते ไทย 한국어 Ωμέγα",
}
_LANGUAGES_TRIED = 8
_REFUSALS = {"unknown_voice", "unknown_option", "invalid_option", "invalid_request"}
_BREAKDOWNS = {"internal", "engine_failed", "poison", "backend_down"}
_TIME_TOLERANCE_MS = 1.0


@dataclass(frozen=True, slots=True)
class ConformanceCheck:
    """What was tried and how it went; `detail` is a sentence or a figure for people."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(slots=True)
class _Audio:
    """All that a render yielded."""

    pcm: bytes = b""
    sizes: list[int] = field(default_factory=list)
    rates: set[int] = field(default_factory=set)
    marks: list[WordMark] = field(default_factory=list)

    @property
    def ms(self) -> float:
        rate_hz = next(iter(self.rates), 0)
        return 1000 * len(self.pcm) / BYTES_PER_SAMPLE / rate_hz if rate_hz else 0.0


class _CheckFailed(Exception):
    """A promise does not hold; the message says how."""


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _CheckFailed(otherwise)


async def checks_of(pool: WorkerPool, backend: str) -> AsyncIterator[ConformanceCheck]:
    """Check everything that `backend` of an open pool promises, one check after another.

    Takes seconds with a fast engine. A backend that has not been ready yields one failed check.
    """
    status = pool.backends.get(backend)
    if status is None or status.ready is None:
        detail = status.error if status is not None else f"there is no backend {backend}"
        yield ConformanceCheck("starts", passed=False, detail=detail)
        return
    yield ConformanceCheck("starts", passed=True, detail=f"{len(status.ready.voices)} voices")
    checked = _CheckedBackend(pool, backend, status.ready)
    for name, check in _CHECKS.items():
        yield await _outcome(name, check, checked)


async def _outcome(name: str, check: _Check, checked: _CheckedBackend) -> ConformanceCheck:
    try:
        return ConformanceCheck(name, passed=True, detail=await check(checked))
    except _CheckFailed as failure:
        return ConformanceCheck(name, passed=False, detail=str(failure))
    except VoiceServerError as error:
        return ConformanceCheck(name, passed=False, detail=f"{error.code}: {error.message}")


class _CheckedBackend:
    """The backend that is checked, and how to have it speak."""

    def __init__(self, pool: WorkerPool, backend: str, ready: ReadyBackend) -> None:
        self.pool = pool
        self.backend = backend
        self.ready = ready
        of_one_language = (voice for voice in ready.voices if voice.language != ANY_LANGUAGE)
        self.voice = next(of_one_language, ready.voices[0]).id

    def segment(
        self, text: str, voice: str | None = None, options: Mapping[str, OptionValue] | None = None
    ) -> Segment:
        """A segment with every option's default but those given."""
        complete = complete_options(self.ready.capabilities.options, options or {})
        return Segment(self.backend, text, voice or self.voice, complete, seed=7)

    async def speak(self, text: str, voice: str | None = None, **options: OptionValue) -> _Audio:
        """All of a render."""
        return await self.render(self.segment(text, voice, options))

    async def render(self, segment: Segment) -> _Audio:
        """All of a render."""
        audio = _Audio()
        frames: list[bytes] = []
        async with aclosing(self.pool.render(segment)) as items:
            async for item in items:
                if isinstance(item, Frame):
                    frames.append(item.pcm)
                    audio.rates.add(item.sample_rate_hz)
                elif isinstance(item, WordMark):
                    audio.marks.append(item)
        audio.sizes = [len(frame) for frame in frames]
        audio.pcm = b"".join(frames)
        return audio


async def _lists_voices(checked: _CheckedBackend) -> str:
    voices = checked.ready.voices
    _require(len({voice.id for voice in voices}) == len(voices), "two voices have the same id")
    unnamed = [voice.id for voice in voices if not voice.name or not voice.language]
    _require(not unnamed, f"without a name or language: {unnamed[:5]}")
    genders = {voice.gender for voice in voices} - {"female", "male", ""}
    _require(not genders, f"gender is female, male or empty, not {sorted(genders)}")
    return f"{len({voice.language for voice in voices} - {ANY_LANGUAGE})} languages"


async def _speaks(checked: _CheckedBackend) -> str:
    audio = await checked.speak(SENTENCE)
    _require(all(size % BYTES_PER_SAMPLE == 0 for size in audio.sizes), "a frame ends inside a sample")
    rate_hz = checked.ready.sample_rate_hz
    _require(audio.rates == {rate_hz}, f"frames at {sorted(audio.rates)} Hz, {rate_hz} Hz was stated")
    _require(500 < audio.ms < 60_000, f"a sentence of {len(SENTENCE)} characters takes {audio.ms:.0f} ms")
    _require(any(audio.pcm), "nothing but silence")
    return f"{audio.ms / 1000:.1f} s of audio in {len(audio.sizes)} frames"


async def _repeats(checked: _CheckedBackend) -> str:
    first = await checked.speak(SENTENCE)
    await checked.speak("Something else in between.")
    _require(first.pcm == (await checked.speak(SENTENCE)).pcm, "the same text and seed give other samples")
    return ""


async def _stops(checked: _CheckedBackend) -> str:
    before = await checked.speak(SENTENCE)
    async with aclosing(checked.pool.render(checked.segment(LONG_SENTENCE))) as items:
        async for item in items:
            if isinstance(item, Frame):
                break
    after = await checked.speak(SENTENCE)
    _require(after.ms == before.ms, "after a stop a text takes another time than before")
    return ""


async def _stops_before_the_first_frame(checked: _CheckedBackend) -> str:
    render = asyncio.ensure_future(checked.render(checked.segment(LONG_SENTENCE)))
    await asyncio.sleep(0)
    render.cancel()
    await asyncio.wait([render])
    _require((await checked.speak(SENTENCE)).ms > 0, "silent after a cancelled render")
    return ""


async def _answers_odd_texts(checked: _CheckedBackend) -> str:
    spoken = []
    for kind, text in ODD_TEXTS.items():
        try:
            audio = await checked.speak(text)
        except VoiceServerError as error:
            _require(error.code not in _BREAKDOWNS, f"{kind} ends in {error.code}: {error.message}")
            continue
        if audio.pcm:
            spoken.append(kind)
    _require((await checked.speak(SENTENCE)).ms > 0, "silent after the odd texts")
    return f"audio for {', '.join(spoken)}"


async def _speaks_long_texts(checked: _CheckedBackend) -> str:
    audio, sentence = await checked.speak(LONG_SENTENCE), await checked.speak(SENTENCE)
    _require(audio.ms > 1.5 * sentence.ms, f"{len(LONG_SENTENCE)} characters take only {audio.ms:.0f} ms")
    return f"{audio.ms / 1000:.1f} s of audio"


async def _marks_words(checked: _CheckedBackend) -> str:
    audio = await checked.speak(SENTENCE)
    if not checked.ready.capabilities.times:
        _require(not audio.marks, "gives word times, but its capabilities say that it does not")
        return "gives no word times"
    _require(bool(audio.marks), "says that it gives word times, and gives none")
    for mark in audio.marks:
        _require(0 <= mark.start < mark.end <= len(SENTENCE), f"{mark.word!r} lies outside the text")
        _require(
            mark.word == SENTENCE[mark.start : mark.end], f"{mark.word!r} is not what the text says there"
        )
        inside = 0 <= mark.start_ms <= mark.end_ms <= audio.ms + _TIME_TOLERANCE_MS
        _require(inside, f"{mark.word!r} from {mark.start_ms:.0f} to {mark.end_ms:.0f} of {audio.ms:.0f} ms")
    for one, other in pairwise(audio.marks):
        _require(one.end <= other.start, f"{other.word!r} overlaps {one.word!r} in the text")
        _require(one.start_ms <= other.start_ms, f"{other.word!r} is spoken before {one.word!r}")
    return f"{len(audio.marks)} words"


async def _says_inline_phonemes(checked: _CheckedBackend) -> str:
    if not checked.ready.capabilities.inline_phonemes:
        return "reads no phonemes in a text"
    texts = [f"Say {with_phonemes('data', ipa)} twice." for ipa in ("ˈdeɪtə", "ˈdɑːtɑːmɛnɑː")]
    short, long = [await checked.speak(text) for text in texts]
    _require(long.pcm != short.pcm, "other phonemes make the same sound")
    _require(long.ms > short.ms, f"long phonemes take {long.ms:.0f} ms, and short ones {short.ms:.0f}")
    for text, audio in zip(texts, (short, long), strict=True):
        marks = [(mark.word, text[mark.start : mark.end]) for mark in audio.marks]
        _require(("data", "data") in marks or not marks, f"no mark is for the word: {marks}")
    return "and marks the word" if short.marks else ""


async def _refuses_unknown_voices(checked: _CheckedBackend) -> str:
    return await _refused(checked, checked.segment(SENTENCE, "no-such-voice"), "a voice that does not exist")


async def _enforces_options(checked: _CheckedBackend) -> str:
    complete = checked.segment(SENTENCE).options
    for option in checked.ready.capabilities.options:
        for value in _forbidden(option):
            segment = Segment(checked.backend, SENTENCE, checked.voice, {**complete, option.name: value})
            await _refused(checked, segment, f"{option.name}={value!r}")
    segment = Segment(checked.backend, SENTENCE, checked.voice, {**complete, "no_such_option": 1})
    await _refused(checked, segment, "an option that does not exist")
    return ", ".join(option.name for option in checked.ready.capabilities.options)


async def _refused(checked: _CheckedBackend, segment: Segment, what: str) -> str:
    try:
        await checked.render(segment)
    except VoiceServerError as error:
        _require(error.code in _REFUSALS, f"{what} ends in {error.code}: {error.message}")
        return error.message
    raise _CheckFailed(f"accepts {what}")


def _forbidden(option: Option) -> Sequence[OptionValue]:
    if option.kind == "choice":
        return ["no such choice"]
    if option.kind not in {"number", "integer"}:
        return []
    below = [] if option.minimum is None else [option.minimum - 1]
    above = [] if option.maximum is None else [option.maximum + 1]
    return ["a text", float("nan"), *below, *above]


async def _speaks_at_the_ends_of_ranges(checked: _CheckedBackend) -> str:
    tried = 0
    for option in checked.ready.capabilities.options:
        if option.name in _SOUND_OPTIONS:
            for value in (option.minimum, option.maximum):
                if value is not None:
                    await checked.render(checked.segment("Yes.", options={option.name: value}))
                    tried += 1
    return f"{tried} values"


async def _changes_speed(checked: _CheckedBackend) -> str:
    if "speed" not in {option.name for option in checked.ready.capabilities.options}:
        return "has no option speed"
    usual, fast = await checked.speak(SENTENCE), await checked.speak(SENTENCE, speed=1.5)
    _require(fast.ms < 0.85 * usual.ms, f"{usual.ms:.0f} ms at speed 1, {fast.ms:.0f} ms at 1.5")
    return f"{usual.ms / fast.ms:.2f} times as fast at 1.5"


async def _speaks_languages(checked: _CheckedBackend) -> str:
    by_language: dict[str, Voice] = {}
    for voice in checked.ready.voices:
        by_language.setdefault(voice.language.partition("-")[0], voice)
    step = max(1, len(by_language) // _LANGUAGES_TRIED)
    tried = list(by_language.values())[::step]
    for voice in tried:
        _require((await checked.speak("1, 2, 3.", voice.id)).ms > 0, f"voice {voice.id} is silent")
    return ", ".join(voice.id for voice in tried)


async def _speaks_at_once(checked: _CheckedBackend) -> str:
    """Several renders at the same time, more than there are workers."""
    alone = await checked.speak(SENTENCE)
    async with asyncio.TaskGroup() as tasks:
        renders = [tasks.create_task(checked.speak(SENTENCE)) for _ in range(4)]
    different = [render for render in renders if render.result().pcm != alone.pcm]
    _require(not different, f"{len(different)} of 4 renders at once differ from one alone")
    return ""


_Check = Callable[[_CheckedBackend], Awaitable[str]]
_SOUND_OPTIONS = {"speed", "pitch", "pitch_range", "volume", "word_gap"}
_CHECKS: Mapping[str, _Check] = {
    "lists its voices with names and languages": _lists_voices,
    "speaks a sentence in whole samples at the stated rate": _speaks,
    "gives the same samples for the same text and seed": _repeats,
    "stops in mid-render and is usable afterwards": _stops,
    "stops before the first frame and is usable afterwards": _stops_before_the_first_frame,
    "answers odd texts with audio or a clear error": _answers_odd_texts,
    "speaks long sentences whole": _speaks_long_texts,
    "marks words in order, inside text and audio": _marks_words,
    "says phonemes that stand in the text": _says_inline_phonemes,
    "refuses an unknown voice": _refuses_unknown_voices,
    "refuses options that are out of range or unknown": _enforces_options,
    "speaks at the ends of its options' ranges": _speaks_at_the_ends_of_ranges,
    "speaks faster when asked to": _changes_speed,
    "speaks each of several languages": _speaks_languages,
    "renders at once what it renders alone": _speaks_at_once,
}
