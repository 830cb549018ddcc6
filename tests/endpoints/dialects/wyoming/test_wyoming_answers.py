"""What an answer is made of, without a connection: one pair, errors, and the order of several."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from wyoming.event import read_event

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects.wyoming.wyoming_client import ONE_PAIR, Received
from voice_server.core.speech.pauses import Pauses
from voice_server.core.speech.speech_settings import SpeechRequest
from voice_server.endpoints.dialects.wyoming.wyoming_answers import WyomingAnswers
from voice_server.errors import TooMuch, VoiceServerError
from voice_server.speech import SpeechService


class Answering:
    """Answers over the arithmetic pool, and what a client of them would be sent."""

    def __init__(self, service: SpeechService) -> None:
        self.service = service
        self._arrived = asyncio.Event()
        self.answers = WyomingAnswers(service, self._arrived.set)

    def speak(self, text: str, *, in_chunks: bool = False) -> None:
        settings, _ = self.service.settings(SpeechRequest())
        self.answers.open(settings, in_chunks=in_chunks)
        self.answers.push(text)
        self.answers.end()

    async def sent(self) -> Received:
        """All that is sent until everything has been spoken. Raises what `take` raises."""
        data = b""
        while self.answers:
            self._arrived.clear()
            while (parts := self.answers.take()) is not None:
                data += b"".join(parts)
            if self.answers:
                await self._arrived.wait()
        return read(data)


def read(data: bytes) -> Received:
    file = io.BytesIO(data)
    received = Received()
    while (event := read_event(file)) is not None:
        received.events.append(event)
    return received


@asynccontextmanager
async def answering(pool: ArithmeticPool | None = None, **limits: Any) -> AsyncIterator[Answering]:
    pool = pool or ArithmeticPool(frame_s=0.0)
    async with SpeechService(pool, config_of(*pool.names, **limits)) as service:
        yield Answering(service)


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(15):
            await main()

    asyncio.run(limited())


@pytest.mark.parametrize("in_chunks", [False, True])
def test_all_sentences_of_a_text_are_one_pair_with_one_rate(in_chunks: bool) -> None:
    async def main() -> None:
        async with answering() as each:
            each.speak("One. Two is longer. Three?", in_chunks=in_chunks)
            sent = await each.sent()
        assert sent.types == ONE_PAIR + ["synthesize-stopped"] * in_chunks
        assert sent.audio == pcm_of("One.") + pcm_of("Two is longer.") + pcm_of("Three?")
        assert sent.formats == {(24_000, 2, 1)}

    run(main)


@pytest.mark.parametrize("text", ["", "   \n", "🙂"])
def test_a_text_with_nothing_to_speak_is_a_pair_without_sound(text: str) -> None:
    async def main() -> None:
        async with answering() as each:
            each.speak(text, in_chunks=True)
            assert (await each.sent()).types == ["audio-start", "audio-stop", "synthesize-stopped"]

    run(main)


def test_texts_are_answered_one_after_the_other() -> None:
    async def main() -> None:
        async with answering(ArithmeticPool(frame_s=0.001)) as each:
            for text in ("One.", "Two.", "Three."):
                each.speak(text)
            sent = await each.sent()
        assert sent.types == ONE_PAIR * 3
        assert sent.audio == pcm_of("One.") + pcm_of("Two.") + pcm_of("Three.")

    run(main)


def test_every_answer_is_sound_of_its_own_and_begins_without_a_pause() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0)
        config = msgspec.structs.replace(config_of(*pool.names), pauses=Pauses(sentence_ms=100))
        async with SpeechService(pool, config) as service:
            each = Answering(service)
            for text in ("One. Two.", "Three."):
                each.speak(text)
            sent = await each.sent()
        assert sent.audio == pcm_of("One.") + bytes(4800) + pcm_of("Two.") + pcm_of("Three.")

    run(main)


@pytest.mark.parametrize("in_chunks", [False, True])
def test_what_could_be_spoken_is_heard_and_an_error_behind_it_says_what_is_missing(in_chunks: bool) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0, failing={"Two.": 0, "Four.": 0})
        async with answering(pool) as each:
            each.speak("One. Two. Three. Four.", in_chunks=in_chunks)
            each.speak("Two. Five.")
            sent = await each.sent()
        assert sent.audio == pcm_of("One.") + pcm_of("Three.") + pcm_of("Five.")
        ending = ["error", *["synthesize-stopped"] * in_chunks]
        assert sent.types == [*ONE_PAIR, *ending, *ONE_PAIR, "error"]
        assert [(error.code, error.text) for error in sent.errors] == [
            ("render_failed", "2 sentences are missing, the first is 1: the engine tripped"),
            ("render_failed", "sentence 0 is missing: the engine tripped"),
        ]

    run(main)


@pytest.mark.parametrize("in_chunks", [False, True])
def test_where_nothing_could_be_spoken_that_is_the_error_and_the_client_is_told_that_it_ends(
    in_chunks: bool,
) -> None:
    async def main() -> None:
        async with answering(ArithmeticPool(frame_s=0.0, refusing={"One.": "no such sample"})) as each:
            each.speak("One.", in_chunks=in_chunks)
            with pytest.raises(VoiceServerError, match="no such sample") as caught:
                await each.sent()
            assert caught.value.code == "bad_sample"
            ending = read(b"".join(each.answers.break_off()))
            assert ending.types == ["synthesize-stopped"] * in_chunks
            assert not each.answers

    run(main)


def test_an_answer_that_is_broken_off_in_its_middle_ends_its_pair() -> None:
    async def main() -> None:
        async with answering(ArithmeticPool(frame_s=0.01)) as each:
            each.speak("One. Two. Three.", in_chunks=True)
            while each.answers.take() is None:
                await asyncio.sleep(0.001)
            ending = read(b"".join(each.answers.break_off()))
            assert ending.types == ["audio-stop", "synthesize-stopped"]
            assert each.answers.take() is None
            assert each.service.open_speeches == 0

    run(main)


def test_a_connection_has_so_many_texts_and_no_more() -> None:
    async def main() -> None:
        async with answering(ArithmeticPool(frame_s=0.01), open_turns=2) as each:
            each.speak("One.")
            each.speak("Two.")
            with pytest.raises(TooMuch, match="at most 2 texts") as caught:
                each.speak("Three.")
            assert caught.value.code == "too_many_turns"
            await each.sent()
            each.speak("Four.")
            assert (await each.sent()).audio == pcm_of("Four.")

    run(main)


def test_the_texts_of_a_connection_have_a_limit_together() -> None:
    async def main() -> None:
        async with answering(ArithmeticPool(frame_s=0.01), buffered_chars=1000) as each:
            each.speak("One is here. " * 40)
            with pytest.raises(TooMuch) as caught:
                each.speak("Two is here. " * 80)
            assert caught.value.code == "text_overflow"
            each.answers.close()
            assert each.service.open_speeches == 0

    run(main)
