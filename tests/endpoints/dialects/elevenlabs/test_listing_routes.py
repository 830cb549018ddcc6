"""Voices, models and the user, as ElevenLabs lists them."""

from __future__ import annotations

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from voice_server.core.types import Voice


def test_the_voices() -> None:
    async def main() -> None:
        clone = Voice("mine", "Mine", "fr-CA", kind="sample")
        async with served(ArithmeticPool(more_voices=(clone,))) as server, server.client() as client:
            voices = (await client.get("/v1/voices")).json()["voices"]
            assert [each["voice_id"] for each in voices] == ["alba", "bert", "mine"]
            assert [each["category"] for each in voices] == ["premade", "premade", "cloned"]
            assert voices[0]["labels"] == {"language": "en", "accent": "us", "gender": "female"}
            assert (await client.get(voices[0]["preview_url"])).headers["content-type"] == "audio/wav"
            assert (await client.get("/elevenlabs/v1/voices/bert")).json() == voices[1]

    run(main)


def test_a_sample_s_address_has_the_path_under_which_a_proxy_shows_the_server() -> None:
    async def main() -> None:
        async with served(root_path="/voice") as server, server.client() as client:
            voices = (await client.get("/voice/v1/voices")).json()["voices"]
            assert voices[0]["preview_url"].endswith("/voice/voices/one/alba/preview")

    run(main)


def test_pages_of_voices() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            first = (await client.get("/v2/voices", params={"page_size": 1})).json()
            assert ([each["voice_id"] for each in first["voices"]], first["has_more"]) == (["alba"], True)
            query = {"next_page_token": first["next_page_token"]}
            rest = (await client.get("/v2/voices", params=query)).json()
            assert ([each["voice_id"] for each in rest["voices"]], rest["has_more"]) == (["bert"], False)
            assert (rest["total_count"], rest["next_page_token"]) == (2, None)
            found = (await client.get("/v2/voices", params={"search": "BER"})).json()
            assert found["voices"] == rest["voices"]
            lost = (await client.get("/v2/voices", params={"next_page_token": "gone"})).json()
            assert lost["voices"] == []

    run(main)


@pytest.mark.parametrize("path", ["/v1/voices/alba/settings", "/v1/voices/settings/default"])
def test_every_voice_has_the_usual_settings(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            assert (await client.get(path)).json()["speed"] == 1.0

    run(main)


def test_a_voice_that_is_not_there() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.get("/v1/voices/nobody")
            assert (answer.status_code, answer.json()["detail"]["status"]) == (404, "unknown_voice")

    run(main)


def test_models_are_backends_and_elevenlabs_names_for_the_default_one() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"))
        async with served(pool) as server, server.client() as client:
            models = (await client.get("/elevenlabs/v1/models")).json()
            ids = [each["model_id"] for each in models]
            assert ids[:2] == ["one", "two"]
            assert "eleven_multilingual_v2" in ids
            languages = [each["language_id"] for each in models[0]["languages"]]
            assert languages == ["en", "de"]

    run(main)


def test_everybody_is_the_same_user_with_nothing_to_pay() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            user = (await client.get("/v1/user")).json()
            assert user["subscription"] == (await client.get("/v1/user/subscription")).json()
            assert user["subscription"]["character_count"] < user["subscription"]["character_limit"]

    run(main)
