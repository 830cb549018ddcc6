"""A talking agent: it speaks while its model writes, can be interrupted, and knows what was heard.

    uv run voice-server serve              # in one terminal
    uv run python examples/agent.py        # in another: type a question, and type again to interrupt

`Agent` is what a program of yours would take over; `model` stands for any LLM, `Player` for any sound device.
A line that is typed while it speaks is a barge-in, and the history then holds what was heard and not what was
written. A connection that is lost is taken up again by the stream itself. When the server was killed, the
agent connects to the next one and goes on behind the last word that was heard.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from typing import Protocol

from voice_server.client import AsyncStream, Audio, NoServer, StreamClosed, connect
from voice_server.playback import LocalSpeaker, NoSpeakers

URL = "ws://localhost:8000/stream-tokens"
_RETRY_S = 0.5
_CAPTION_S = 0.05

History = list[dict[str, str]]


class Player(Protocol):
    """Where the sound goes; `LocalSpeaker` is one. `played_ms` is how much has been heard of all sound."""

    @property
    def played_ms(self) -> float: ...

    def play(self, pcm: bytes) -> None: ...

    def clear(self) -> float: ...


class Answer:
    """What a model has written so far and still writes; it can be read again from any place."""

    def __init__(self, tokens: AsyncIterator[str]) -> None:
        self.text = ""
        self._changed = asyncio.Event()
        self._writing = asyncio.create_task(self._take(tokens))

    async def _take(self, tokens: AsyncIterator[str]) -> None:
        try:
            async for token in tokens:
                self.text += token
                self._changed.set()
        finally:
            self._changed.set()

    async def behind(self, offset: int) -> AsyncIterator[str]:
        """The text behind an offset, as it comes. Raises what the model raises."""
        while True:
            self._changed.clear()
            if offset < len(self.text):
                token = self.text[offset:]
                offset += len(token)
                yield token
            elif self._writing.done():
                self._writing.result()
                return
            else:
                await self._changed.wait()

    async def stop(self) -> None:
        """Let the model write no more."""
        self._writing.cancel()
        await asyncio.wait((self._writing,))


class Agent:
    """Answers lines one after the other; `history` is what the model is given.

    Without a `player` the stream's clock takes the sound to be heard in real time. `show` takes captions:
    pieces of text as they are heard.
    """

    def __init__(
        self,
        model: Callable[[History], AsyncIterator[str]],
        player: Player | None,
        show: Callable[[str], None],
        url: str = URL,
    ) -> None:
        self.history: History = []
        self._model = model
        self._player = player
        self._show = show
        self._url = url
        self._connections = AsyncExitStack()
        self._stream: AsyncStream | None = None
        self._played_before_ms = 0.0  # on streams before this one
        self._shown = 0  # characters of what was heard on this stream
        self._is_interrupted = False

    async def run(self, lines: AsyncIterator[str]) -> None:
        """Answer every line; one that comes while an answer is spoken interrupts it."""
        async with self._connections, asyncio.TaskGroup() as tasks:
            speaking: asyncio.Task[None] | None = None
            async for line in lines:
                if speaking is not None and not speaking.done():
                    await self._interrupt()
                    await speaking
                self.history.append({"role": "user", "content": line})
                speaking = tasks.create_task(self._speak())

    async def _interrupt(self) -> None:
        """Fall silent at once."""
        self._is_interrupted = True
        if self._stream is not None:
            self._follow_player(self._stream)
            with suppress(StreamClosed):  # then it is silent already
                await self._stream.interrupt()
        if self._player is not None:
            self._player.clear()

    async def _speak(self) -> None:
        """Speak one answer, on one server after another if need be, and note what was heard of it."""
        self._is_interrupted = False
        answer = Answer(self._model(self.history))
        turn = f"answer {len(self.history)}"
        heard, offset, is_over = "", 0, False
        while not (is_over or self._is_interrupted):
            try:
                stream = await self._connected()
            except NoServer:
                await asyncio.sleep(_RETRY_S)
                continue
            self._shown = 0
            captions = asyncio.create_task(self._caption(stream, turn))
            try:
                await self._speak_on(stream, answer.behind(offset), turn)
                is_over = True
            except StreamClosed:
                await self._hear_out(stream)
                await self._disconnect()
            finally:
                captions.cancel()
            self._show_heard(stream, turn)
            heard = f"{heard} {stream.clock.heard(turn)}".strip()
            offset += stream.clock.heard_until(turn)
            if not is_over:
                self._show(" ")
        await answer.stop()
        self._show("\n")
        self.history.append({"role": "assistant", "content": heard})

    async def _speak_on(self, stream: AsyncStream, tokens: AsyncIterator[str], turn: str) -> None:
        """Send tokens and play what comes back, until it has been heard. Raises StreamClosed."""
        async for event in stream.speak(tokens, turn):
            if isinstance(event, Audio) and self._player is not None and not self._is_interrupted:
                await asyncio.to_thread(self._player.play, event.pcm)  # waits where a minute is pending
        await self._hear_out(stream)

    async def _hear_out(self, stream: AsyncStream) -> None:
        while stream.clock.ahead_ms > 0 and not self._is_interrupted:
            self._follow_player(stream)
            await asyncio.sleep(_CAPTION_S)

    async def _caption(self, stream: AsyncStream, turn: str) -> None:
        while True:
            self._follow_player(stream)
            self._show_heard(stream, turn)
            await asyncio.sleep(_CAPTION_S)

    def _show_heard(self, stream: AsyncStream, turn: str) -> None:
        """Show what has been heard of a turn and is not shown yet."""
        heard = stream.clock.heard(turn)
        self._show(heard[self._shown :])
        self._shown = len(heard)

    def _follow_player(self, stream: AsyncStream) -> None:
        """Have the clock keep to the sound device."""
        if self._player is not None:
            stream.clock.report(self._player.played_ms - self._played_before_ms)

    async def _connected(self) -> AsyncStream:
        """The stream, which is opened where there is none. Raises NoServer."""
        if self._stream is None:
            opening = connect(self._url, timestamps="word", keep_s=30)
            self._stream = await self._connections.enter_async_context(opening)
            self._played_before_ms = 0.0 if self._player is None else self._player.played_ms
        return self._stream

    async def _disconnect(self) -> None:
        self._stream = None
        await self._connections.aclose()


async def simulated_model(history: History) -> AsyncIterator[str]:
    """An answer, token by token; a model of yours takes its place."""
    question = history[-1]["content"]
    answer = (
        f"You asked: {question} I could tell you a lot about that, and I am slow to come to an end. "
        "First, there is what everybody knows. Then there is what hardly anybody has heard of. "
        "And at last there are the things that nobody will ever know. Interrupt me whenever you like."
    )
    for token in answer.split(" "):
        yield token + " "
        await asyncio.sleep(0.05)


async def typed_lines() -> AsyncIterator[str]:
    """The lines of standard input."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip():
            yield line.strip()


def show(text: str) -> None:
    """Print a caption."""
    sys.stdout.write(text)
    sys.stdout.flush()


async def main() -> None:
    """Talk at the terminal."""
    try:
        player = LocalSpeaker()
    except NoSpeakers:
        player = None
        show("there are no loudspeakers here; the answers are only shown, word by word\n")
    agent = Agent(simulated_model, player, show, *sys.argv[1:2])
    try:
        await agent.run(typed_lines())
    finally:
        if player is not None:
            player.close()
    for message in agent.history:
        show(f"{message['role']}: {message['content']}\n")


if __name__ == "__main__":
    asyncio.run(main())
