"""The service says what there is, resolves what is asked for, and opens what is spoken."""

from __future__ import annotations

import asyncio

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.speech.opening import audio_of, everything, opened, serving
from tests.virtual_time import run
from voice_server.errors import BackendDown, RequestError, UnknownName
from voice_server.speech import SpeechRequest


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


def test_a_backend_that_never_came_up_is_replaced_by_its_fallback() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), down={"one"})
        async with serving(pool, config_of("one", "two", fallback="two")) as service:
            settings, notices = service.settings(SpeechRequest())
            assert settings.backend == "two"
            assert [notice.code for notice in notices] == ["backend_fallback"]

    run(main())


def test_without_a_fallback_a_backend_that_is_down_says_why() -> None:
    async def main() -> None:
        async with serving(ArithmeticPool(("one",), down={"one"})) as service:
            with pytest.raises(BackendDown, match="the backend one has no model"):
                service.settings(SpeechRequest())

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
