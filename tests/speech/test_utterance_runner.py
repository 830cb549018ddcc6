"""What the cores decide is performed: slots, stops, fallbacks and timers."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import uvloop

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.plugins.plugging import hanging, plugin_of
from tests.speech.opening import audio_of, everything, opened, serving
from tests.virtual_time import run
from voice_server.core.speech import utterance as utterance_module
from voice_server.core.speech import utterance_events
from voice_server.core.speech.segments import PendingSegment, new_segments
from voice_server.core.speech.text_stages import Preparation
from voice_server.core.speech.utterance import Utterance
from voice_server.core.speech.utterance_inputs import TextPrepared
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import Frame, Segment, SpeechWarning, WordMark
from voice_server.errors import Busy, TooMuch
from voice_server.plugins.plugins import running_plugins
from voice_server.speech import Speech, SpeechRequest, SpeechService


def test_no_more_renders_run_than_there_are_workers() -> None:
    async def main() -> None:
        pool = ArithmeticPool()
        async with serving(pool, config_of("one", workers=2)) as service:
            speeches = [opened(service) for _ in range(5)]
            for speech in speeches:
                speech.push("One is here. Two is here. ")
                speech.end()
            await asyncio.gather(*map(everything, speeches))
        assert pool.most_running == 2
        assert len(pool.rendered) == 10

    run(main())


def test_turns_of_one_listener_are_all_spoken_also_behind_one_that_was_cancelled() -> None:
    async def main() -> None:
        pool = ArithmeticPool()
        async with serving(pool) as service:
            settings, _ = service.settings(SpeechRequest(first_segment="sentence"))
            turns: list[Speech] = []
            for number in range(6):
                turns.append(service.open(settings, after=turns[-1] if turns else None))
                turns[-1].push(f"Turn number {number} is here. ")
                turns[-1].end()
            turns[1].cancel()
            turns[2].cancel()
            for turn in turns:
                await everything(turn)
        spoken = [segment.text for segment in pool.rendered]
        assert spoken == [f"Turn number {number} is here." for number in (0, 3, 4, 5)]

    run(main())


def test_everybodys_first_sentence_comes_before_anybodys_second() -> None:
    async def main() -> None:
        pool = ArithmeticPool()
        async with serving(pool) as service:
            speeches = [opened(service) for _ in range(4)]
            for number, speech in enumerate(speeches):
                speech.push(f"First of {number} is here. Second of {number} is here. ")
                speech.end()
            await asyncio.gather(*map(everything, speeches))
        assert [segment.text.split()[0] for segment in pool.rendered] == ["First"] * 4 + ["Second"] * 4

    run(main())


def test_only_a_listener_with_sound_in_store_is_patient_and_only_while_somebody_waits() -> None:
    async def main() -> None:
        pool = ArithmeticPool()
        async with serving(pool) as service:
            one, other = opened(service), opened(service)
            one.push("A first sentence, which is long. Then a second one. And a third. ")
            await asyncio.sleep(0)
            other.push("Somebody else speaks. ")
            for speech in (one, other):
                speech.end()
            await asyncio.gather(everything(one), everything(other))
        spare = {segment.text: segment.spare_s for segment in pool.rendered}
        assert list(spare) == [
            "A first sentence, which is long.",
            "Somebody else speaks.",
            "Then a second one.",
            "And a third.",
        ]
        assert spare["A first sentence, which is long."] == spare["Somebody else speaks."] == 0
        assert 0 < spare["Then a second one."] <= 2.0
        assert spare["And a third."] == 0

    run(main())


def test_a_cancel_stops_the_render_and_frees_its_slot() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=1.0)
        async with serving(pool) as service:
            speech = opened(service)
            speech.push("This one will be cut off. ")
            await asyncio.sleep(1.5)
            speech.cancel()
            told = await everything(speech)
            assert [type(event) for event in told] == [
                utterance_events.HeardText,
                utterance_events.UtteranceFinished,
            ]
            other = opened(service)
            other.push("This one is heard. ")
            other.end()
            assert audio_of(await everything(other)) == pcm_of("This one is heard.")
        assert pool.stopped == ["This one will be cut off."]

    run(main())


def test_a_render_that_is_cancelled_before_it_began_gives_its_slot_back() -> None:
    async def main() -> None:
        pool = ArithmeticPool()
        async with serving(pool) as service:
            for _ in range(3):
                speech = opened(service)
                speech.push("This one never begins. ")
                speech.close()
                speech.close()
            other = opened(service)
            other.push("This one is heard. ")
            other.end()
            assert audio_of(await everything(other)) == pcm_of("This one is heard.")
        assert [segment.text for segment in pool.rendered] == ["This one is heard."]

    run(main())


def test_a_failed_sentence_is_told_and_the_next_one_spoken() -> None:
    async def main() -> None:
        pool = ArithmeticPool(failing={"One is here.": 1})
        async with serving(pool) as service:
            speech = opened(service)
            speech.push("One is here. Two is here. ")
            speech.end()
            told = await everything(speech)
        failed = [event for event in told if isinstance(event, utterance_events.SentenceFailed)]
        assert failed == [utterance_events.SentenceFailed(0, "render_failed", "the engine tripped")]
        assert audio_of(told).endswith(pcm_of("Two is here."))

    run(main())


class _Broken(ArithmeticPool):
    async def render(self, segment: Segment) -> AsyncGenerator[Frame | WordMark | SpeechWarning, None]:
        raise KeyError(segment.text)
        yield Frame(b"", 1)  # makes this a generator


def test_a_fault_of_the_pool_is_logged_and_costs_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with serving(_Broken()) as service:
            speech = opened(service)
            speech.push("One is here. ")
            speech.end()
            told = await everything(speech)
        assert [type(event) for event in told][-2:] == [
            utterance_events.SentenceFailed,
            utterance_events.UtteranceFinished,
        ]

    with caplog.at_level(logging.ERROR):
        run(main())
    assert "render failed unexpectedly" in caplog.text


def test_a_request_that_cannot_be_obeyed_is_refused_and_not_spoken_by_another_backend() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), refusing={"One is here.": "the voice sample x is silent"})
        async with serving(pool, config_of("one", "two", fallback="two")) as service:
            speech = opened(service)
            speech.push("One is here. ")
            speech.end()
            told = await everything(speech)
        [failed] = [event for event in told if isinstance(event, utterance_events.SentenceFailed)]
        assert (failed.code, failed.message) == ("bad_sample", "the voice sample x is silent")
        assert [segment.backend for segment in pool.rendered] == ["one"]
        assert not audio_of(told)

    run(main())


def test_a_backend_that_fails_before_its_first_sound_is_replaced_by_its_fallback() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), failing={"One is here.": 0})
        async with serving(pool, config_of("one", "two", fallback="two")) as service:
            speech = opened(service, voice="bert", options={"speed": 1.5})
            speech.push("One is here. ")
            speech.end()
            told = await everything(speech)
        warned = [event for event in told if isinstance(event, utterance_events.UtteranceWarning)]
        assert [(event.code, event.index) for event in warned] == [("backend_fallback", 0)]
        assert [segment.backend for segment in pool.rendered] == ["one", "two"]
        assert pool.rendered[1].voice == "bert"
        assert pool.rendered[1].options["speed"] == 1.5
        assert audio_of(told) == pcm_of("One is here.")

    run(main())


def test_a_finished_sentence_is_spoken_after_a_pause_although_no_token_came() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool(frame_s=0.0)) as service:
            speech = opened(service, max_wait_ms=300)
            began = service.now()
            speech.push("Let me look ")
            await asyncio.sleep(0.02)
            speech.push("that up.")
            stream = aiter(speech)
            first = await anext(stream)
            assert isinstance(first, utterance_events.SentenceDispatched)
            assert 0.15 <= service.now() - began <= 0.35
            speech.close()

    run(main())


def test_a_likely_end_that_proves_wrong_stops_its_render_and_is_never_heard() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=1.0)
        async with serving(pool) as service:
            speech = opened(service, max_wait_ms=10_000)
            speech.push("Please open the page called example.")
            await asyncio.sleep(0.1)
            assert [segment.text for segment in pool.rendered] == ["Please open the page called example."]
            speech.push("com before the meeting.")
            await asyncio.sleep(0)
            speech.end()
            told = await everything(speech)
        whole = "Please open the page called example.com before the meeting."
        assert pool.stopped == ["Please open the page called example."]
        assert [event.text for event in told if isinstance(event, utterance_events.SentenceDispatched)] == [
            whole
        ]
        assert audio_of(told) == pcm_of(whole)

    run(main())


def test_a_listener_that_takes_nothing_does_not_hold_a_worker() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0)
        async with serving(pool) as service:
            stalled = opened(service)
            stalled.push("This is a sentence that nobody will ever take from the server. " * 60)
            stalled.end()
            other = opened(service)
            other.push("This one is heard. ")
            other.end()
            assert audio_of(await everything(other)) == pcm_of("This one is heard.")
            await asyncio.sleep(10)
            held = sum(len(pcm_of(segment.text)) for segment in pool.rendered[:-1])
            assert held < 2 * (1 << 20)
            assert pool.running.total() == 0

    run(main())


def test_warnings_of_the_pool_reach_the_listener() -> None:
    async def main() -> None:
        pool = ArithmeticPool(notices={"One is here.": SpeechWarning("sentence_retried", "a worker died")})
        async with serving(pool) as service:
            speech = opened(service)
            speech.push("One is here. ")
            speech.end()
            assert utterance_events.UtteranceWarning(
                "sentence_retried", "a worker died", 0
            ) in await everything(speech)

    run(main())


def test_a_service_that_closes_ends_every_utterance() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=5.0)
        async with serving(pool) as service:
            speech = opened(service)
            speech.push("This one will be cut off. ")
            await asyncio.sleep(1)
        assert speech.is_over
        assert pool.running.total() == 0

    run(main())


def test_a_deadline_that_has_passed_is_met_on_the_loop_that_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """uvloop's timer for a moment that has passed does not tell its moment, and the service asked it."""
    monkeypatch.setattr(Utterance, "next_deadline", lambda _utterance: 0.0)

    async def main() -> list[utterance_events.UtteranceEvent]:
        async with serving(ArithmeticPool()) as service:
            speech = opened(service)
            speech.push("One is")
            speech.push(" here.")
            speech.end()
            return await everything(speech)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert audio_of(runner.run(main())) == pcm_of("One is here.")


