"""Speaks lines over one connection and plays the sound that comes back."""

from __future__ import annotations

import time
from collections import deque

import click

from voice_server.client_events import Audio, Cancelled, ErrorEvent, TurnDone, WarningEvent
from voice_server.client_streams import AsyncStream
from voice_server.commands.repl.line_times import LineTimes
from voice_server.commands.shared.sound_output import play
from voice_server.commands.shared.terminal import print_error, print_note, print_warning, styled
from voice_server.commands.simulate.progress_display import TIMING_HEAD, timing_row
from voice_server.commands.simulate.turn_timing import SentenceTiming
from voice_server.core.audio.pcm import duration_ms
from voice_server.core.types import SAMPLE_RATE_HZ, OptionValue
from voice_server.playback import SoundSink

_TURNS_KEPT = 64


class LinePlayer:
    """One connection and one sink: every line is a turn, and stopping ends both the turns and the sound."""

    def __init__(self, stream: AsyncStream, sink: SoundSink) -> None:
        self._stream = stream
        self._sink = sink
        self._times = LineTimes()
        self._has_head = False
        self._open_turns = 0
        self._received_ms = 0.0
        self._turn_starts: deque[tuple[str | None, float]] = deque(maxlen=_TURNS_KEPT)  # in ms of all sound

    async def speak(self, line: str) -> None:
        """Speak a line after those before it."""
        self._open_turns += 1
        self._times.sent(line, time.perf_counter())
        await self._stream.send_text(line)
        await self._stream.end()

    async def configure(
        self, *, voice: str | int | None = None, opts: dict[str, OptionValue] | None = None
    ) -> None:
        """Set the voice and options of the next lines."""
        await self._stream.configure(voice=voice, opts=opts)

    async def stop(self) -> bool:
        """Stop the lines and their sound; return whether there was anything to stop."""
        played_ms = self._sink.played_ms
        had_sound = self._sink.clear() > 0
        if not self._open_turns:
            return had_sound
        turn_start_ms = max((start for _, start in self._turn_starts if start <= played_ms), default=0.0)
        await self._stream.cancel(played_ms - turn_start_ms)
        return True

    async def receive(self) -> None:
        """Play the sound, print the sentences with their times and the messages that come.

        Returns when the server closes the connection.
        """
        async for event in self._stream:
            if sentence := self._times.receive(event, time.perf_counter()):
                self._print_times(sentence)
            if isinstance(event, Audio):
                await self._play(event)
            elif isinstance(event, Cancelled):
                self._sink.clear()
                _print_cancelled(event)
            elif isinstance(event, TurnDone):
                self._open_turns = max(0, self._open_turns - 1)
            elif isinstance(event, ErrorEvent):
                print_error(event.msg)
            elif isinstance(event, WarningEvent):
                print_warning(event.msg)

    def _print_times(self, sentence: SentenceTiming) -> None:
        if not self._has_head:
            click.echo(styled(TIMING_HEAD, bold=True))
            self._has_head = True
        click.echo(timing_row(sentence))

    async def _play(self, audio: Audio) -> None:
        if not self._turn_starts or self._turn_starts[-1][0] != audio.turn:
            self._turn_starts.append((audio.turn, self._received_ms))
        self._received_ms += duration_ms(len(audio.pcm), SAMPLE_RATE_HZ)
        await play(self._sink, audio.pcm)


def _print_cancelled(event: Cancelled) -> None:
    heard, unheard = (part.strip() or "nothing" for part in (event.heard, event.unheard))
    print_note(f"heard: {heard}; not heard: {unheard}")
