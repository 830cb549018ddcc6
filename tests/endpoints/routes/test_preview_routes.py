"""A voice is previewed by a sentence in its own language, as a whole file."""

from __future__ import annotations

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served
from voice_server.endpoints.routes.preview_routes import preview_sentence


def test_a_preview_is_a_sentence_in_the_voices_own_language() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.get("/voices/one/bert/preview")
            assert answer.headers["Content-Type"] == "audio/wav"
            spoken = pcm_of(server.pool.rendered[0].text)
            assert preview_sentence("de").startswith(server.pool.rendered[0].text)
            assert answer.content[44:].startswith(spoken)
            for path in (
                "/voices/one/nobody/preview",
                "/voices/nine/bert/preview",
                "/voices/one/..%2F..%2Fetc/preview",
            ):
                assert (await client.get(path)).status_code == 404

    run(main)


@pytest.mark.parametrize("language", ["tlh", "en-GB", ""])
def test_a_language_without_a_sentence_gets_the_english_one(language: str) -> None:
    assert preview_sentence(language) == preview_sentence("en")


def test_a_region_of_a_language_has_the_language_s_sentence() -> None:
    assert preview_sentence("pt-BR") == preview_sentence("pt") != preview_sentence("en")


def test_a_preview_is_spoken_by_the_backend_in_its_path() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), frame_s=0)
        async with served(pool) as server, server.client() as client:
            answer = await client.get("/voices/two/alba/preview")
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        assert {(segment.backend, segment.voice) for segment in pool.rendered} == {("two", "alba")}

    run(main)
