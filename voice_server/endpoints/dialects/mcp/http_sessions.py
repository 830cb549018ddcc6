"""The tools over streamable HTTP: the SDK's sessions, and who the agent of a request is.

The guard has checked Host, Origin and token of whatever comes here.
"""

from __future__ import annotations

import asyncio
from typing import Final

import mcp_types as types
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.mcp.agent import Agent
from voice_server.endpoints.dialects.mcp.mcp_server import (
    Content,
    PerformCall,
    ToolCall,
    build_server,
    text_content,
)
from voice_server.endpoints.dialects.mcp.tool_arguments import SpeakArguments, StopArguments
from voice_server.endpoints.dialects.mcp.tools import Tools, with_notes

MOST_SESSIONS: Final = 200
"""A session takes 30 KB."""
_MAX_BODY_BYTES = 1024 * 1024
_IDLE_S = 24 * 3600.0


class HttpSessions:
    """Answers the requests of MCP, those of older revisions within their sessions.

    Where there are too many sessions, the one that has not been used for longest ends, so that a flood of
    them keeps nobody out.
    """

    def __init__(self, state: AppState, tools: Tools) -> None:
        self._last_used: dict[str, None] = {}
        """The sessions, the one that was not used for longest first."""
        self._manager = StreamableHTTPSessionManager(
            build_server(_performing(state, tools)),
            max_request_body_size=_MAX_BODY_BYTES,
            session_idle_timeout=_IDLE_S,
            max_sessions=None,
        )

    async def run(self, is_running: asyncio.Event) -> None:
        """Keep the sessions until this is cancelled: one task must open and end them."""
        async with self._manager.run():
            is_running.set()
            await asyncio.Event().wait()

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request while `run` runs."""
        session = Headers(scope=scope).get(MCP_SESSION_ID_HEADER)
        if session in self._last_used:
            del self._last_used[session]
            if scope["method"] != "DELETE":
                self._last_used[session] = None

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200 and session is None:
                opened = Headers(raw=message["headers"]).get(MCP_SESSION_ID_HEADER)
                if opened is not None:
                    self._last_used[opened] = None
            await send(message)

        await self._manager.handle_request(scope, receive, send_noting)
        while len(self._last_used) > MOST_SESSIONS:
            await self._end(next(iter(self._last_used)))

    async def _end(self, session: str) -> None:
        """End a session as its client would."""
        del self._last_used[session]
        headers = [(MCP_SESSION_ID_HEADER.encode(), session.encode())]
        scope = {"type": "http", "method": "DELETE", "path": "/", "query_string": b"", "headers": headers}

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_message: Message) -> None:
            """Nobody waits for the answer."""

        await self._manager.handle_request(scope, receive, send)


def _performing(state: AppState, tools: Tools) -> PerformCall:
    """What performs the calls of agents that come over HTTP."""

    async def perform(call: ToolCall) -> Content:
        assert call.request is not None
        client_name = call.client.name if call.client is not None else ""
        agent = Agent.of(
            call.request.query_params,
            client_name,
            state.service.agent_voices,
            call.request.headers.get(MCP_SESSION_ID_HEADER),
        )
        arguments = call.arguments
        if isinstance(arguments, SpeakArguments):
            if arguments.file is not None:
                return _linked(state, tools, agent, call)
            return [text_content(await tools.speak(agent, arguments, call.report))]
        if isinstance(arguments, StopArguments):
            return [text_content(tools.stop(agent, arguments))]
        return [text_content(tools.list_voices(agent, arguments))]

    return perform


def _linked(state: AppState, tools: Tools, agent: Agent, call: ToolCall) -> Content:
    """Where the sound can be fetched, for the model, and for a client that knows links."""
    assert call.request is not None
    link, warnings = tools.link(agent, call.arguments)
    address = f"{call.request.url.scheme}://{call.request.url.netloc}{state.root_path}{link.path}"
    sentence = f"The sound can be fetched for an hour from {address}"
    content: Content = [text_content(with_notes(sentence, warnings))]
    if call.takes_links:
        content.append(
            types.ResourceLink(
                type="resource_link", name=call.arguments.file, uri=address, mime_type=link.media_type
            )
        )
    return content
