"""Lists of voices and languages, and mixes that are saved, spoken and deleted."""

from __future__ import annotations

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served

TWO_BACKENDS = ("one", "two")


def test_voices_of_all_backends_are_listed_with_their_numbers() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(TWO_BACKENDS, frame_s=0)) as server, server.client() as client:
            listed = (await client.get("/voices")).json()
            of_two = (await client.get("/voices?backend=two")).json()
        assert listed["count"] == 4
        assert listed["default_backend"] == "one"
        assert listed["voices"][1] == {
            "number": 2,
            "id": "bert",
            "name": "Bert",
            "language": "de",
            "gender": "male",
            "backend": "one",
            "kind": "built_in",
            "preview": "/voices/one/bert/preview",
        }
        assert of_two["voices"] == listed["voices"][2:]

    run(main)


def test_an_update_lists_the_voices_with_the_mixes_that_are_saved_by_now() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, mixes=True)) as server, server.client() as client:
            server.service.save_mix("mine", "alba+bert", "one")
            updated = (await client.post("/voices/update", json={})).json()
            listed = (await client.get("/voices")).json()
            assert updated == listed | {"mixes": ["mine"]}
            form = await client.post("/voices/update", data={"x": "y"})
            assert form.status_code == 415

    run(main)


def test_languages_say_who_speaks_them() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(TWO_BACKENDS, frame_s=0)) as server, server.client() as client:
            listed = (await client.get("/languages")).json()
        assert listed == {
            "languages": [
                {"code": "de", "voices": 2, "backends": ["one", "two"]},
                {"code": "en-US", "voices": 2, "backends": ["one", "two"]},
            ],
            "count": 2,
        }

    run(main)


def test_names_are_listed_as_each_interface_lists_them() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            assert (await client.get("/tts/voices")).json() == {"voices": ["alba", "bert"], "count": 2}
            named = {"voices": [{"id": "alba", "name": "Alba"}, {"id": "bert", "name": "Bert"}]}
            assert (await client.get("/v1/audio/voices")).json() == named
            assert (await client.get("/v1/audio/voices?model=one")).json() == named

    run(main)


def test_an_unknown_backend_is_refused_with_those_there_are() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            for path in ("/voices?backend=x", "/languages?backend=x"):
                answer = await client.get(path)
                assert (answer.status_code, answer.json()["code"]) == (400, "unknown_backend")
            answer = await client.get("/v1/audio/voices?model=x")
            assert (answer.status_code, answer.json()["error"]["param"]) == (400, "backend")

    run(main)


def test_health_of_the_speech_interface_follows_the_default_backend() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0)
        async with served(pool) as server, server.client() as client:
            well = await client.get("/tts/health")
            pool.down.add("one")
            ill = await client.get("/tts/health")
        expected = {"status": "healthy", "voices_available": 2, "device": "cpu", "model_loaded": True}
        assert (well.status_code, well.json()) == (200, expected)
        assert (ill.status_code, ill.json()["status"]) == (503, "unhealthy")

    run(main)


def test_a_mix_is_spoken_directly_with_the_ids_of_its_voices() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, mixes=True)) as server, server.client() as client:
            fields = {"text": "Hi.", "voice": "ALBA(2)+bert(1)", "include_timestamps": False}
            answer = await client.post("/tts/", json=fields)
            assert answer.headers["X-Voice"] == "alba(2)+bert(1)"
            assert server.pool.rendered[0].voice == "alba(2)+bert(1)"

    run(main)


@pytest.mark.parametrize("base", ["/v1", ""])
@pytest.mark.parametrize(
    "body",
    [
        {"voices": "alba(2)+bert(1)", "name": "mine"},
        {"voices": ["alba(2)", "bert(1)"], "name": "mine", "backend": "one"},
    ],
)
def test_a_mix_is_saved_listed_spoken_and_deleted(body: dict[str, object], base: str) -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, mixes=True)) as server, server.client() as client:
            saved = (await client.post(f"{base}/audio/voices/combine", json=body)).json()
            assert (saved["id"], saved["mix"]) == ("mine", "alba(2)+bert(1)")
            assert saved["voices"] == ["alba", "bert", "mine"]
            spoken = await client.post(f"{base}/audio/speech", json={"input": "Hi.", "voice": "mine"})
            assert spoken.status_code == 200
            assert server.pool.rendered[0].voice == "alba(2)+bert(1)"
            assert {"id": "mine", "name": "mine"} in (await client.get(f"{base}/audio/voices")).json()[
                "voices"
            ]
            gone = await client.delete(f"{base}/audio/voices/mine")
            assert gone.json() == {"id": "mine", "deleted": True}
            assert (await client.delete(f"{base}/audio/voices/mine")).status_code == 404
            assert (await client.get("/tts/voices")).json()["count"] == 2

    run(main)


@pytest.mark.parametrize("body", ["alba(2)+bert", ["alba(2)", "bert"]])
def test_a_mix_without_a_name_is_called_like_its_voices(body: object) -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, mixes=True)) as server, server.client() as client:
            saved = await client.post("/v1/audio/voices/combine", json=body)
            assert saved.json()["id"] == "alba-2_bert"

    run(main)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("alba", "invalid_mix"),
        ("alba(0)+bert", "invalid_mix"),
        ("alba+nobody", "unknown_voice"),
        ({"voices": "alba+bert", "name": "../x"}, "invalid_field"),
        ({"voices": "alba+bert", "name": "bert"}, "name_taken"),
        ({"voices": "alba+bert", "backend": "nine"}, "unknown_backend"),
        ({"name": "x"}, "missing_field"),
        (3, "invalid_field"),
    ],
)
def test_a_mix_that_cannot_be_is_refused(body: object, code: str) -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, mixes=True)) as server, server.client() as client:
            answer = await client.post("/v1/audio/voices/combine", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)

    run(main)


def test_a_backend_that_cannot_mix_says_so() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            saved = await client.post("/v1/audio/voices/combine", json="alba(2)+bert(1)")
            spoken = await client.post("/tts", json={"text": "Hi.", "voice": "af_bella(2)+af_sky(1)"})
        assert (saved.status_code, saved.json()["error"]["code"]) == (400, "cannot_mix")
        assert (spoken.status_code, spoken.json()["code"]) == (400, "cannot_mix")

    run(main)


def test_saving_takes_json_only_so_that_no_page_elsewhere_can() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, mixes=True)) as server, server.client() as client:
            answer = await client.post("/v1/audio/voices/combine", data={"voices": "alba+bert"})
            assert answer.status_code == 415

    run(main)


def test_every_list_follows_a_mix_that_comes_and_goes() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0, mixes=True)) as server, server.client() as client:

            async def lists() -> list[str]:
                return [
                    (await client.get(path)).text for path in ("/tts/voices", "/v1/audio/voices", "/voices")
                ]

            before = await lists()
            assert await lists() == before
            server.service.save_mix("mine", "alba+bert", "one")
            with_mix = await lists()
            assert ["mine" in each for each in with_mix] == [True, True, False]
            assert (await client.delete("/v1/audio/voices/mine")).status_code == 200
            assert await lists() == before

    run(main)
