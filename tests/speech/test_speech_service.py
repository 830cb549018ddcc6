"""The service says what there is, resolves what is asked for, and opens what is spoken."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.speech.opening import audio_of, everything, opened, serving
from tests.virtual_time import run
from voice_server.config import BackendConfig, Config
from voice_server.core.audio.loudness import measured_lufs
from voice_server.core.speech import utterance_events
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.errors import BackendDown, Busy, RequestError, UnknownName
from voice_server.pool.local_pool import LocalPool
from voice_server.pool.worker_pool import BackendState
from voice_server.speech import Speech, SpeechRequest, SpeechService


def test_what_is_pushed_is_heard_in_order() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool(), config_of("one", workers=3)) as service:
            speech = opened(service)
            speech.push("One is here. Two is here. ")
            speech.push("Three is")
            speech.push(" here.")
            speech.end()
            told = await everything(speech)
        texts = ["One is here.", "Two is here.", "Three is here."]
        assert audio_of(told) == b"".join(map(pcm_of, texts))
        assert speech.is_over
        assert service.open_speeches == 0

    run(main())


@pytest.mark.parametrize("streams", [True, False])
def test_the_first_sentence_is_cut_at_a_clause_unless_the_engine_streams(streams: bool) -> None:
    async def main() -> None:
        pool = ArithmeticPool(streams=streams)
        async with serving(pool) as service:
            settings, _ = service.settings(SpeechRequest())
            speech = service.open(settings)
            speech.push("When all of them had left, the house was quiet. ")
            speech.end()
            await everything(speech)
        assert len(pool.rendered) == (1 if streams else 2)

    run(main())


def test_a_backend_that_never_came_up_is_replaced_by_its_fallback() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), down={"one"})
        async with serving(pool, config_of("one", "two", fallback="two")) as service:
            settings, notices = service.settings(SpeechRequest())
            assert settings.backend == "two"
            assert [notice.code for notice in notices] == ["backend_fallback"]

    run(main())


def test_work_is_taken_as_long_as_somebody_speaks_where_no_backend_is_named() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"))
        async with serving(pool, config_of("one", "two", fallback="two")) as service:
            assert service.takes_work()
            pool.down.add("one")
            assert (service.is_up(), service.takes_work()) == (False, True)
            pool.down.add("two")
            assert not service.takes_work()

    run(main())


def test_without_a_fallback_a_backend_that_is_down_says_why() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool(("one",), down={"one"})) as service:
            with pytest.raises(BackendDown, match="the backend one has no model"):
                service.settings(SpeechRequest())

    run(main())


def test_a_backend_that_is_unloaded_begins_to_load_before_the_first_sentence_is_there() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), unloaded={"two"})
        async with serving(pool) as service:
            settings, notices = service.settings(SpeechRequest(backend="two"))
            assert (pool.woken, notices) == (["two"], [])
            speech = service.open(settings)
            assert pool.woken == ["two", "two"]
            speech.close()

    run(main())


def test_a_backend_is_loaded_and_unloaded_and_what_it_takes_is_told() -> None:
    async def main() -> None:
        pool = ArithmeticPool()
        async with serving(pool) as service:
            await service.unload_backend("one")
            assert service.backends()["one"].state is BackendState.UNLOADED
            assert service.is_up("one")
            await service.load_backend("one")
            assert service.backends()["one"].state is BackendState.UP
            assert await service.backend_memory() == {"one": pool.taken}
            assert service.worker_restarts() == {"one": 0}

    run(main())


def test_names_and_options_are_checked_before_anything_is_spoken() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool()) as service:
            with pytest.raises(UnknownName, match="unknown backend 'nine'"):
                service.settings(SpeechRequest(backend="nine"))
            with pytest.raises(UnknownName, match="unknown voice 'nobody'"):
                service.settings(SpeechRequest(voice="nobody"))
            with pytest.raises(RequestError, match="option speed must be a number from"):
                service.settings(SpeechRequest(options={"speed": 9}))
            settings, notices = service.settings(SpeechRequest(voice="bert"))
            assert (settings.voice, settings.language, notices) == ("bert", None, [])

    run(main())


def test_what_there_is_can_be_asked_without_a_backend_or_with_one() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), down={"two"})
        async with serving(pool, config_of("one", "two", buffered_chars=5000)) as service:
            assert (service.default_backend, list(service.backend_names)) == ("one", ["one", "two"])
            assert (service.is_up(), service.is_up("one"), service.is_up("two")) == (True, True, False)
            assert service.backends() == pool.backends
            assert [voice.id for voice in service.voices()] == ["alba", "bert"]
            assert [number for number, _ in service.numbered_voices("one")] == [1, 2]
            assert service.resolve_voice("BERT", "one").id == "bert"
            assert service.limits.buffered_chars == 5000
            assert service.backend_config("two").workers == service.backend_config().workers == 1

    run(main())


def test_a_mix_is_a_voice_from_when_it_is_saved_until_it_is_deleted() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool(("one", "two"), mixes=True)) as service:
            saved = service.save_mix("mine", "alba(2)+bert", "one")
            assert saved.mix == "alba(2)+bert(1)"
            assert service.settings(SpeechRequest(voice="mine"))[0].voice == saved.mix
            assert service.saved_mixes() == service.saved_mixes("one") == [saved]
            assert service.saved_mixes("two") == []
            assert (service.delete_mix("mine"), service.delete_mix("mine")) == (True, False)
            with pytest.raises(UnknownName, match="unknown voice 'mine'"):
                service.settings(SpeechRequest(voice="mine"))

    run(main())


def test_an_utterance_is_open_until_its_last_event_is_taken() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool()) as service:
            speech = opened(service)
            other = opened(service)
            assert service.open_speeches == 2
            other.close()
            assert service.open_speeches == 1
            speech.push("One is here.")
            speech.end()
            await asyncio.sleep(1)
            assert service.open_speeches == 1
            await everything(speech)
            assert service.open_speeches == 0

    run(main())


TONE = """
from math import cos, pi
from struct import pack
from voice_server.worker.api import RenderError, Voice

