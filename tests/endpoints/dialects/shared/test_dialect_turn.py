"""One turn of a dialect."""

from __future__ import annotations

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served
from voice_server.core.audio.resample import Resampler
from voice_server.core.speech.utterance_events import FinishReason, SentenceAudio, UtteranceFinished
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn
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


def test_of_a_cancelled_turn_the_last_events_are_due_and_no_sound() -> None:
    async def main() -> None:
        async with served() as server:
            settings, _ = server.service.settings(SpeechRequest())
            turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), lambda _, __: [])
            turn.speech.push("One two. Three.")
            assert turn.is_due(SentenceAudio(0, b""))
            turn.cancel()
            due = [each async for each in turn.events() if turn.is_due(each)]
            assert not any(isinstance(each, SentenceAudio) for each in due)
            assert isinstance(due[-1], UtteranceFinished)
            assert due[-1].reason is FinishReason.CANCELLED
            turn.cancel()  # once more is nothing

    run(main)