def test_a_long_text_that_is_nothing_but_marks_is_split_while_others_are_served() -> None:
    marks = "e.g. " * 4000

    async def main() -> None:
        async with serving(ArithmeticPool(), config_of("one", workers=2)) as service:
            marked, other = opened(service), opened(service)
            marked.push(marks)
            marked.end()
            assert marked.buffered_chars > len(marks) - 1000
            other.push("One is here. ")
            other.end()
            await everything(other)
            assert marked.buffered_chars > len(marks) / 2
            finished = (await everything(marked))[-1]
            assert isinstance(finished, utterance_events.UtteranceFinished)
            assert finished.characters == len(marks)

    run(main())


def test_text_counts_as_waiting_until_a_worker_has_it_or_nobody_wants_it() -> None:
    async def main() -> None:
        config = config_of("one", total_buffered_chars=10_000)
        async with serving(ArithmeticPool(frame_s=30.0), config) as service:
            spoken, cancelled = opened(service), opened(service)
            spoken.push("One is here. Two is here. ")
            cancelled.push("Three is here, and this as well. " * 100)
            most = service.limits.total_buffered_chars
            with pytest.raises(TooMuch, match="of all clients together"):
                service.check_text(0, most - 3000)
            cancelled.cancel()
            service.check_text(0, most - 100)
            spoken.end()
            await everything(spoken)
            service.check_text(0, most)

    run(main())


