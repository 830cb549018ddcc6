"""JSON-RPC over HTTP as clients and others send it: revisions, sessions, garbage, floods."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.endpoints.dialects.mcp.mcp_agents import (
    HEADERS,
    OLDER,
    agent_of,
    post,
    silent_server,
    talk,
    texts,
)
from tests.endpoints.serving import Served, run
from voice_server.endpoints.dialects.mcp.http_sessions import MOST_SESSIONS

CURRENT_REVISION = "2026-07-28"
OLDER_REVISIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")


def initialize(revision: str = "2025-06-18", name: str = "raw") -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {
            "protocolVersion": revision,
            "capabilities": {},
            "clientInfo": {"name": name, "version": "1"},
        },
    }


def call(tool: str, number: int = 1, **arguments: Any) -> dict[str, Any]:
    parameters = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": parameters}


def answer_of(response: httpx.Response) -> Any:
    """The last message of a response, which is JSON or a stream of events."""
    if response.headers["content-type"].startswith("text/event-stream"):
        lines = [line for line in response.text.splitlines() if line.startswith("data: ")]
        return json.loads(lines[-1].removeprefix("data: "))
    return response.json()


async def session_of(client: httpx.AsyncClient, revision: str = "2025-06-18", **more: str) -> dict[str, str]:
    """Open a session; the headers of its further requests."""
    opened = await post(client, initialize(revision, **more))
    assert opened.status_code == 200, opened.text
    assert answer_of(opened)["result"]["protocolVersion"] == revision
    headers = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "MCP-Protocol-Version": revision}
    done = await post(client, {"jsonrpc": "2.0", "method": "notifications/initialized"}, **headers)
    assert done.status_code == 202
    return headers


@pytest.mark.parametrize("revision", OLDER_REVISIONS)
def test_every_older_revision_is_spoken_within_a_session(revision: str) -> None:
    async def scene(server: Served) -> None:
        async with server.client() as client:
            headers = await session_of(client, revision)
            listed = answer_of(
                await post(client, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, **headers)
            )
            assert [each["name"] for each in listed["result"]["tools"]] == ["speak", "stop", "list_voices"]
            said = answer_of(await post(client, call("speak", text="Hi."), **headers))["result"]
            assert said["content"] == [{"type": "text", "text": "alba of one says it now."}]
            assert not said["isError"]
            kinds = [
                each["type"]
                for each in answer_of(await post(client, call("speak", text="Hi.", file="x.wav"), **headers))[
                    "result"
                ]["content"]
            ]
            assert kinds == (["text", "resource_link"] if revision >= "2025-06-18" else ["text"])
            ended = await client.delete("/mcp", headers=headers)
            assert ended.status_code == 200
            gone = await post(client, call("stop"), **headers)
            assert gone.status_code == 404

    talk(scene)


def test_a_cancellation_of_an_older_revision_ends_the_sound() -> None:
    async def scene(server: Served) -> None:
        async with server.client() as client:
            headers = await session_of(client)
            waiting = asyncio.create_task(
                post(client, call("speak", 7, text="Something long. " * 20, wait=True), **headers)
            )
            while not texts(server):
                await asyncio.sleep(0.01)
            cancelled = {
                "jsonrpc": "2.0",
                "method": "notifications/cancelled",
                "params": {"requestId": 7, "reason": "enough"},
            }
            assert (await post(client, cancelled, **headers)).status_code == 202
            while texts(server):
                await asyncio.sleep(0.01)
            waiting.cancel()

    talk(scene)


def test_the_session_unused_for_longest_makes_room_in_a_flood() -> None:
    async def scene(server: Served) -> None:
        async with server.client() as client:
            first = await session_of(client)
            second = await session_of(client)
            third = await session_of(client)
            await post(client, call("stop"), **first)
            assert (await client.delete("/mcp", headers=third)).status_code == 200
            for _ in range(MOST_SESSIONS - 1):
                opened = await post(client, initialize())
                assert opened.status_code == 200
            assert (await post(client, call("stop"), **first)).status_code == 200
            assert (await post(client, call("stop"), **second)).status_code == 404
            async with agent_of(server) as agent, agent_of(server, mode=OLDER) as older:
                assert await agent.call("stop") == await older.call("stop")

    talk(scene)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b"[]", 400),
        (b"[" * 5000, 400),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call"', 400),
        (json.dumps(call("speak", text="Hi.")).encode(), 400),  # in no session
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', 400),
        (b'{"text":"' + b"x" * 2_000_000 + b'"}', 413),
    ],
    ids=lambda each: str(each)[:40],
)
@pytest.mark.parametrize("revision", [None, CURRENT_REVISION, "1999-01-01", "x" * 1000])
def test_what_is_no_request_is_refused_and_speaks_nothing(
    body: bytes, status: int, revision: str | None
) -> None:
    async def scene(server: Served) -> None:
        headers = HEADERS | {"Content-Type": "application/json"}
        if revision is not None:
            headers["MCP-Protocol-Version"] = revision
        async with server.client() as client:
            response = await client.post("/mcp", content=body, headers=headers)
            assert response.status_code == status, response.text
            assert not server.state.loudspeakers.is_busy

    talk(scene)


def test_headers_that_do_not_fit_are_refused() -> None:
    async def scene(server: Served) -> None:
        async with server.client() as client:
            as_text = await client.post(
                "/mcp", content=b"{}", headers=HEADERS | {"Content-Type": "text/plain"}
            )
            assert as_text.status_code == 400
            accepting = await client.post("/mcp", json=initialize(), headers={"Accept": "text/html"})
            assert accepting.status_code == 406
            unknown = await post(client, call("stop"), **{"Mcp-Session-Id": "nobody's"})
            assert unknown.status_code == 404

    talk(scene)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_METHODS = st.sampled_from(
    ["tools/call", "tools/list", "initialize", "server/discover", "ping", "resources/read", "notifications/x"]
) | st.text(max_size=12)
_ARGUMENTS = st.dictionaries(
    st.sampled_from(["voice", "language", "speed", "interrupt", "file", "everything", "backend", "x"]),
    _VALUES,
    max_size=4,
)
_PARAMETERS = (
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["speak", "stop", "list_voices", "x"]) | _VALUES,
            "arguments": _ARGUMENTS | _VALUES,
        }
    )
    | _VALUES
)
_MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | _VALUES,
        "id": st.integers() | st.text(max_size=5) | _VALUES,
        "method": _METHODS,
        "params": _PARAMETERS,
    },
)
_META = {
    "io.modelcontextprotocol/protocolVersion": CURRENT_REVISION,
    "io.modelcontextprotocol/clientInfo": {"name": "fuzz", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.mark.timeout(120)
def test_no_message_breaks_the_server() -> None:
    """Whatever is sent, the answer is a refusal, an error of the protocol or of a tool, and others go on."""

    async def scene(server: Served, messages: list[dict[str, Any]]) -> None:
        async with server.client() as client:
            headers = await session_of(client)
            for message in messages:
                response = await post(client, message, **headers)
                assert response.status_code in {200, 202, 400, 404}, response.text
                await _post_current(client, message)
            assert answer_of(await post(client, call("stop"), **headers))["result"]

    async def _post_current(client: httpx.AsyncClient, message: dict[str, Any]) -> None:
        parameters = message.get("params")
        if isinstance(parameters, dict):
            message = message | {"params": parameters | {"_meta": _META}}
        headers = {"MCP-Protocol-Version": CURRENT_REVISION}
        method, name = message.get("method"), parameters.get("name") if isinstance(parameters, dict) else None
        if isinstance(method, str) and method.isascii() and method.isprintable():
            headers["Mcp-Method"] = method.strip()
        if isinstance(name, str) and name.isascii() and name.isprintable():
            headers["Mcp-Name"] = name.strip()
        response = await post(client, message, **headers)
        assert response.status_code in {200, 202, 400, 404}, response.text

    batches: list[list[dict[str, Any]]] = []  # made first, so that one server is sent all of them

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(_MESSAGES, min_size=5, max_size=5))
    def collect(messages: list[dict[str, Any]]) -> None:
        batches.append(messages)

    collect()

    async def main() -> None:
        async with silent_server() as server:
            for messages in batches:
                await scene(server, messages)
            async with agent_of(server) as agent:
                assert (await agent.call("speak", text="Hi.", wait=True)).startswith("Heard")

    async def limited() -> None:
        async with asyncio.timeout(100):
            await main()

    asyncio.run(limited())


def test_many_agents_at_once_are_all_answered() -> None:
    async def main() -> None:
        async with silent_server() as server:

            async def work(number: int) -> None:
                async with agent_of(server, mode=OLDER if number % 2 else "auto", name=f"a{number}") as agent:
                    await agent.call("speak", text="Hi.")
                    await agent.call("list_voices")
                    await agent.call("stop")

            async with asyncio.TaskGroup() as tasks:
                for number in range(8):
                    tasks.create_task(work(number))
            assert not server.state.loudspeakers.is_busy

    run(main)
