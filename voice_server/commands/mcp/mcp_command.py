"""`voice-server mcp`: lets an agent speak, over standard input and output, on this machine's loudspeakers."""

from __future__ import annotations

import asyncio

import click

from voice_server.commands.shared import local_server
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import home_option
from voice_server.commands.shared.server_registration import RunningServer
from voice_server.commands.shared.terminal import print_note
from voice_server.process.termination import ending_at_once


@click.command(cls=CliCommand)
@click.option("--voice", metavar="NAME", help="The voice of this agent where it names none.")
@click.option("--agent", metavar="NAME",
              help="The name of this agent, by which `agents:` in backends.yaml gives it a voice; by default "
                   "its MCP client's.")  # fmt: skip
@click.option("--url", metavar="URL",
              help="Speak on the speakers of another server, for example http://localhost:8000.")  # fmt: skip
@home_option
def mcp(*, voice: str | None, agent: str | None, url: str | None) -> None:
    """Let an agent speak: serve MCP on standard input and output, until the input ends.

    A program such as Claude Desktop starts this. A server in the background speaks, the same that `say` uses;
    it is started with the first text where none runs. The variable VOICE_SERVER_TOKEN is what the server at
    --url asks for.
    """
    from voice_server.endpoints.dialects.mcp.mcp_endpoint import check_installed  # noqa: PLC0415 - not for `--help`

    check_installed()
    from voice_server.commands.mcp.passed_calls import PassedCalls, serve_standard_streams  # noqa: PLC0415 - the SDK

    def find() -> RunningServer:
        if url is not None:
            return RunningServer(url.rstrip("/"))
        arguments = local_server.background_arguments("warning")
        return local_server.find_or_start(arguments, lambda: print_note("starting the server …"))

    with ending_at_once():
        asyncio.run(serve_standard_streams(PassedCalls(find, agent=agent, voice=voice).perform))
