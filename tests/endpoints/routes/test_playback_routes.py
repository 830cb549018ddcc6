"""`/synthesize` and `/playback`: a text is accepted at once, and any client may control playback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import Served, run, served

LONG = "This is heard for rather more than a second, so that there is something to control."
Scene = Callable[[httpx.AsyncClient, Served], Awaitable[None]]


def play(scene: Scene) -> None:
    async def main() -> None:
        async with (
            served(ArithmeticPool(frame_s=0.0)) as server,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client,
        ):
            await client.post("/playback/device", json={"device": "null"})
            await scene(client, server)

    run(main)


async def post(client: httpx.AsyncClient, path: str, **fields: Any) -> Any:
    answer = await client.post(path, json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_text_is_accepted_with_its_number_and_its_voice() -> None:
    async def scene(client: httpx.AsyncClient, server: Served) -> None:
        first = await post(client, "/synthesize", text="Hello.", voice="alba", language="en-us", speed=1.0)
        second = await post(client, "/synthesize", text="Hello.", voice=2)
        assert first.pop("warnings") in ([], [{"code": "no_speakers", "message": _NO_SPEAKERS}])
        assert first == {
            "id": 1,
            "state": "playing",
            "voice": "alba",
            "language": "en-us",
            "backend": "one",
            "is_paused": False,
        }
        assert (second["id"], second["voice"]) == (2, "bert")
        await server.state.loudspeakers.drain()
        assert (await client.get("/playback")).json()["state"] == "idle"

    play(scene)


_NO_SPEAKERS = "this machine has no sound device, so nothing can be heard"


def test_what_is_heard_can_be_seen_paused_skipped_and_stopped() -> None:
    async def scene(client: httpx.AsyncClient, server: Served) -> None:
        del server
        for _ in range(3):
            await post(client, "/synthesize", text=LONG, voice="alba", policy="queue")
        seen = (await client.get("/playback")).json()
        assert (seen["state"], seen["volume"]) == ("playing", 100)
        assert [entry["id"] for entry in seen["playing"] + seen["waiting"]] == [1, 2, 3]
        assert seen["playing"][0]["text"] == LONG
        assert (await post(client, "/playback/pause"))["state"] == "paused"
        assert (await post(client, "/synthesize", text="Hi.", voice="bert"))["is_paused"]
        assert (await post(client, "/playback/resume"))["state"] == "playing"
        skipped = await post(client, "/playback/skip")
        assert (skipped["ended"], skipped["playing"][0]["id"]) == (1, 2)
        assert (await post(client, "/playback/stop", ids=[3]))["ended"] == 1
        assert (await post(client, "/playback/stop"))["ended"] == 2
        assert (await client.get("/playback")).json()["playing"] == []

    play(scene)


def test_what_is_said_of_a_text_may_be_chosen() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0, normalizes=())
        async with (
            served(pool) as server,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client,
        ):
            text = "5 km \U0001f600 [1].\n```\nf(x)\n```"
            chosen = {"normalize": ["numbers"], "code": "skip", "emoji": "say", "citations": "say"}
            await post(client, "/playback/device", device="null")
            await post(client, "/synthesize", text=text)
            await post(client, "/synthesize", text=text, policy="queue", **chosen)
            await server.state.loudspeakers.drain()
        assert [segment.text for segment in pool.rendered] == [
            "five kilometers.",
            "Code omitted.",
            "five km grinning face [one].",
        ]

    run(main)


def test_volume_and_device_are_the_servers() -> None:
    async def scene(client: httpx.AsyncClient, server: Served) -> None:
        del server
        assert (await post(client, "/playback/volume", volume=30))["volume"] == 30
        assert "null" in (await client.get("/playback/devices")).json()["devices"]
        refused = await client.post("/playback/device", json={"device": "Tin can"})
        assert refused.status_code == 400
        assert refused.json()["code"] == "unknown_device"

    play(scene)


@pytest.mark.parametrize(
    ("path", "fields", "status", "sentence"),
    [
        ("/synthesize", {}, 400, "text is missing"),
        ("/synthesize", {"text": "Hi.", "voice": "nobody"}, 400, "unknown voice 'nobody'"),
        ("/synthesize", {"text": "Hi.", "backend": "none"}, 400, "unknown backend 'none'"),
        ("/synthesize", {"text": "Hi.", "speed": 99}, 400, "speed must be a number from 0.1 to 3"),
        (
            "/synthesize",
            {"text": "Hi.", "policy": "shout"},
            400,
            "policy must be one of interrupt, mix, queue",
        ),
        ("/synthesize", {"text": " "}, 400, "text must have something in it"),
        ("/playback/volume", {"volume": 101}, 400, "volume must be a whole number from 0 to 100"),
        ("/playback/stop", {"ids": "all"}, 400, "ids must be a list"),
    ],
)
def test_a_wrong_request_is_one_sentence(
    path: str, fields: dict[str, Any], status: int, sentence: str
) -> None:
    async def scene(client: httpx.AsyncClient, server: Served) -> None:
        answer = await client.post(path, json=fields)
        assert answer.status_code == status
        assert answer.json()["error"].startswith(sentence)
        assert not server.state.loudspeakers.is_busy

    play(scene)


@pytest.mark.parametrize("path", ["/synthesize", "/playback/pause", "/playback/stop"])
def test_a_form_of_another_page_makes_nothing_happen(path: str) -> None:
    async def scene(client: httpx.AsyncClient, server: Served) -> None:
        answer = await client.post(path, data={"text": "Boo."})
        assert answer.status_code == 415
        foreign = await client.post(path, json={"text": "Boo."}, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert not server.state.loudspeakers.is_busy
        assert not server.state.loudspeakers.status().is_paused

    play(scene)


def test_a_server_that_drains_speaks_to_the_end_and_takes_no_more() -> None:
    async def scene(client: httpx.AsyncClient, server: Served) -> None:
        await post(client, "/synthesize", text="Hello.")
        await server.state.drain(10.0)
        assert not server.state.loudspeakers.is_busy
        refused = await client.post("/synthesize", json={"text": "Hello."})
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")

    play(scene)
