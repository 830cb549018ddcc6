"""An agent: who calls a tool, and the voice that is its own.

An agent is known by the name that its address has (`/mcp?agent=NAME`), else by that which its MCP client
gives itself. Its voice is that of the address (`/mcp?voice=NAME`), else that of its name in the
configuration. What it says is its own by its session, so that two windows of one program do not stop each
other; requests of the current revision of MCP have none, but those of `voice-server mcp` name one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from voice_server.errors import UnknownName

AGENT_PARAMETER: Final = "agent"
VOICE_PARAMETER: Final = "voice"
SESSION_PARAMETER: Final = "session"
_MOST_CHARS = 100


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent's name, "" where nobody has given it one, and its voice, None for the server's default.

    `session` tells its texts from those of others, `voice_from` says who chose the voice, as the subject of a
    sentence.
    """

    name: str
    session: str
    voice: str | None = None
    voice_from: str = ""

    @classmethod
    def of(
        cls, query: Mapping[str, str], client_name: str, voices: Mapping[str, str], session: str | None = None
    ) -> Self:
        """The agent of a request with this query; `voices` are those of the configuration."""
        name = (query.get(AGENT_PARAMETER) or client_name).strip()[:_MOST_CHARS]
        session = (session or query.get(SESSION_PARAMETER) or name)[:_MOST_CHARS]
        if query.get(VOICE_PARAMETER):
            return cls(
                name, session, query[VOICE_PARAMETER], f"the address of this server ({VOICE_PARAMETER}=)"
            )
        voice = voices.get(name.casefold())
        return cls(name, session, voice, "" if voice is None else f"the configuration (agents: {name})")

    def explained(self, error: UnknownName) -> UnknownName:
        """The error about this agent's voice, which the model has not chosen and cannot mend."""
        error.message = f"{self.voice_from} names a voice that there is not: {error.message}"
        return error
