"""The output of `stream-tokens` while it runs: a table for people, or JSON lines for programs."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any

import click

from voice_server.client_events import ErrorEvent, Event, WarningEvent
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.commands.shared.terminal import print_note, styled
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter
from voice_server.playback import SoundSink

TIMING_HEAD = f"{'delay':>9} {'audio':>8} {'rtf':>7} {'gap':>7}  sentence"
"""The head of a table of `timing_row`."""


def timing_row(sentence: SentenceTiming) -> str:
    """A sentence with its times, as a row for people."""
    audio_s = None if sentence.audio_ms is None else sentence.audio_ms / 1000
    figures = (
        f"{_figure(sentence.delay_ms, '.1f', ' ms'):>9} {_figure(audio_s, '.2f', ' s'):>8} "
        f"{_figure(sentence.rtf, '.4f', ''):>7} {_figure(sentence.gap_ms, '.0f', ' ms'):>7}"
    )
    return f"{styled(figures, fg='cyan')}  {' '.join(sentence.text.split())}"


class Display:
    """Receives the progress of a run; this one prints nothing."""

    def start(self, server: ServerChoice) -> None:
        """The run starts; there is no server yet."""

    def token(self, token: str) -> None:
        """A token was sent."""

    def event(self, event: Event) -> None:
        """An event was received."""

    def sentence(self, sentence: SentenceTiming) -> None:
        """The playback of a sentence has begun."""

    def summary(self, meter: TurnMeter) -> None:
        """All audio was received."""

    def end(self, sink: SoundSink) -> None:
        """The sound was played, or saved."""


class JsonDisplay(Display):
    """JSON lines for programs."""

    def event(self, event: Event) -> None:
        if isinstance(event, WarningEvent | ErrorEvent):
            kind = "warning" if isinstance(event, WarningEvent) else "error"
            self._write({"type": kind, "code": event.code, "msg": event.msg})

    def sentence(self, sentence: SentenceTiming) -> None:
        self._write({"type": "sentence", **dataclasses.asdict(sentence)})

    def summary(self, meter: TurnMeter) -> None:
        self._write({"type": "summary", "audio_ms": meter.audio_ms, "gaps_ms": meter.gaps_ms})

    def end(self, sink: SoundSink) -> None:
        if sink.path is not None:
            self._write({"type": "file", "path": str(sink.path)})

    def _write(self, message: dict[str, Any]) -> None:
        rounded = {
            key: round(value, 3) if isinstance(value, float) else value for key, value in message.items()
        }
        click.echo(json.dumps(rounded))


class TerminalDisplay(Display):
    """For people: a row for each sentence, and at a terminal below them the tokens that were sent."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._sent_text = ""
        self._first_delay_ms: float | None = None
        self._summary = ""

    def start(self, server: ServerChoice) -> None:
        if server.url is None:
            print_note("starting a server in this program …")
        click.echo(styled(TIMING_HEAD, bold=True))

    def token(self, token: str) -> None:
        self._sent_text = (self._sent_text + token).replace("\n", " ")
        self._print_sent_text()

    def event(self, event: Event) -> None:
        if isinstance(event, WarningEvent) or (isinstance(event, ErrorEvent) and not event.fatal):
            self._print_line(styled(event.msg, fg="yellow" if isinstance(event, WarningEvent) else "red"))

    def sentence(self, sentence: SentenceTiming) -> None:
        if sentence.index == 0:
            self._first_delay_ms = sentence.delay_ms
        self._print_line(timing_row(sentence))

    def summary(self, meter: TurnMeter) -> None:
        first = _figure(self._first_delay_ms, ".1f", " ms")
        self._summary = (
            f"{meter.audio_ms / 1000:.1f} s of audio, {_gaps(meter.gaps_ms)}; "
            f"the first sound came {first} after its sentence was certain"
        )

    def end(self, sink: SoundSink) -> None:
        self._sent_text = ""
        self._print_line(self._summary)
        if sink.path is not None:
            self._print_line(f"saved to {sink.path}")

    def _print_line(self, text: str) -> None:
        click.echo(("\r\x1b[K" if self._is_terminal else "") + text)
        self._print_sent_text()

    def _print_sent_text(self) -> None:
        if self._is_terminal:
            width = shutil.get_terminal_size().columns - 4
            click.echo("\r\x1b[K" + styled(f"> {self._sent_text[-width:]}", dim=True), nl=False)


def _gaps(gaps_ms: Sequence[float]) -> str:
    """How many gaps there were and how long they were, to which their column adds up."""
    if not gaps_ms:
        return "0 gaps"
    return f"{'1 gap' if len(gaps_ms) == 1 else f'{len(gaps_ms)} gaps'} of {sum(gaps_ms):.0f} ms in all"


def _figure(value: float | None, form: str, unit: str) -> str:
    return "–" if value is None else f"{value:{form}}{unit}"
