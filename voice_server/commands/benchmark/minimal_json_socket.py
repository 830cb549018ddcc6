"""A minimal client of dialects that speak JSON over a WebSocket: a hundred of them do not slow the server.

It streams one text as one turn. Of sound, binary or as base64 in a message, only the length is worked out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from voice_server.commands.benchmark.minimal_websocket import MinimalWebSocket, OnAudio, text_frame

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonDialect:
    """How a text is spoken at a path: messages when a connection is opened, for each token, and at the end.

    The answer is over with a message that begins with `ended`, and has failed with one that begins with one
    of `failed`; sound that is not binary stands under `sound_key`. `tells_times`: see `BenchmarkedDialect`.
    """

    path: str
    begin: Sequence[Json] = ()
    token: Callable[[str], Json]
    end: Json
    ended: str
    failed: tuple[str, ...] = ('{"type":"error"',)
    sound_key: str = ""
    tells_times: bool = False

    def address_of(self, url: str, _ready: Mapping[str, object]) -> str:
        """Where a server speaks it: on the same host, with what the query of its URL carries."""
        parts, own = urlsplit(url), urlsplit(self.path)
        query = "&".join(each for each in (own.query, parts.query) if each)
        return parts._replace(path=own.path, query=query).geturl()

    def encode(self, tokens: Sequence[str]) -> list[bytes]:
        """The frames of each token, the last with the end."""
        frames = [text_frame(**self.token(token)) for token in tokens]
        frames[-1] += text_frame(**self.end)
        return frames

    def open(self, address: str) -> Awaitable[MinimalJsonSocket]:
        """Connect. Raises VoiceServerError when the server does not take the connection."""
        return MinimalJsonSocket.open(address, self)


def _deepgram(path: str) -> JsonDialect:
    """Aura and Flux are asked in the same words."""
    return JsonDialect(
        path=path,
        token=lambda token: {"type": "Speak", "text": token},
        end={"type": "Flush"},
        ended='{"type":"Flushed"',
        failed=('{"type":"Warning"', '{"type":"Error"'),
    )


def _cartesia_text(token: str, *, is_continued: bool = True) -> Json:
    """With all fields each time, as its clients do."""
    return {
        "model_id": "sonic-3",
        "voice": {"mode": "id", "id": None},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000},
        "context_id": "benchmark",
        "transcript": token,
        "continue": is_continued,
    }


JSON_DIALECTS: Final[Mapping[str, JsonDialect]] = {
    "deepgram": _deepgram("/deepgram/v1/speak"),
    "deepgram-flux": _deepgram("/deepgram/v2/speak?model=flux-alexis-en"),
    "cartesia": JsonDialect(
        path="/cartesia/tts/websocket",
        token=_cartesia_text,
        end=_cartesia_text("", is_continued=False),
        ended='{"type":"done"',
        sound_key="data",
    ),
    "elevenlabs": JsonDialect(
        path="/elevenlabs/v1/text-to-speech/default/stream-input?output_format=pcm_24000",
        begin=({"text": " "},),
        token=lambda token: {"text": token},
        end={"text": ""},
        ended='{"audio":null,"isFinal":true',
        failed=('{"message":',),
        sound_key="audio",
        tells_times=True,
    ),
    "livekit": JsonDialect(
        path="/livekit/tts",
        begin=({"type": "session.create", "sample_rate": "24000", "encoding": "pcm_s16le"},),
        token=lambda token: {"type": "input_transcript", "transcript": token},
        end={"type": "session.flush"},
        ended='{"type":"done"',
        sound_key="audio",
    ),
    "vllm": JsonDialect(
        path="/vllm/v1/audio/speech/stream",
        begin=(
            {
                "type": "session.config",
                "response_format": "pcm",
                "stream_audio": True,
                "split_granularity": "sentence",
            },
        ),
        token=lambda token: {"type": "input.text", "text": token},
        end={"type": "input.done"},
        ended='{"type":"session.done"',
    ),
}
"""By the names that `--dialect` takes."""


class MinimalJsonSocket:
    """One connection, which ends with the answer to one text."""

    def __init__(self, socket: MinimalWebSocket, dialect: JsonDialect) -> None:
        self._socket = socket
        self._ended = dialect.ended
        self._failed = dialect.failed
        self._sound = f'"{dialect.sound_key}":"' if dialect.sound_key else ""
        self.on_audio: OnAudio = lambda _n_bytes: None
        self.closed: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        socket.on_audio = self._hear
        socket.on_text = self._receive
        early = "the server closed a connection before the end of its answer"
        socket.closed.add_done_callback(lambda _: self._end(early))

    @classmethod
    async def open(cls, address: str, dialect: JsonDialect) -> MinimalJsonSocket:
        """Connect, and say what comes first. Raises VoiceServerError when the server does not take that."""
        socket = cls(await MinimalWebSocket.open(address), dialect)
        for each in dialect.begin:  # not part of a load: `/stream-tokens` is configured before it too
            socket.send(text_frame(**each))
        await socket._socket.until_read()
        return socket

    @property
    def received_at(self) -> float:
        """When the bytes that are being looked at were read, in seconds."""
        return self._socket.received_at

    def send(self, data: bytes) -> None:
        """Send what `encode` returned; does nothing when the connection is closing."""
        self._socket.send(data)

    def abort(self) -> None:
        """Drop the connection."""
        self._socket.abort()

    def _hear(self, n_bytes: int) -> None:
        self.on_audio(n_bytes)  # which may have been set meanwhile

    def _receive(self, text: str) -> None:
        if text.startswith(self._ended):
            self._end(None)
            self._socket.abort()
        elif text.startswith(self._failed):
            self._end(f"the server sent an error: {text}")
        elif self._sound and (at := text.find(self._sound)) >= 0:
            start = at + len(self._sound)
            end = text.index('"', start)
            self._hear((end - start) // 4 * 3 - text.count("=", end - 2, end))

    def _end(self, error: str | None) -> None:
        if not self.closed.done():
            self.closed.set_result(error)