@pytest.mark.parametrize("text", ["One is here. Two", "One is here. ", "   "])
def test_nothing_keeps_an_utterance_that_was_cancelled(text: str) -> None:
    """Neither its pause timer, which may be due in a minute, nor those that are heard behind it."""

    async def main() -> None:
        async with serving(ArithmeticPool()) as service:
            settings, _ = service.settings(SpeechRequest(max_wait_ms=60_000))
            speech, cancelled = service.open(settings), []
            for _ in range(5):
                speech.push(text)
                speech.cancel()
                while speech.take() is not None:
                    pass
                cancelled.append(weakref.ref(speech._utterance))
                speech = service.open(settings, after=speech)
            await asyncio.sleep(0.1)  # a render that was stopped
            assert [reference() for reference in cancelled] == [None] * 5

    run(main())


def started(service: SpeechService, text: str) -> Speech:
    speech = opened(service)
    speech.push(text)
    speech.end()
    return speech


def test_sentences_go_through_plugins_in_order_and_flushes_keep_their_place() -> None:
    async def main() -> None:
        plugin = plugin_of(
            "odd",
            pre_process_text=lambda text: text.replace("One", "First"),
            post_process_audio=lambda samples: samples[::2],
        )
        pool = ArithmeticPool(frame_s=0, marks=True)
        async with running_plugins([plugin]) as plugins, serving(pool, plugins=plugins) as service:
            settings, _ = service.settings(SpeechRequest(first_segment="sentence", word_times=True))
            speech = service.open(settings)
            speech.push("One is here. ")
            speech.flush("behind one")
            speech.push("Two is here. ")
            speech.end()
            told = await everything(speech)
        assert [segment.text for segment in pool.rendered] == ["First is here.", "Two is here."]
        assert [
            event.text if isinstance(event, utterance_events.SentenceStarted) else event.id
            for event in told
            if isinstance(event, utterance_events.SentenceStarted | utterance_events.FlushReached)
        ] == ["One is here.", "behind one", "Two is here."]
        assert len(audio_of(told)) == sum(len(pcm_of(segment.text)) for segment in pool.rendered) / 2
        words = [event for event in told if isinstance(event, utterance_events.SentenceWords)]
        first = [mark for event in words if event.index == 0 for mark in event.marks]
        assert [(mark.word, mark.start, mark.end) for mark in first] == [
            ("First", 0, 3),
            ("is", 4, 6),
            ("here.", 7, 12),
        ]
        assert [mark.start_ms for mark in first] == pytest.approx([0.0, 60.0, 90.0])

    uvloop.run(main())