class Backend:
    sample_rate = 24_000
    options = ()

    def __init__(self, lufs, fails=""):
        self._lufs, self._fails = lufs, fails

    def voices(self):
        return [Voice("tone", "Tone", "en")]

    def loudness_lufs(self, voice):
        return self._lufs

    def synthesize(self, text, voice, options):
        if text == self._fails:
            raise RenderError("not this one")
        peak = 32767 * 10 ** ((self._lufs + 3.01) / 20)
        yield pack("<24000h", *(round(peak * cos(2 * pi * 997 * n / 24_000)) for n in range(24_000)))
"""
"""An engine whose every sentence is a second cut out of a tone, as loud as its settings say."""


def test_a_fallback_in_the_middle_of_an_answer_is_as_loud_and_joins_without_a_click(tmp_path: Path) -> None:
    adapter = tmp_path / "backend.py"
    adapter.write_text(TONE)
    soft = {"lufs": -31.0, "fails": "Two is here."}
    backends = {
        "soft": BackendConfig(adapter=adapter, settings=soft, fallback="loud"),
        "loud": BackendConfig(adapter=adapter, settings={"lufs": -14.0}),
    }
    config = Config(backends=backends, default_backend="soft")

    async def spoken() -> list[utterance_events.UtteranceEvent]:
        async with LocalPool(backends) as pool, SpeechService(pool, config) as service:
            speech = opened(service)
            speech.push("One is here. Two is here. Three is here.")
            speech.end()
            return await everything(speech)

    told = asyncio.run(spoken())
    warned = [event for event in told if isinstance(event, utterance_events.UtteranceWarning)]
    assert [(event.code, event.index) for event in warned] == [("backend_fallback", 1)]
    whole = np.frombuffer(audio_of(told), "<i2") / 32768
    seconds = len(whole) / SAMPLE_RATE_HZ
    assert seconds == pytest.approx(3.5, abs=0.1)
    for start_s in (0.1, 1.35, 2.6):
        start = round(start_s * SAMPLE_RATE_HZ)
        assert measured_lufs(whole[start:][: round(0.8 * SAMPLE_RATE_HZ)], SAMPLE_RATE_HZ) == pytest.approx(
            -23.0, abs=0.5
        )
    middle = whole[SAMPLE_RATE_HZ // 4 :][: SAMPLE_RATE_HZ // 2]
    steepest = np.abs(np.diff(middle)).max()
    assert np.abs(np.diff(whole, prepend=0, append=0)).max() <= steepest * 1.01


def _talking(service: SpeechService) -> Speech:
    """A listener that needs two thirds of the only worker, and whose text goes on."""
    speech = opened(service)
    speech.push("One is here. Two is here. Three is here. ")
    return speech


def test_who_waits_for_room_is_let_in_when_there_is_some_first_come_first_served() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool(frame_s=0.04)) as service:
            settings, _ = service.settings(SpeechRequest())
            speech = _talking(service)
            await asyncio.sleep(0.5)
            let_in: list[int] = []

            async def wait(number: int) -> None:
                await service.wait_for_room(settings, 1000, most_s=60)
                let_in.append(number)

            async with asyncio.TaskGroup() as tasks:
                for number in range(3):
                    tasks.create_task(wait(number))
                await asyncio.sleep(5)
                assert not let_in
                speech.cancel()
            assert let_in == [0, 1, 2]

    run(main())


@pytest.mark.parametrize("most_s", [0, 2])
def test_who_does_not_want_to_wait_longer_is_told_to_come_again(most_s: float) -> None:
    async def main() -> None:
        async with serving(ArithmeticPool(frame_s=0.04)) as service:
            settings, _ = service.settings(SpeechRequest())
            speech = _talking(service)
            await asyncio.sleep(0.5)
            began = asyncio.get_running_loop().time()
            async with asyncio.TaskGroup() as tasks:
                patient = tasks.create_task(service.wait_for_room(settings, 1000, most_s=60))
                await asyncio.sleep(0)
                with pytest.raises(Busy, match="one speaks to as many listeners as it can in time; ask"):
                    await service.wait_for_room(settings, 1000, most_s=most_s)
                assert asyncio.get_running_loop().time() - began == pytest.approx(most_s, abs=0.1)
                patient.cancel()
            speech.cancel()

    run(main())


def test_without_admission_everybody_is_let_in() -> None:
    async def main() -> None:
        config = config_of("one", admission=False)
        async with serving(ArithmeticPool(frame_s=0.04), config) as service:
            settings, _ = service.settings(SpeechRequest())
            speeches = [_talking(service) for _ in range(9)]
            await asyncio.sleep(0.5)
            service.check_room(settings)
            for speech in speeches:
                speech.cancel()

    run(main())
