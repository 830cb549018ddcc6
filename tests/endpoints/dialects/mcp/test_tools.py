"""What agents are told: what is heard of their texts, how they end, which voices there are."""

from __future__ import annotations

import asyncio

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.dialects.mcp.mcp_agents import (
    CURRENT,
    LONG,
    OLDER,
    AgentAtWork,
    agent_of,
    silent_server,
    talk,
    texts,
)
from tests.endpoints.serving import Served, run
from voice_server.core.types import SpeechWarning, Voice

MODES = pytest.mark.parametrize("mode", [CURRENT, OLDER])


async def until_heard(agent: AgentAtWork) -> None:
    """Wait until an agent was told that something of its text has been heard."""
    while not any(progress for progress, *_ in agent.progress):
        await asyncio.sleep(0.01)


async def until_silent(server: Served) -> None:
    while server.state.loudspeakers.is_busy:
        await asyncio.sleep(0.01)


@MODES
def test_a_text_is_accepted_at_once_and_says_who_speaks_it_when(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server, mode=mode) as agent:
            assert await agent.call("speak", text=LONG) == "alba of one says it now."
            assert (
                await agent.call("speak", text="Hi.", voice="bert", speed=1.5)
                == "bert of one says it after 1 other text."
            )
            assert await agent.call("speak", text="Ha.") == "alba of one says it after 2 other texts."
            assert texts(server) == [LONG, "Hi.", "Ha."]
            assert agent.progress == []

    talk(scene)


@MODES
def test_whoever_waits_is_told_of_progress_until_the_end(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server, mode=mode) as agent:
            said = await agent.call("speak", text=LONG, wait=True)
            assert said.startswith("Heard to its end, ")
            assert not server.state.loudspeakers.is_busy
        heard = [progress for progress, *_ in agent.progress]
        assert heard == sorted(set(heard))
        assert heard[-1] == len(LONG)
        assert {total for _, total, _ in agent.progress} == {len(LONG)}
        assert all(message is not None and message.endswith("s heard") for *_, message in agent.progress)
        assert len(heard) > 3

    talk(scene)


@MODES
def test_cancelling_a_call_ends_the_sound(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server, mode=mode) as agent, agent_of(server, mode=mode) as other:
            call = asyncio.create_task(agent.call("speak", text=LONG, wait=True))
            await until_heard(agent)
            await other.call("speak", text="This is heard after it.")
            assert texts(server) == [LONG, "This is heard after it."]
            call.cancel()
            while texts(server)[:1] == [LONG]:
                await asyncio.sleep(0.01)
            assert texts(server) == ["This is heard after it."]
            assert await agent.call("speak", text="Hi.", wait=True)  # the connection goes on

    talk(scene)


def test_a_client_that_hangs_up_ends_its_sound() -> None:
    async def scene(server: Served) -> None:
        agent_left = asyncio.Event()

        async def speak_and_leave() -> None:
            async with agent_of(server) as agent:
                call = asyncio.create_task(agent.call("speak", text=LONG, wait=True))
                await until_heard(agent)
                call.cancel()
            agent_left.set()

        await speak_and_leave()
        assert agent_left.is_set()
        await until_silent(server)

    talk(scene)


@MODES
def test_a_text_that_somebody_stops_says_how_much_of_it_was_heard(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server, mode=mode) as agent:
            call = asyncio.create_task(agent.call("speak", text=LONG, wait=True))
            await until_heard(agent)
            server.state.loudspeakers.skip()
            said = await call
            assert said.startswith("Stopped after ")
            heard = said.partition('Heard was: "')[2].removesuffix('"')
            assert heard
            assert LONG.startswith(heard)
            server.state.loudspeakers.set_paused(True)
            call = asyncio.create_task(agent.call("speak", text=LONG, wait=True))
            while not server.state.loudspeakers.is_busy:
                await asyncio.sleep(0.01)
            server.state.loudspeakers.stop()
            assert await call == "Stopped before it was heard."

    talk(scene)


def test_of_much_that_was_heard_the_end_is_quoted() -> None:
    async def scene(server: Served) -> None:
        text = "one two three four five six seven eight nine ten " * 10
        async with agent_of(server) as agent:
            call = asyncio.create_task(agent.call("speak", text=text, wait=True))
            while not agent.progress or agent.progress[-1][0] <= 220:
                await asyncio.sleep(0.01)
            server.state.loudspeakers.skip()
            quoted = (await call).partition('Heard was: "')[2].removesuffix('"')
            assert quoted.startswith("… ")
            assert quoted.removeprefix("… ") in text
            assert len(quoted) == 202

    talk(scene)


@MODES
def test_stop_ends_what_the_agent_says_and_not_what_others_say(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with (
            agent_of(server, mode=mode, name="anna") as anna,
            agent_of(server, mode=mode, name="bert") as bert,
        ):
            assert await anna.call("stop") == "Nothing was being said."
            await anna.call("speak", text=LONG)
            await bert.call("speak", text="What Bert says.")
            await anna.call("speak", text=LONG)
            assert await anna.call("stop") == "Ended 2 texts."
            assert texts(server) == ["What Bert says."]
            assert await anna.call("stop") == "Nothing was being said."
            assert await anna.call("stop", everything=True) == "Ended 1 text."
            assert texts(server) == []

    talk(scene)


def test_two_windows_of_one_program_do_not_stop_each_other() -> None:
    async def scene(server: Served) -> None:
        async with (
            agent_of(server, mode=OLDER, name="claude-code") as one,
            agent_of(server, mode=OLDER, name="claude-code") as other,
        ):
            await one.call("speak", text=LONG)
            assert await other.call("stop") == "Nothing was being said."
            await other.call("speak", text="Hi.", interrupt=True)
            assert texts(server) == [LONG, "Hi."]
            assert await one.call("stop") == "Ended 1 text."

    talk(scene)


def test_interrupting_ends_what_the_agent_says_and_comes_after_what_others_say() -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server, name="anna") as anna, agent_of(server, name="bert") as bert:
            await anna.call("speak", text=LONG)
            await bert.call("speak", text="What Bert says.")
            said = await anna.call("speak", text="No, wait.", voice="bert", interrupt=True)
            assert said == "bert of one says it after 1 other text."
            assert texts(server) == ["What Bert says.", "No, wait."]
            assert "unknown voice" in await anna.refused("speak", text="x", voice="nobody", interrupt=True)
            assert texts(server) == ["What Bert says.", "No, wait."]

    talk(scene)


