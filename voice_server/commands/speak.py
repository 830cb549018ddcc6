"""`voice-server speak`: a text or a file, to the speakers or into a file."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from voice_server.client_events import Audio, ErrorEvent, Sentence, TurnDone, WarningEvent
from voice_server.client_streams import AsyncStream, connect
from voice_server.commands.shared.chosen_server import (
    offer_natural_voice_of,
    prepare_server,
    reachable_server,
)
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    ServerChoice,
    SpeakerChoice,
    encoding_option,
    json_option,
    output_option,
    server_options,
    speaker_options,
    text_option,
)
from voice_server.commands.shared.sound_output import ahead_s_for, play, wait_until_played
from voice_server.commands.shared.terminal import print_note
from voice_server.commands.shared.text_input import STANDARD_INPUT, given_text, read_text
from voice_server.errors import ConfigError, VoiceServerError
from voice_server.playback import SoundSink, open_sink

_CHUNK_CHARS = 2_000
_MAX_AHEAD_CHARS = 50_000  # below what a server buffers for one client


@click.command(cls=CliCommand)
@click.argument("words", nargs=-1, metavar="[TEXT]...")
@text_option()
@click.option("--file", metavar="FILE", help="A text file to speak; - is standard input.")
@encoding_option
@server_options
@speaker_options
@click.option(
    "--pronunciations",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A YAML file: how words are said.",
)
@output_option()
@json_option
def speak(
    *,
    words: tuple[str, ...],
    text: str | None,
    file: str | None,
    encoding: str | None,
    server: ServerChoice,
    speaker: SpeakerChoice,
    pronunciations: Path | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Speak TEXT, standard input (-) or a file, to the speakers or into a file of sound."""
    from voice_server.serving.event_loop import run  # noqa: PLC0415 - loads the server, which `--help` does not need

    input_text = given_text(words, text, file, encoding)
    if input_text is None and sys.stdin.isatty():
        raise ConfigError('there is nothing to speak; try: voice-server speak "Hello world"')
    if input_text is None:
        input_text = read_text(STANDARD_INPUT, encoding)
    words_said = {} if pronunciations is None else _words_in(pronunciations)
    with open_sink(output) as sink:
        prepare_server(server, aloud=sink.path is None)
        spoken = _SpokenText(input_text, sink, words_said, as_json=as_json)
        run(spoken.run(server, speaker))
        if not spoken.audio_ms:  # a file without sound is none
            raise spoken.failure() or ConfigError("this text has nothing in it that can be spoken")
    _print_result(spoken, sink, as_json=as_json)
    if failure := spoken.failure():
        raise failure
    if not as_json:
        offer_natural_voice_of(server)


def _words_in(path: Path) -> dict[str, object]:
    """How words are said, as a stream may bring them. Raises ConfigError with one sentence."""
    from voice_server.core.text.pronunciation.entries import MAX_OWN_ENTRIES  # noqa: PLC0415 - as is the next
    from voice_server.voices.pronunciation_file import read_words  # noqa: PLC0415 - seldom used

    words, _ = read_words(path, most=MAX_OWN_ENTRIES, named_by="--pronunciations")
    return words


def _print_result(spoken: _SpokenText, sink: SoundSink, *, as_json: bool) -> None:
    path = None if sink.path is None else str(sink.path)
    if as_json:
        figures = {"audio_ms": round(spoken.audio_ms, 1), "sentences": spoken.sentences, "path": path}
        click.echo(json.dumps(figures))
    elif path is not None:
        click.echo(f"{spoken.audio_ms / 1000:.1f} s of audio saved to {path}")


class _SpokenText:
    """Streams one text to a server and plays its sound; sends no further ahead than a server buffers."""

    def __init__(
        self, text: str, sink: SoundSink, pronunciations: dict[str, object], *, as_json: bool
    ) -> None:
        self._as_json = as_json
        self._text = text
        self._pronunciations = pronunciations
        self._sink = sink
        self._spoken_chars = 0
        self._has_room = asyncio.Event()
        self.audio_ms = 0.0
        self.sentences = 0
        self.failures: list[str] = []

    def failure(self) -> VoiceServerError | None:
        """What is to be said of the sentences that could not be spoken; None where all could."""
        if not self.failures:
            return None
        total = self.sentences + len(self.failures)
        failed = f"{len(self.failures)} of {total} sentences could not be spoken"
        return VoiceServerError(f"{failed}: {self.failures[0]}")

    async def run(self, server: ServerChoice, speaker: SpeakerChoice) -> None:
        """Speak all of it; returns when it has been played."""
        arguments = server.connect_arguments() | speaker.connect_arguments()
        if self._pronunciations:
            arguments["pronunciations"] = self._pronunciations
        async with (
            reachable_server(server) as url,
            connect(url, ahead_s=ahead_s_for(self._sink), **arguments) as stream,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(self._send(stream))
            tasks.create_task(self._receive(stream))
        await wait_until_played(self._sink)

    async def _send(self, stream: AsyncStream) -> None:
        for start in range(0, len(self._text), _CHUNK_CHARS):
            while start - self._spoken_chars > _MAX_AHEAD_CHARS:
                self._has_room.clear()
                await self._has_room.wait()
            await stream.send_text(self._text[start : start + _CHUNK_CHARS])
        await stream.done()

    async def _receive(self, stream: AsyncStream) -> None:
        with self._progress_bar() as bar:
            async for event in stream:
                if isinstance(event, Audio):
                    await play(self._sink, event.pcm)
                elif isinstance(event, Sentence) and event.chars is not None:
                    if bar is not None:
                        bar.update(event.chars[1] - self._spoken_chars)
                    self._spoken_chars = event.chars[1]
                    self._has_room.set()
                elif isinstance(event, TurnDone):
                    self.audio_ms, self.sentences = event.audio_ms, event.sentences
                elif isinstance(event, ErrorEvent):
                    self.failures.append(event.msg)
                elif isinstance(event, WarningEvent):
                    self._print_warning(event)

    def _print_warning(self, warning: WarningEvent) -> None:
        if self._as_json:
            told = {"type": "warning", "code": warning.code, "msg": warning.msg}
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            print_note(warning.msg)

    def _progress_bar(self) -> Any:
        """A progress bar in characters for a long text into a file, where standard error is a terminal."""
        if self._sink.path is None or len(self._text) < _CHUNK_CHARS or not sys.stderr.isatty():
            return nullcontext()
        return click.progressbar(length=len(self._text), label="speaking", file=sys.stderr)
