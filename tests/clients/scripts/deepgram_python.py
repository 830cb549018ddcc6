"""deepgram-sdk for Python."""

from __future__ import annotations

from typing import Any

from deepgram import DeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from deepgram.speak.v1.types import SpeakV1Text

from tests.clients.scripts.report import Scene, report, server_of, sound


def v1_socket(client: DeepgramClient) -> Scene:
    """Words, a flush, and what it answers."""
    pieces: list[bytes] = []
    kinds: list[str] = []
    with client.speak.v1.connect(
        model="aura-2-thalia-en", encoding="linear16", sample_rate="24000"
    ) as socket:
        for word in ("The quick brown fox ", "jumps. ", "Then it sleeps."):
            socket.send_text(SpeakV1Text(text=word))
        socket.send_flush()
        for message in socket:
            _keep(message, pieces, kinds)
            if kinds[-1:] == ["Flushed"]:
                socket.send_close()
    return {"audio": sound(pieces), "kinds": kinds}


def _keep(message: Any, pieces: list[bytes], kinds: list[str]) -> None:
    if isinstance(message, bytes):
        pieces.append(message)
    else:
        kinds.append(message.type)


def main() -> None:
    """Play every scene."""
    url, key = server_of()
    socket_url = url.replace("http", "ws", 1)
    environment = DeepgramClientEnvironment(base=url, production=socket_url, agent=socket_url, agent_rest=url)
    client = DeepgramClient(api_key=key, environment=environment)
    report({"v1 socket": v1_socket(client)})


if __name__ == "__main__":
    main()