def test_a_whole_text_of_which_a_plugin_leaves_all_out_ends() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0)
        plugin = plugin_of("silent", pre_process_text=lambda: "")
        async with running_plugins([plugin]) as plugins, serving(pool, plugins=plugins) as service:
            settings, _ = service.settings(SpeechRequest())
            with service.speak("This is one. " * 2000, settings) as speech:
                (finished,) = await everything(speech)
        assert isinstance(finished, utterance_events.UtteranceFinished)
        assert finished.characters == 26_000
        assert pool.rendered == []

    uvloop.run(main())


@pytest.mark.parametrize("hook", ["pre_process_text", "post_process_text", "pre_process_audio"])
def test_a_cancel_does_not_wait_for_a_plugin(hook: str) -> None:
    async def main() -> None:
        pool = ArithmeticPool()
        with hanging() as hang:

            def waiting() -> None:
                hang()

            plugin = plugin_of("slow", is_listed=True, **{hook: waiting})
            async with (
                running_plugins([plugin], limit_s=60) as plugins,
                serving(pool, plugins=plugins) as service,
            ):
                speech = started(service, "One is here. Two is here. ")
                await hang.has_begun()
                speech.cancel()
                async with asyncio.timeout(5):
                    told = await everything(speech)
        assert [type(event) for event in told] == [
            utterance_events.HeardText,
            utterance_events.UtteranceFinished,
        ]
        assert not pool.running.total()
        assert pool.stopped == (["One is here."] if hook == "pre_process_audio" else [])

    uvloop.run(main())


