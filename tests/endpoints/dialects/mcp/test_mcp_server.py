"""What every client is told of the tools, whatever the transport, and how a failure of a tool reaches it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import mcp_types as types
import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError

from tests.endpoints.dialects.mcp.mcp_agents import CURRENT, OLDER
from voice_server.endpoints.dialects.mcp.mcp_server import (
    Content,
    PerformCall,
    ToolCall,
    build_server,
    text_content,
)
from voice_server.endpoints.dialects.mcp.tool_arguments import TOOLS, SpeakArguments
from voice_server.errors import RequestError

MODES = pytest.mark.parametrize("mode", [CURRENT, OLDER])


async def no_answer(_call: ToolCall) -> Content:
    return []


def called(mode: str, tool: str, arguments: dict[str, Any], perform: PerformCall) -> types.CallToolResult:
    """The result of one call in this process."""

    async def main() -> types.CallToolResult:
        info = types.Implementation(name="tester", version="1")
        async with Client(build_server(perform), mode=mode, client_info=info) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(main())


@MODES
def test_three_tools_are_listed_with_what_they_take(mode: str) -> None:
    async def main() -> None:
        async with Client(build_server(no_answer), mode=mode) as client:
            assert client.server_info is not None
            assert client.server_info.name == "voice-server"
            assert client.instructions is not None
            assert "loudspeakers" in client.instructions
            listed = (await client.list_tools()).tools
            assert [each.name for each in listed] == ["speak", "stop", "list_voices"]
            assert [each.input_schema for each in listed] == [each.input_schema for each in TOOLS]
            hints = [each.annotations.read_only_hint for each in listed if each.annotations is not None]
            assert hints == [False, False, True]
            json.dumps([each.input_schema for each in listed])

    asyncio.run(main())


@MODES
def test_a_call_has_its_arguments_checked_and_says_who_calls(mode: str) -> None:
    calls: list[ToolCall] = []

    async def perform(call: ToolCall) -> Content:
        calls.append(call)
        return [text_content("done")]

    result = called(mode, "speak", {"text": "Hi.", "speed": 1}, perform)
    assert result.content == [text_content("done")]
    (call,) = calls
    assert call.arguments == SpeakArguments(text="Hi.", speed=1.0)
    assert call.given == {"text": "Hi.", "speed": 1}
    assert call.client is not None
    assert (call.client.name, call.takes_links, call.request) == ("tester", True, None)


@MODES
def test_an_error_of_ours_is_the_tool_s_and_any_other_keeps_its_secrets(
    mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(_call: ToolCall) -> Content:
        raise RequestError("there is no such thing; there are apples")

    async def break_down(_call: ToolCall) -> Content:
        raise LookupError("secret")

    refused = called(mode, "stop", {}, refuse)
    assert refused.is_error
    assert refused.content == [text_content("there is no such thing; there are apples")]
    broken = called(mode, "stop", {}, break_down)
    assert broken.is_error
    assert broken.content == [text_content("the server could not do this; its log says why")]
    assert "a tool failed" in caplog.messages
    wrong = called(mode, "stop", {"everything": 3}, no_answer)
    assert wrong.content == [text_content("everything must be true or false, not 3")]


@MODES
def test_a_tool_that_there_is_not_is_an_error_of_the_protocol(mode: str) -> None:
    async def main() -> None:
        async with Client(build_server(no_answer), mode=mode) as client:
            with pytest.raises(MCPError, match="unknown tool 'shout'; there are speak, stop, list_voices"):
                await client.call_tool("shout")

    asyncio.run(main())
