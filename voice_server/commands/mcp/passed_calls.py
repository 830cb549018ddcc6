"""The calls that come on standard input, passed on to the server that speaks; files are saved here.

A call goes out as a request of the current revision of MCP, which is complete in itself, so that a server
which ends between two calls and is started again is no event. Progress comes back on the same way, and
whoever cancels a call cancels that request, which ends the sound.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types.version import LATEST_MODERN_VERSION

from voice_server.commands.shared.click_options import TOKEN_VARIABLE
from voice_server.commands.shared.os_errors import reason_of
from voice_server.commands.shared.server_registration import RunningServer
from voice_server.core.types import SpeechWarning
from voice_server.endpoints.dialects.mcp.agent import AGENT_PARAMETER, SESSION_PARAMETER, VOICE_PARAMETER
from voice_server.endpoints.dialects.mcp.mcp_endpoint import PATH
from voice_server.endpoints.dialects.mcp.mcp_server import (
    Content,
    PerformCall,
    ToolCall,
    build_server,
    text_content,
)
from voice_server.endpoints.dialects.mcp.tool_arguments import SpeakArguments
from voice_server.endpoints.dialects.mcp.tools import with_notes
from voice_server.errors import RequestError, VoiceServerError
from voice_server.process.output_file import OutputFile

_CONNECT_S: Final = 10.0


async def serve_standard_streams(perform: PerformCall) -> None:
    """Serve MCP on standard input and output until the input ends; `perform` answers the calls."""
    server = build_server(perform)
    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())


class PassedCalls:
    """Passes calls on to the server that `find`, which may take long, finds or starts.

    `agent` and `voice` are what the address at the server says of this agent.
    """

    def __init__(
        self, find: Callable[[], RunningServer], *, agent: str | None = None, voice: str | None = None
    ) -> None:
        self._find = find
        given = {AGENT_PARAMETER: agent, VOICE_PARAMETER: voice, SESSION_PARAMETER: secrets.token_urlsafe(8)}
        self._query = {name: value for name, value in given.items() if value}

    async def perform(self, call: ToolCall) -> Content:
        """Answer as the server does; a file of sound is saved under its name. Raises VoiceServerError."""
        named = call.arguments.file if isinstance(call.arguments, SpeakArguments) else None
        path = None if named is None else _checked_path(named)
        server = await asyncio.to_thread(self._find)
        timeout = httpx2.Timeout(_CONNECT_S, read=None)
        # No proxy: it could not reach this machine.
        async with httpx2.AsyncClient(headers=_headers(server), timeout=timeout, trust_env=False) as http:
            await _check_server(http, server)
            given = dict(call.given) if path is None else {**call.given, "file": path.name}
            result = await self._passed(http, server, call, given)
            sentence = "\n".join(each.text for each in result.content if isinstance(each, types.TextContent))
            if result.is_error:
                raise VoiceServerError(sentence)
            links = [each.uri for each in result.content if isinstance(each, types.ResourceLink)]
            if path is None or not links:
                return result.content
            return [text_content(await _save(http, str(links[0]), path))]

    async def _passed(
        self,
        http: httpx2.AsyncClient,
        server: RunningServer,
        call: ToolCall,
        given: dict[str, Any],
    ) -> types.CallToolResult:
        address = str(httpx2.URL(server.url + PATH, params=self._query))
        transport = streamable_http_client(address, http_client=http)

        async def report(progress: float, total: float | None, message: str | None) -> None:
            await call.report(progress, total or 0.0, message or "")

        try:
            async with Client(transport, mode=LATEST_MODERN_VERSION, client_info=call.client) as client:
                return await client.call_tool(call.tool.name, given, progress_callback=report)
        except MCPError as error:
            raise VoiceServerError(error.message) from None


def _headers(server: RunningServer) -> Mapping[str, str]:
    token = server.token or os.environ.get(TOKEN_VARIABLE)
    return {"Authorization": f"Bearer {token}"} if token else {}


async def _check_server(http: httpx2.AsyncClient, server: RunningServer) -> None:
    """Raise VoiceServerError for a server that cannot be reached, keeps this program out or has no MCP."""
    try:
        response = await http.get(server.url + PATH)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise VoiceServerError(f"no server answers at {server.url}: {error}", code="unreachable") from None
    if response.status_code == httpx2.codes.METHOD_NOT_ALLOWED:
        return
    if response.status_code == httpx2.codes.NOT_FOUND:
        raise VoiceServerError(f"the server at {server.url} is older than this program and has no MCP")
    raise _refusal(response)


def _refusal(response: httpx2.Response) -> VoiceServerError:
    """The error that a server answered with."""
    try:
        body: Any = response.json()
        return VoiceServerError(str(body["error"]), code=str(body["code"]))
    except (ValueError, KeyError, TypeError):
        status = response.status_code
        return VoiceServerError(f"what answers at {response.url}, with status {status}, is no voice-server")


def _checked_path(name: str) -> Path:
    """Where a file of sound is saved. Raises RequestError for a folder, or one that does not exist."""
    try:
        path = Path(name).expanduser().absolute()
        if path.is_dir():
            raise RequestError(f"file is a folder: {str(path)!r}; name a file in it, such as speech.mp3")
        if not path.parent.is_dir():
            raise RequestError(f"there is no folder {str(path.parent)!r} to save the file in")
    except RuntimeError:
        raise RequestError(f"file names the home of a user that there is not: {name!r}") from None
    except OSError as error:
        raise RequestError(f"file cannot be {name[:80]!r}: {reason_of(error)}") from None
    return path


async def _save(http: httpx2.AsyncClient, address: str, path: Path) -> str:
    """Save what is at an address; an older file is replaced once the new one is whole."""
    try:
        output = OutputFile(path)
        try:
            async with http.stream("GET", address) as response:
                if response.status_code != httpx2.codes.OK:
                    await response.aread()
                    raise _refusal(response)
                async for piece in response.aiter_bytes():
                    output.file.write(piece)
            size = output.file.tell()
            output.keep()
        finally:
            output.discard()
    except httpx2.HTTPError as error:
        raise VoiceServerError(f"the server ended before the file was complete: {error}") from None
    except OSError as error:
        raise VoiceServerError(
            f"cannot write {str(path)!r}: {reason_of(error)}", code="write_failed"
        ) from None
    told = json.loads(response.headers.get("X-Warnings", "[]"))
    warnings = [SpeechWarning(each["code"], each["message"]) for each in told]
    return with_notes(f"Saved to {path}, {size} bytes.", warnings)
