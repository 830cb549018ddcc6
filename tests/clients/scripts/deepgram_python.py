"""deepgram-sdk for Python: sockets and requests of v1 (Aura) and v2 (Flux)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from deepgram.speak.v1.types import SpeakV1Text
from deepgram.speak.v2.types import (
    SpeakV2Configure,
    SpeakV2Interrupt,
    SpeakV2InterruptPlaybackOffset,
    SpeakV2Speak,
)
from websockets.exceptions import InvalidStatus

from tests.clients.scripts.report import Scene, report, server_of, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. " * 20


class Heard:
    """What came on a socket."""

    def __init__(self, socket: Any) -> None:
        self.pieces: list[bytes] = []
        self.messages: list[dict[str, Any]] = []
        self._all = iter(socket)

    def until(self, kind: str) -> dict[str, Any]:
        """Listen until a message of this type, and return it."""
        for message in self._all:
            if isinstance(message, bytes):
                self.pieces.append(message)
                if kind == "sound":
                    return {}
            else:
                self.messages.append(message.dict())
                if message.type == kind:
                    return self.messages[-1]
        raise EOFError(f"the socket was closed before {kind} came")

    def to_the_end(self) -> None:
        """Listen until the server closes."""
        for message in self._all:
            if not isinstance(message, bytes):
                self.messages.append(message.dict())

    def scene(self, **more: object) -> Scene:
        """What came so far."""
        return {"audio": sound(self.pieces), "messages": self.messages, **more}


def v1_socket(client: DeepgramClient) -> Scene:
    """Words, a flush, and what it answers."""
    with client.speak.v1.connect(
        model="aura-2-thalia-en", encoding="linear16", sample_rate="24000"
    ) as socket:
        heard = Heard(socket)
        for word in ("The quick brown fox ", "jumps. ", "Then it sleeps."):
            socket.send_text(SpeakV1Text(text=word))
        socket.send_flush()
        heard.until("Flushed")
        socket.send_close()
        heard.to_the_end()
        return heard.scene()


def v1_clear(client: DeepgramClient) -> Scene:
    """A barge-in, and the next turn: all sound behind `Cleared`."""
    with client.speak.v1.connect(model="aura-2-thalia-en") as socket:
        heard = Heard(socket)
        socket.send_text(SpeakV1Text(text=LONG))
        socket.send_flush()
        heard.until("sound")
        socket.send_clear()
        heard.until("Cleared")
        heard.pieces.clear()
        socket.send_text(SpeakV1Text(text=TEXT))
        socket.send_flush()
        heard.until("Flushed")
        return heard.scene()


def v1_request(client: DeepgramClient) -> Scene:
    """Bare samples, a file, and the headers where nothing is said."""
    bare = client.speak.v1.audio.generate(text=TEXT, encoding="linear16", container="none", sample_rate=24000)
    with client.speak.v1.audio.with_raw_response.generate(text=TEXT, model="aura-2-thalia-en") as answer:
        b"".join(answer.data)
        headers = dict(answer.headers)
    wav = client.speak.v1.audio.generate(text=TEXT, container="wav")
    return {"audio": sound(bare), "wav": sound(wav), "headers": headers}


def refusals(client: DeepgramClient, stranger: DeepgramClient) -> Scene:
    """What the SDK makes of errors."""
    told: dict[str, object] = {}
    asked: dict[str, Callable[[], object]] = {
        "container": lambda: b"".join(
            client.speak.v1.audio.generate(text=TEXT, encoding="mp3", container="wav")
        ),
        "callback": lambda: b"".join(
            client.speak.v1.audio.generate(text=TEXT, callback="http://localhost/x")
        ),
        "key": lambda: b"".join(stranger.speak.v1.audio.generate(text=TEXT)),
    }
    for name, ask in asked.items():
        try:
            ask()
        except ApiError as error:
            told[name] = {"status": error.status_code, "body": error.body}
    try:
        with stranger.speak.v1.connect():
            pass
    except InvalidStatus as error:
        told["socket key"] = {"status": error.response.status_code, "why": error.response.headers["dg-error"]}
    return {"told": told}


def v2_socket(client: DeepgramClient) -> Scene:
    """Two turns, a speed, and a close that waits for the last turn."""
    with client.speak.v2.connect(model="flux-alexis-en", sample_rate="16000") as socket:
        heard = Heard(socket)
        for word in ("The quick brown fox ", "jumps. ", "Then it sleeps."):
            socket.send_speak(SpeakV2Speak(text=word))
        socket.send_flush()
        heard.until("Flushed")
        first = sound(heard.pieces)
        heard.pieces.clear()
        socket.send_configure(SpeakV2Configure(speed=1.25))
        socket.send_configure(SpeakV2Configure(speed=1.26))
        socket.send_speak(SpeakV2Speak(text=TEXT))
        socket.send_close()
        heard.until("SessionMetadata")
        heard.to_the_end()
        return {**heard.scene(), "audio": first, "faster": sound(heard.pieces)}


def v2_interrupt(client: DeepgramClient) -> Scene:
    """A barge-in after the last byte was sent, one without an offset, and the turn behind them."""
    with client.speak.v2.connect(model="flux-alexis-en") as socket:
        heard = Heard(socket)
        socket.send_interrupt()
        heard.until("Warning")
        socket.send_speak(SpeakV2Speak(text=TEXT))
        socket.send_flush()
        heard.until("SpeechMetadata")
        offset = SpeakV2InterruptPlaybackOffset(type="time_ms", value=600)
        socket.send_interrupt(SpeakV2Interrupt(type="Interrupt", playback_offset=offset))
        heard.until("SpeechInterrupted")
        socket.send_speak(SpeakV2Speak(text=LONG))
        heard.until("sound")
        socket.send_interrupt()
        heard.until("SpeechInterrupted")
        heard.pieces.clear()
        socket.send_speak(SpeakV2Speak(text=TEXT))
        socket.send_flush()
        heard.until("SpeechMetadata")
        socket.send_close()
        heard.until("SessionMetadata")
        return heard.scene()


def v2_request(client: DeepgramClient) -> Scene:
    """A request of Flux."""
    pieces: Iterator[bytes] = client.speak.v2.audio.generate(
        text=TEXT, model="flux-alexis-en", encoding="linear16", container="none", sample_rate=16000
    )
    return {"audio": sound(pieces)}


def main() -> None:
    """Play every scene."""
    url, key = server_of()
    socket_url = url.replace("http", "ws", 1)
    environment = DeepgramClientEnvironment(base=url, production=socket_url, agent=socket_url, agent_rest=url)
    client = DeepgramClient(api_key=key, environment=environment)
    stranger = DeepgramClient(api_key="another", environment=environment)
    report(
        {
            "v1 socket": v1_socket(client),
            "v1 clear": v1_clear(client),
            "v1 request": v1_request(client),
            "refusals": refusals(client, stranger),
            "v2 socket": v2_socket(client),
            "v2 interrupt": v2_interrupt(client),
            "v2 request": v2_request(client),
        }
    )


if __name__ == "__main__":
    main()
