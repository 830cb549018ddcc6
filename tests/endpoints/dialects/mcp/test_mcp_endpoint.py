"""The address of MCP: what it costs before anybody uses it, whom it lets in, and where it lies."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.endpoints.dialects.mcp.mcp_agents import (
    CURRENT,
    HEADERS,
    OLDER,
    agent_of,
    silent_server,
    talk,
    text_of,
)
from tests.endpoints.serving import Served, run
from voice_server.endpoints.dialects.mcp import mcp_endpoint

_LISTS_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def test_a_server_loads_the_sdk_with_the_first_request_and_not_before() -> None:
    program = """
import asyncio, sys
from tests.endpoints.serving import served

def loaded():
    return sorted({"mcp", "pydantic", "httpx2"} & set(sys.modules))

async def main():
    async with served() as server, server.client() as client:
        await client.get("/health")
        print(loaded())
        headers = {"Accept": "application/json, text/event-stream"}
        print((await client.post("/mcp", json={}, headers=headers)).status_code, loaded())

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.splitlines() == ["[]", "400 ['httpx2', 'mcp', 'pydantic']"], done.stderr


def test_without_the_sdk_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_endpoint, "find_spec", lambda _name: None)

    async def scene(server: Served) -> None:
        async with server.client() as client:
            answer = await client.post("/mcp", json=_LISTS_TOOLS, headers=HEADERS)
            assert answer.status_code == 501
            sentence = (
                "MCP needs the package mcp, which is not installed: uv sync --extra mcp, or pip install mcp"
            )
            assert answer.json() == {"error": sentence, "code": "not_installed"}

    talk(scene)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH"])
def test_other_methods_are_not_possible(method: str) -> None:
    async def scene(server: Served) -> None:
        async with server.client() as client:
            answer = await client.request(method, "/mcp", headers=HEADERS)
            assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, POST")

    talk(scene)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Origin": "https://evil.example"}, 403, "origin"),
        ({"Origin": "null"}, 403, "origin"),
        ({"Host": "evil.example"}, 421, "unknown_host"),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403, "origin"),
    ],
)
def test_pages_and_names_of_others_are_refused(headers: dict[str, str], status: int, code: str) -> None:
    async def scene(server: Served) -> None:
        async with server.client() as client:
            answer = await client.post("/mcp", json=_LISTS_TOOLS, headers=HEADERS | headers)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            sound = await client.get("/mcp/sounds/x.mp3", headers=headers)
            assert (sound.status_code, sound.json()["code"]) == (status, code)

    talk(scene)


@pytest.mark.parametrize("mode", [CURRENT, OLDER])
def test_a_page_that_is_allowed_may_use_it(mode: str) -> None:
    async def scene(server: Served) -> None:
        origin = {"Origin": "https://page.example"}
        async with httpx2.AsyncClient(headers=origin) as http:
            transport = streamable_http_client(f"http://127.0.0.1:{server.port}/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                assert text_of(await client.call_tool("stop")) == "Nothing was being said."
        async with server.client() as plain:
            asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "mcp-method"}
            preflight = await plain.options("/mcp", headers=origin | asked)
            assert preflight.status_code == 200
            answer = await plain.post("/mcp", json=_LISTS_TOOLS, headers=HEADERS | origin)
            assert "Mcp-Session-Id" in answer.headers["access-control-expose-headers"]

    talk(scene, origins=["https://page.example"])


@pytest.mark.parametrize("mode", [CURRENT, OLDER])
def test_a_server_with_a_token_wants_it_for_every_request(mode: str) -> None:
    async def scene(server: Served) -> None:
        url = f"http://127.0.0.1:{server.port}/mcp"
        async with server.client() as plain:
            assert (await plain.post("/mcp", json=_LISTS_TOOLS, headers=HEADERS)).status_code == 401
            assert (await plain.get("/mcp/sounds/x.mp3")).status_code == 401
        async with (
            httpx2.AsyncClient(headers={"Authorization": "Bearer secret"}) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            assert text_of(await client.call_tool("stop")) == "Nothing was being said."
        async with Client(f"{url}?token=secret", mode=mode) as client:
            assert text_of(await client.call_tool("stop")) == "Nothing was being said."

    talk(scene, token="secret")


@pytest.mark.parametrize("mode", [CURRENT, OLDER])
@pytest.mark.parametrize("path", ["/mcp", "/voice/mcp", "/mcp/"])
def test_it_is_reached_behind_a_proxy_whether_or_not_that_takes_the_root_path_off(
    mode: str, path: str
) -> None:
    async def scene(server: Served) -> None:
        async with Client(f"http://127.0.0.1:{server.port}{path}", mode=mode) as client:
            assert len((await client.list_tools()).tools) == 3

    talk(scene, root_path="/voice")


def test_agents_that_come_at_once_wait_for_the_same_start() -> None:
    async def main() -> None:
        async with silent_server() as server:

            async def work() -> None:
                async with agent_of(server) as agent:
                    await agent.call("stop")

            await asyncio.gather(*(work() for _ in range(5)))

    run(main)


def test_a_server_that_nobody_asked_ends_as_well_as_one_with_open_sessions() -> None:
    async def main() -> None:
        async with silent_server():
            pass
        async with silent_server() as server, server.client() as client:
            opened = {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "initialize",
                "params": {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {},
                    "clientInfo": {"name": "x", "version": "1"},
                },
            }
            assert (await client.post("/mcp", json=opened, headers=HEADERS)).status_code == 200

    run(main)