def test_what_cannot_be_spoken_is_an_error_that_says_why() -> None:
    pool = ArithmeticPool(
        frame_s=0.0, failing={"This fails.": 0}, notices={"Hm.": SpeechWarning("x", "this is odd")}
    )

    async def scene(server: Served) -> None:
        async with agent_of(server) as agent:
            assert await agent.refused("speak", text="This fails.", wait=True) == "the engine tripped"
            assert "nothing in it that can be spoken" in await agent.refused("speak", text="…", wait=True)
            assert "beside white space" in await agent.refused("speak", text=" \n")
            assert "Not all of it: the engine tripped." in await agent.call(
                "speak", text="This works. This fails.", wait=True
            )
            sentence = await agent.refused("speak", text="Hi.", voice="nobody")
            assert sentence.startswith("unknown voice 'nobody'; there are ")
            assert "alba" in sentence
            assert "unknown language" in await agent.refused("speak", text="Hi.", language="tlh")
            assert (await agent.refused("speak", text="x" * 200_001)).startswith(
                "text must be a text of 1 to"
            )

    talk(scene, pool=pool)


def test_a_voice_that_the_model_did_not_choose_says_who_chose_it() -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server, query="?voice=nobody") as agent, agent_of(server, name="bob") as bob:
            address = "the address of this server (voice=) names a voice that there is not: unknown voice"
            assert (await agent.refused("speak", text="Hi.")).startswith(address)
            assert (await agent.refused("speak", text="Hi.", file="x.wav")).startswith(address)
            assert (await agent.refused("speak", text="Hi.", voice="carl")).startswith("unknown voice 'carl'")
            assert (await agent.call("list_voices")).startswith(address)
            assert (await bob.refused("speak", text="Hi.")).startswith(
                "the configuration (agents: bob) names"
            )

    talk(scene, agents={"bob": "nobody"})


def test_paused_loudspeakers_are_told_of() -> None:
    async def scene(server: Served) -> None:
        server.state.loudspeakers.set_paused(True)
        async with agent_of(server) as agent:
            assert "nothing is heard until somebody lets them go on" in await agent.call("speak", text="Hi.")

    talk(scene)


def test_a_server_that_goes_down_takes_no_more_and_speaks_what_it_took_to_the_end() -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server) as agent:
            call = asyncio.create_task(agent.call("speak", text=LONG, wait=True))
            await until_heard(agent)
            drain = asyncio.create_task(server.state.drain(10.0))
            while not server.state.is_draining:
                await asyncio.sleep(0.01)
            assert "going down" in await agent.refused("speak", text="Hi.")
            assert (await call).startswith("Heard to its end")
            await drain

    talk(scene)


def test_voices_are_listed_with_the_agent_s_own_and_those_of_the_default_backend_first() -> None:
    async def scene(server: Served) -> None:
        async with agent_of(server, name="bob", query="?voice=bert") as agent:
            listed = (await agent.call("list_voices")).splitlines()
            assert listed[0] == "You are known as 'bob'; your own voice is bert of one."
            assert listed[1:] == [
                "alba en-US female (one)",
                "bert de male (one)",
                "alba en-US female (two)",
                "bert de male (two)",
            ]
            german = await agent.call("list_voices", language="de", backend="two")
            assert german.splitlines()[1:] == ["bert de male (two)"]
            refusal = await agent.refused("list_voices", language="fr")
            assert refusal == "unknown language 'fr'; there are 2: de, en-US"
            assert (await agent.refused("list_voices", backend="x")).startswith(
                "unknown backend 'x'; there are 2"
            )
        async with agent_of(server, name="") as nobody:
            assert (await nobody.call("list_voices")).startswith("Your own voice is alba of one.")

    talk(scene, pool=ArithmeticPool(("one", "two"), frame_s=0.0))


def test_of_many_voices_a_hundred_are_listed_with_the_languages_to_choose_from() -> None:
    more = tuple(Voice(f"v{number}", "V", "fr" if number % 2 else "it") for number in range(200))

    async def scene(server: Served) -> None:
        async with agent_of(server) as agent:
            listed = (await agent.call("list_voices")).splitlines()
            assert len(listed) == 102
            assert listed[-1] == "… and 102 more; name a language to see its voices: de, en-US, fr, it"
            assert len((await agent.call("list_voices", language="de")).splitlines()) == 2

    talk(scene, pool=ArithmeticPool(frame_s=0.0, more_voices=more))


def test_a_backend_that_is_down_is_told_of_and_others_are_listed_all_the_same() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), frame_s=0.0)
        async with silent_server(pool) as server, agent_of(server) as agent:
            pool.down.add("one")
            listed = (await agent.call("list_voices")).splitlines()
            assert "the backend one has no model" in listed[0]
            assert listed[1:] == ["alba en-US female (two)", "bert de male (two)"]
            assert await agent.refused("speak", text="Hi.") == listed[0]

    run(main)
