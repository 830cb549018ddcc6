"""`SpeechService.speak`: a text of any length, of which little waits at a time."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.speech.opening import audio_of, everything, serving
from tests.virtual_time import run
from voice_server.core.speech import utterance_events
from voice_server.speech import SpeechRequest, SpeechService

WORDS = (
    "One",
    "river,",
    "Dr.",
    "runs",
    "at",
    "3.14",
    "e.g.",
    "here.",
    "Why?",
    "So!",
    "\n\n",
    "“Yes.”",
    "etc.",
)


def book(seed: int, words: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


async def sentences(service: SpeechService, pool: ArithmeticPool, text: str, *, pushed: bool) -> list[str]:
    """The sentences of a text, pushed at once or spoken as a whole."""
    settings, _ = service.settings(SpeechRequest(max_wait_ms=1))
    pool.rendered.clear()
    if pushed:
        speech = service.open(settings)
        speech.push(text)
        speech.end()
        told = await everything(speech)
    else:
        with service.speak(text, settings) as speech:
            told = await everything(speech)
    assert isinstance(told[-1], utterance_events.UtteranceFinished)
    assert told[-1].characters == len(text)
    return [event.text for event in told if isinstance(event, utterance_events.SentenceStarted)]


@pytest.mark.parametrize("seed", range(5))
def test_a_whole_text_has_the_sentences_that_it_has_when_pushed_at_once(seed: int) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=1.0, frames=1)  # so slow that every pause timer would fire
        async with serving(pool, config_of("one", workers=2)) as service:
            text = book(seed, 3000)
            whole = await sentences(service, pool, text, pushed=False)
            assert whole == await sentences(service, pool, text, pushed=True)

    run(main())


def test_a_text_without_a_place_to_cut_is_cut_anyway_and_spoken_whole() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, frames=1)
        async with serving(pool) as service:
            settings, _ = service.settings(SpeechRequest())
            with service.speak("a-" * 5000, settings) as speech:
                told = await everything(speech)
        assert audio_of(told)
        assert "".join(segment.text for segment in pool.rendered).count("a") == 5000

    run(main())


def test_a_text_with_nothing_to_speak_in_it_lets_others_run_between_its_slices() -> None:
    async def main() -> None:
        steps = 0

        async def others() -> None:
            nonlocal steps
            while True:
                steps += 1
                await asyncio.sleep(0)

        async with serving(ArithmeticPool()) as service:
            settings, _ = service.settings(SpeechRequest())
            beside = asyncio.create_task(others())
            with service.speak("\n" * 100_000, settings) as speech:
                told = await everything(speech)
            beside.cancel()
        assert audio_of(told) == b""
        assert steps >= 100_000 // 4000 - 1

    run(main())


def test_little_waits_whatever_the_length_of_the_text() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.01, frames=1)
        async with serving(pool) as service:
            settings, _ = service.settings(SpeechRequest())
            with service.speak("One is here. " * 5000, settings) as speech:
                most = 0
                async for _event in speech:
                    most = max(most, speech.buffered_chars)
        assert 0 < most <= 8000
        assert len(pool.rendered) == 5000

    run(main())


def test_leaving_stops_the_render_and_forgets_the_text() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30.0)
        async with serving(pool) as service:
            settings, _ = service.settings(SpeechRequest(first_segment="sentence"))
            with service.speak("One is here. " * 5000, settings) as speech:
                assert speech.take() is not None
                await asyncio.sleep(1)
                assert pool.running.total() == 1
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert pool.stopped == ["One is here."]
            assert service.open_speeches == 0

    run(main())


def test_an_empty_text_is_over_at_once() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool()) as service:
            settings, _ = service.settings(SpeechRequest())
            with service.speak("", settings) as speech:
                told = await everything(speech)
        assert [type(event) for event in told] == [utterance_events.UtteranceFinished]

    run(main())


def test_a_short_text_sounds_as_its_sentences_do() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool()) as service:
            settings, _ = service.settings(SpeechRequest(first_segment="sentence"))
            with service.speak("One is here. Two is here.", settings) as speech:
                told = await everything(speech)
        assert audio_of(told) == pcm_of("One is here.") + pcm_of("Two is here.")

    run(main())


def test_the_position_is_where_playback_would_be_or_where_the_listener_says_it_is() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool(frame_s=0.0)) as service:
            settings, _ = service.settings(SpeechRequest())
            speech = service.open(settings)
            assert speech.position_ms == 0.0
            speech.push("One two three four five six.")
            speech.end()
            await everything(speech)
            await asyncio.sleep(0.2)
            assert speech.position_ms == pytest.approx(200, abs=1)
            speech.played(50.0)  # late: it is over, and said with `heard`
            speech.heard(played_ms=50.0)
            assert speech.position_ms == pytest.approx(50, abs=1)

    run(main())
