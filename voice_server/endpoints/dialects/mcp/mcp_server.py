"""The tools as a server of the official SDK, which speaks every revision of the protocol over any transport.

Importing this file imports the SDK: 0.7 s of CPU time and 40 MB. It is an extra of the package, and only what
serves MCP imports it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from starlette.requests import Request

from voice_server.endpoints.dialects.mcp.tool_arguments import (
    INSTRUCTIONS,
    TOOLS,
    ToolDescription,
    arguments_of,
)
from voice_server.endpoints.dialects.mcp.tools import ReportProgress
from voice_server.errors import VoiceServerError
from voice_server.version import version

_log = logging.getLogger(__name__)

_FIRST_WITH_LINKS = "2025-06-18"
Content = list[types.ContentBlock]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call as it came: `arguments` are the tool's Struct, `given` the same as the client wrote them.

    `client` is what the MCP client says of itself, `request` the HTTP request where there is one, and
    `takes_links` whether its revision of the protocol knows links in answers.
    """

    tool: ToolDescription
    arguments: Any
    given: Mapping[str, Any]
    client: types.Implementation | None
    request: Request | None
    takes_links: bool
    report: ReportProgress


PerformCall = Callable[[ToolCall], Awaitable[Content]]


def build_server(perform: PerformCall) -> Server[Any]:
    """A server whose calls `perform` answers; a VoiceServerError that it raises becomes the tool's error."""
    by_name = {each.name: each for each in TOOLS}

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_listed(each) for each in TOOLS])

    async def call_tool(
        context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = by_name.get(params.name)
        if tool is None:
            known = ", ".join(by_name)
            raise MCPError(types.INVALID_PARAMS, f"unknown tool {params.name[:80]!r}; there are {known}")
        given = params.arguments or {}
        client = context.session.client_params
        try:
            call = ToolCall(
                tool,
                arguments_of(tool.arguments, given),
                given,
                client.client_info if client is not None else None,
                context.request,
                context.protocol_version >= _FIRST_WITH_LINKS,
                context.session.report_progress,
            )
            return types.CallToolResult(content=await perform(call))
        except VoiceServerError as error:
            return _failure(error.message)
        except Exception:
            _log.exception("a tool failed", extra={"tool": tool.name})
            return _failure("the server could not do this; its log says why")

    return Server(
        "voice-server",
        version=version(),
        title="voice-server",
        description="Speaks aloud, in the voices of every speech engine that is set up.",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        get_tool_input_schema=lambda name: by_name[name].input_schema if name in by_name else None,
    )


def text_content(sentence: str) -> types.TextContent:
    """A sentence as a part of an answer."""
    return types.TextContent(type="text", text=sentence)


def _failure(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[text_content(sentence)], is_error=True)


def _listed(tool: ToolDescription) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=tool.is_read_only, destructive_hint=False, open_world_hint=False
    )
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        annotations=hints,
    )
