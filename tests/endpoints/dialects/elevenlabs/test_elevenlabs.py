"""The routes of ElevenLabs' dialect."""

from __future__ import annotations

from tests.endpoints.serving import run, served
from voice_server.endpoints.dialects.elevenlabs.elevenlabs import ELEVENLABS


def test_every_path_has_the_prefix() -> None:
    paths = [*ELEVENLABS.sockets, *(each.path for each in ELEVENLABS.operations)]
    assert all(path.startswith("/elevenlabs/v") for path in paths)


def test_every_socket_heeds_a_key_in_its_first_message() -> None:
    assert set(ELEVENLABS.keyed_by_message) == set(ELEVENLABS.sockets)


def test_models_are_elevenlabs_list_for_their_clients_and_openai_s_for_others() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            theirs = (await client.get("/v1/models", headers={"xi-api-key": "any"})).json()
            assert theirs[0]["model_id"] == "one"
            assert (await client.get("/v1/models")).json()["object"] == "list"
            wrong = await client.get("/v1/user/nothing")
            assert (wrong.status_code, wrong.json()["detail"]["status"]) == (404, "not_found")

    run(main)
