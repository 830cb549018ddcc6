"""One turn of a dialect."""

from __future__ import annotations

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served
from voice_server.core.audio.resample import Resampler
from voice_server.core.speech.utterance_events import SentenceAudio, UtteranceFinished
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn, TurnEvent
from voice_server.endpoints.http.responses import TimedWords
from voice_server.sound_files.encoding import chosen_encoding
from voice_server.speech import SpeechRequest


def test_the_sound_is_one_stream_and_complete_before_the_last_event() -> None:
    async def main() -> None:
        async with served() as server:
            settings, _ = server.service.settings(SpeechRequest())
            turn = DialectTurn(
                server.service.open(settings), chosen_encoding("pcm", 16_000), lambda _, __: []
            )
            turn.speech.push("One two. Three.")
            turn.speech.end()
            events = [each async for each in turn.events()]
            pcm = pcm_of("One two.") + pcm_of("Three.")
            assert turn.audio_ms == len(pcm) / 48
            whole = Resampler(24_000, 16_000)
            wanted = whole.process(pcm) + whole.finish()
            assert b"".join(each.pcm for each in events if isinstance(each, SentenceAudio)) == wanted
            assert isinstance(events[-1], UtteranceFinished)
            assert isinstance(events[-2], SentenceAudio)

    run(main)


def test_words_are_counted_from_the_turn_s_first_sample() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(marks=True)) as server:
            settings, _ = server.service.settings(SpeechRequest(word_times=True))
            turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), lambda _, __: [])
            turn.speech.push("One two. Three.")
            turn.speech.end()
            timed = [each async for each in turn.events() if isinstance(each, TimedWords)]
            words = [mark for each in timed for mark in each.marks]
            assert [word.word for word in words] == ["One", "two.", "Three."]
            assert words[2].start_ms >= len(pcm_of("One two.")) / 48

    run(main)


def written(_turn: DialectTurn, event: TurnEvent) -> list[str]:
    return [f"end: {event.reason}" if isinstance(event, UtteranceFinished) else type(event).__name__]


def test_of_a_cancelled_turn_the_last_events_are_written_and_no_sound() -> None:
    async def main() -> None:
        async with served() as server:
            settings, _ = server.service.settings(SpeechRequest())
            turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), written)
            turn.push("One two. Three.")
            assert turn.messages(SentenceAudio(0, b"")) == ["SentenceAudio"]
            turn.cancel()
            messages = [message async for event in turn.events() for message in turn.messages(event)]
            assert messages == ["HeardText", "end: cancelled"]
            turn.cancel()  # once more is nothing

    run(main)


def test_an_end_that_was_not_sent_when_a_turn_was_cancelled_is_that_of_a_cancelled_one() -> None:
    async def main() -> None:
        async with served() as server:
            settings, _ = server.service.settings(SpeechRequest())
            turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), written)
            turn.push("One.")
            turn.speech.end()
            events = [each async for each in turn.events()]
            assert turn.messages(events[-1]) == ["end: complete"]
            turn.cancel()
            assert turn.messages(events[-1]) == ["end: cancelled"]

    run(main)


def test_its_text_is_all_that_was_pushed() -> None:
    async def main() -> None:
        async with served() as server:
            settings, _ = server.service.settings(SpeechRequest())
            turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), written)
            for text in ("One ", "two.", " Three"):
                turn.push(text)
            assert turn.text == turn.text == "One two. Three"
            turn.speech.close()

    run(main)


def test_what_came_together_is_pushed_at_once_and_before_anything_else_is_asked() -> None:
    async def main() -> None:
        async with served() as server:
            settings, _ = server.service.settings(SpeechRequest())
            speech = server.service.open(settings)
            turn = DialectTurn(speech, chosen_encoding("pcm"), written)
            turn.push("One ")
            turn.push("two.")
            assert (speech.typed_chars, turn.typed_chars, turn.buffered_chars) == (0, 8, 8)
            turn.push_collected()
            assert speech.typed_chars == turn.typed_chars == 8
            turn.push(" Three.")
            assert turn.speech.typed_chars == 15
            assert not turn.is_over
            turn.cancel()
            assert turn.is_over

    run(main)
