"""Calls that come on standard input are answered as the server answers, and files are saved here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import mcp_types as types
import pytest
from mcp.client.client import Client

from tests.arithmetic_pool import ArithmeticPool
from tests.commands.say.stub_server import Reply, StubServer, stub_server
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects.mcp.mcp_agents import CURRENT, LONG, OLDER, AgentAtWork, talk, texts, voices
from tests.endpoints.serving import Served
from voice_server.commands.mcp.passed_calls import PassedCalls
from voice_server.commands.shared.server_registration import RunningServer
from voice_server.core.types import SpeechWarning
from voice_server.endpoints.dialects.mcp.mcp_server import build_server
from voice_server.errors import VoiceServerError

MODES = pytest.mark.parametrize("mode", [CURRENT, OLDER])


@asynccontextmanager
async def passing(
    server: Served | RunningServer, *, mode: str = CURRENT, **options: str
) -> AsyncIterator[AgentAtWork]:
    """An agent of a program that passes its calls on to a server."""
    found = server if isinstance(server, RunningServer) else RunningServer(f"http://127.0.0.1:{server.port}")
    passed = PassedCalls(lambda: found, **options)
    info = types.Implementation(name="claude-code", version="1")
    async with Client(build_server(passed.perform), mode=mode, client_info=info) as client:
        yield AgentAtWork(client)


@MODES
def test_a_call_is_answered_as_the_server_answers_with_progress(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with passing(server, mode=mode) as agent:
            assert await agent.call("speak", text=LONG) == "alba of one says it now."
            assert (await agent.call("list_voices")).startswith(
                "You are known as 'claude-code'; your own voice"
            )
            assert await agent.call("stop") == "Ended 1 text."
            assert (await agent.refused("speak", text="x", voice="nobody")).startswith(
                "unknown voice 'nobody'"
            )
            assert (await agent.call("speak", text=LONG, wait=True)).startswith("Heard to its end")
            heard = [progress for progress, *_ in agent.progress]
            assert heard == sorted(heard)
            assert agent.progress[-1][:2] == (len(LONG), len(LONG))

    talk(scene)


@MODES
def test_cancelling_a_call_ends_the_sound_at_the_server(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with passing(server, mode=mode) as agent:
            call = asyncio.create_task(agent.call("speak", text=LONG, wait=True))
            while not any(progress for progress, *_ in agent.progress):
                await asyncio.sleep(0.01)
            call.cancel()
            while texts(server):
                await asyncio.sleep(0.01)

    talk(scene)


def test_two_programs_are_two_agents_by_client_name_or_option() -> None:
    async def scene(server: Served) -> None:
        async with (
            passing(server) as anna,
            passing(server, voice="bert") as bert,
            passing(server, agent="cursor") as cursor,
            passing(server, agent="cursor", voice="alba") as other,
        ):
            for each in (anna, bert, cursor, other):
                await each.call("speak", text=LONG)
            assert voices(server) == ["alba", "bert", "bert", "alba"]
            server.state.loudspeakers.stop()

    talk(scene, agents={"claude-code": "alba", "cursor": "bert"})


def test_a_file_is_saved_where_the_agent_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    async def scene(server: Served) -> None:
        async with passing(server) as agent:
            said = await agent.call("speak", text="Hello.", file="hello.pcm")
            assert said == f"Saved to {tmp_path / 'hello.pcm'}, {len(pcm_of('Hello.'))} bytes."
            assert (tmp_path / "hello.pcm").read_bytes() == pcm_of("Hello.")
            await agent.call("speak", text="Again.", file=str(tmp_path / "hello.pcm"))
            assert (tmp_path / "hello.pcm").read_bytes() == pcm_of("Again.")
            assert (await agent.call("speak", text="Aloud.", file=None)).endswith("says it now.")
            noted = await agent.call("speak", text="Odd.", file="~/odd.mp3")
            assert noted.endswith("\nNote: this is odd.")

    talk(scene, pool=ArithmeticPool(frame_s=0.0, notices={"Odd.": SpeechWarning("odd", "this is odd")}))
    assert {path.name for path in tmp_path.glob("*.*")} - {".config"} == {"hello.pcm", "odd.mp3"}


def test_a_file_that_cannot_be_made_leaves_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept.wav").write_bytes(b"older")

    async def scene(server: Served) -> None:
        async with passing(server) as agent:
            refusals = {
                "kept.wav": "the engine tripped",
                "x.exe": "file must end with one of .wav",
                ".": f"file is a folder: {str(tmp_path)!r}",
                "none/x.wav": f"there is no folder {str(tmp_path / 'none')!r} to save the file in",
                "~nobody-here/x.wav": "file names the home of a user that there is not: '~nobody-here/x.wav'",
                "x" * 300 + ".wav": "file cannot be 'xxx",
            }
            for name, sentence in refusals.items():
                assert (await agent.refused("speak", text="This fails.", file=name)).startswith(sentence)

    talk(scene, pool=ArithmeticPool(frame_s=0.0, failing={"This fails.": 0}))
    assert [path.name for path in tmp_path.iterdir()] == ["kept.wav"]
    assert (tmp_path / "kept.wav").read_bytes() == b"older"


def test_the_disk_s_refusal_is_told(tmp_path: Path) -> None:
    full = tmp_path / "full.wav"
    full.symlink_to("/dev/full")

    async def scene(server: Served) -> None:
        async with passing(server) as agent:
            refusal = await agent.refused("speak", text="Hello. " * 500, file=str(full))
            assert refusal == f"cannot write {str(full)!r}: no space left on device"

    talk(scene)


def test_a_token_goes_with_every_request(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def scene(server: Served) -> None:
        url = f"http://127.0.0.1:{server.port}"
        async with passing(RunningServer(url)) as stranger:
            assert (await stranger.refused("stop")).startswith(
                "this server wants the token with which it was started"
            )
        async with passing(RunningServer(url, token="secret")) as agent:
            assert await agent.call("stop") == "Nothing was being said."
        monkeypatch.setenv("VOICE_SERVER_TOKEN", "secret")
        async with passing(RunningServer(url)) as agent:
            assert (await agent.call("speak", text="Hi.", file=str(tmp_path / "x.wav"))).startswith("Saved")

    talk(scene, token="secret")


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply({"error": "nothing", "code": "not_found"}, 404), "is older than this program and has no MCP"),
        (Reply({"error": "MCP needs a package", "code": "not_installed"}, 501), "MCP needs a package"),
        (Reply(b"<html>", 200), "with status 200, is no voice-server"),
        (Reply([], 500), "with status 500, is no voice-server"),
    ],
)
def test_a_server_without_mcp_is_told_of(reply: Reply, sentence: str) -> None:
    async def refused(stub: StubServer) -> str:
        async with passing(RunningServer(stub.url)) as agent:
            return await agent.refused("stop")

    with stub_server() as stub:
        stub.reply("GET /mcp", reply)
        assert sentence in asyncio.run(refused(stub))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://", "ftp://127.0.0.1", "x"])
def test_a_server_that_does_not_answer_is_told_of(url: str) -> None:
    async def main() -> None:
        async with passing(RunningServer(url)) as agent:
            assert (await agent.refused("stop")).startswith(f"no server answers at {url}: ")

    asyncio.run(main())


def test_a_server_that_cannot_be_started_is_told_of() -> None:
    def find() -> RunningServer:
        raise VoiceServerError("the server did not start: there is no backend")

    async def main() -> None:
        async with Client(build_server(PassedCalls(find).perform)) as client:
            agent = AgentAtWork(client)
            assert await agent.refused("stop") == "the server did not start: there is no backend"

    asyncio.run(main())


def test_what_answers_only_the_first_request_is_told_of() -> None:
    async def main(stub: StubServer) -> None:
        async with passing(RunningServer(stub.url)) as agent:
            assert await agent.refused("stop")

    with stub_server() as stub:
        stub.reply("GET /mcp", Reply({}, 405))
        stub.reply("POST /mcp", Reply({"error": "no", "code": "x"}, 500))
        asyncio.run(main(stub))
