"""Sounds at addresses: rendered when they are fetched, as often as they are, and gone after an hour."""

from __future__ import annotations

import wave
from io import BytesIO
from urllib.parse import urlsplit

import mcp_types as types
import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects.mcp.mcp_agents import agent_of, talk, text_of
from tests.endpoints.serving import Served
from voice_server.endpoints.dialects.mcp.sound_links import KEPT_S, SoundLinks
from voice_server.endpoints.http.problems import NotFound
from voice_server.endpoints.http.responses import ResolvedSpeech
from voice_server.sound_files.encoding import chosen_encoding
from voice_server.speech import SpeechRequest


def test_a_sound_can_be_fetched_more_than_once_whole_and_in_part() -> None:
    pool = ArithmeticPool(frame_s=0.0)

    async def scene(server: Served) -> None:
        async with agent_of(server) as agent, server.client() as client:
            result = await agent.result("speak", text="Hello.", file="/home/somebody/hello.wav")
            (link,) = [each for each in result.content if isinstance(each, types.ResourceLink)]
            assert link.uri in text_of(result)
            assert (link.name, link.mime_type) == ("/home/somebody/hello.wav", "audio/wav")
            assert not pool.rendered
            for _ in range(2):
                fetched = await client.get(link.uri)
                assert (fetched.status_code, fetched.headers["content-type"]) == (200, "audio/wav")
                with wave.open(BytesIO(fetched.content)) as sound:
                    assert sound.readframes(1_000_000) == pcm_of("Hello.")
            part = await client.get(link.uri, headers={"Range": "bytes=0-3"})
            assert (part.status_code, part.content) == (206, b"RIFF")
            assert not server.state.loudspeakers.is_busy

    talk(scene, pool=pool)


def test_an_address_that_nobody_was_given_leads_nowhere() -> None:
    async def scene(server: Served) -> None:
        async with server.client() as client:
            answer = await client.get("/mcp/sounds/AAAAAAAAAAAAAAAAAAAAAA.mp3")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert (await client.post("/mcp/sounds/x.mp3")).status_code == 405

    talk(scene)


def test_the_address_is_the_one_that_the_client_used() -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server) as agent:
            said = await agent.call("speak", text="Hello.", file="hello.mp3")
            address = urlsplit(said.split()[-1])
            assert address.netloc == f"127.0.0.1:{server.port}"
            assert address.path.startswith("/voice/mcp/sounds/")
            async with server.client() as client:
                assert (await client.get(address.path)).headers["content-type"] == "audio/mpeg"

    talk(scene, root_path="/voice")


@pytest.mark.parametrize("name", ["speech", "speech.exe", ".mp3"])
def test_a_file_that_names_no_format_is_an_error_that_lists_them(name: str) -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server) as agent:
            sentence = await agent.refused("speak", text="Hello.", file=name)
            assert sentence.startswith("file must end with one of .wav, .mp3, .flac")
            assert "unknown voice" in await agent.refused("speak", text="x", file="x.mp3", voice="nobody")
            assert "beside white space" in await agent.refused("speak", text=" ", file="x.mp3")

    talk(scene)


def test_only_the_latest_are_kept_and_for_an_hour() -> None:
    async def scene(server: Served) -> None:
        now = [0.0]
        links = SoundLinks(server.state, lambda: now[0])
        settings, _ = server.service.settings(SpeechRequest())
        resolved = ResolvedSpeech("Hello.", settings, chosen_encoding("wav"))
        names = [links.add(resolved, ".wav") for _ in range(60)]
        assert len(set(names)) == 60
        assert [links.find(name) for name in names[-50:]] == [resolved] * 50
        with pytest.raises(NotFound, match="have it made again"):
            links.find(names[9])
        now[0] = KEPT_S
        assert links.find(names[-1]) is resolved
        now[0] += 1
        with pytest.raises(NotFound):
            links.find(names[-1])

    talk(scene)
