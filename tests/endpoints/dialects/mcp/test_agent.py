"""Who an agent is and which voice it has: its address first, then what its client says of itself."""

from __future__ import annotations

import pytest

from tests.endpoints.dialects.mcp.mcp_agents import CURRENT, LONG, OLDER, agent_of, talk, voices
from tests.endpoints.serving import Served
from voice_server.endpoints.dialects.mcp.agent import Agent
from voice_server.errors import UnknownName

VOICES = {"claude-code": "alba", "visual studio code": "bert"}


@pytest.mark.parametrize(
    ("query", "client_name", "name", "voice"),
    [
        ({}, "claude-code", "claude-code", "alba"),
        ({}, "Visual Studio Code", "Visual Studio Code", "bert"),
        ({"agent": "visual studio code"}, "claude-code", "visual studio code", "bert"),
        ({"agent": ""}, "claude-code", "claude-code", "alba"),
        ({"voice": "carl"}, "claude-code", "claude-code", "carl"),
        ({"voice": ""}, "claude-code", "claude-code", "alba"),
        ({}, "", "", None),
        ({}, "stranger", "stranger", None),
    ],
)
def test_the_address_comes_before_the_client_and_the_configuration(
    query: dict[str, str], client_name: str, name: str, voice: str | None
) -> None:
    agent = Agent.of(query, client_name, VOICES)
    assert (agent.name, agent.voice) == (name, voice)


def test_a_name_of_any_length_is_kept_short() -> None:
    agent = Agent.of({"agent": "x" * 10_000}, "", {})
    assert (agent.name, agent.session) == ("x" * 100, "x" * 100)


def test_what_an_agent_says_is_its_own_by_its_session_else_by_its_name() -> None:
    assert Agent.of({"session": "s"}, "claude-code", VOICES, "header").session == "header"
    assert Agent.of({"session": "s"}, "claude-code", VOICES).session == "s"
    assert Agent.of({}, "claude-code", VOICES).session == "claude-code"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"voice": "carl"}, "the address of this server (voice=) names a voice that there is not: unknown"),
        ({}, "the configuration (agents: claude-code) names a voice that there is not: unknown voice 'carl'"),
    ],
)
def test_a_voice_that_there_is_not_says_who_chose_it(query: dict[str, str], sentence: str) -> None:
    agent = Agent.of(query, "claude-code", {"claude-code": "carl"})
    explained = agent.explained(UnknownName("voice", "carl", ["alba"]))
    assert explained.message.startswith(sentence)
    assert "there are 1: alba" in explained.message


@pytest.mark.parametrize("mode", [CURRENT, OLDER])
def test_two_agents_have_two_voices(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with (
            agent_of(server, mode=mode, name="claude-code") as anna,
            agent_of(server, mode=mode, name="Visual Studio Code") as bert,
            agent_of(server, mode=mode, name="claude-code", query="?voice=bert") as other,
            agent_of(server, mode=mode, query="?agent=Claude-Code") as named,
        ):
            for each in (anna, bert, other, named):
                await each.call("speak", text=LONG)
            await bert.call("speak", text=LONG, voice="alba")
            assert voices(server) == ["alba", "bert", "bert", "alba", "alba"]
            server.state.loudspeakers.stop()

    talk(scene, agents=VOICES)