def test_a_stage_of_ours_that_breaks_costs_its_sentence_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        plugin = plugin_of("odd", pre_process_text=lambda: None)
        async with (
            running_plugins([plugin]) as plugins,
            serving(ArithmeticPool(frame_s=0), plugins=plugins) as service,
        ):
            prepare = plugins.prepare

            async def breaking(preparation: Preparation) -> TextPrepared:
                if preparation.piece.text.startswith("One"):
                    raise RuntimeError
                return await prepare(preparation)

            monkeypatch.setattr(plugins, "prepare", breaking)
            told = await everything(started(service, "One is here. Two is here. "))
        warning, *_ = told
        assert isinstance(warning, utterance_events.UtteranceWarning)
        assert warning.code == "plugin_failed"
        assert audio_of(told) == pcm_of("Two is here.")

    uvloop.run(main())


@pytest.mark.parametrize("sentences", [1, 200])
def test_a_fault_of_ours_in_one_text_ends_that_one_with_an_error_and_no_other(
    sentences: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = new_segments

    def broken(index: int, piece: Piece, *rest: Any, **options: Any) -> list[PendingSegment]:
        if "broken" in piece.text:
            raise KeyError("a fault of ours")
        return made(index, piece, *rest, **options)

    monkeypatch.setattr(utterance_module, "new_segments", broken)

    async def main() -> None:
        async with serving(ArithmeticPool()) as service:
            bad, good = opened(service), opened(service)
            bad.push("This is one of many. " * sentences + "This one is broken. ")
            bad.end()
            good.push("This is one of many. " * 200)
            good.end()
            told, others = await asyncio.gather(everything(bad), everything(good))
            assert [each.code for each in told if isinstance(each, utterance_events.SentenceFailed)] == [
                "internal"
            ]
            assert isinstance(told[-1], utterance_events.UtteranceFinished)
            assert told[-1].reason is utterance_events.FinishReason.FAILED
            assert isinstance(others[-1], utterance_events.UtteranceFinished)
            assert others[-1].reason is utterance_events.FinishReason.COMPLETE
            assert others[-1].sentences == 200

    run(main())
    assert "a fault of ours" in caplog.text


def test_one_more_listener_waits_where_the_workers_have_no_time_left() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.03)  # half a second of a worker for a second of sound
        async with serving(pool) as service:
            settings, _ = service.settings(SpeechRequest(first_segment="sentence"))
            first = opened(service)
            first.push("One is here. Two is ")
            service.check_room(settings)  # nothing is known of the engine
            while not audio_of([event async for event in _taken(first)]):
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            with pytest.raises(Busy) as caught:
                service.check_room(settings)
            assert 1000 <= caught.value.retry_after_ms <= 60_000
            service.check_room(settings, chars=3)
            behind = service.open(settings, after=first)
            behind.push("Three is here.")  # its listener is counted already
            first.cancel()
            behind.cancel()
            service.check_room(settings)

    run(main())


def test_a_render_that_waited_until_its_backend_was_loaded_says_nothing_of_its_speed() -> None:
    async def main() -> None:
        pool = ArithmeticPool(unloaded={"one"})
        async with serving(pool) as service:
            for is_known in (False, True):
                speech = opened(service)
                speech.push("One is here.")
                speech.end()
                await everything(speech)
                assert (service._runner._speeds["one"].real_time_factor > 0) is is_known
                pool.unloaded.clear()

    run(main())


async def _taken(speech: Speech) -> AsyncGenerator[utterance_events.UtteranceEvent, None]:
    while (event := speech.take()) is not None:
        yield event
