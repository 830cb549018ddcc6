"""`voice-server split`: the sentences that the server would speak, their offsets, and why they end there."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    encoding_option,
    json_option,
    reading_options,
    text_option,
)
from voice_server.commands.shared.text_input import decoded_argument, text_chunks
from voice_server.core.options import chosen_kinds
from voice_server.core.speech.changes import Change, spoken_sentences
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.types import JsonObject
from voice_server.errors import ConfigError


@click.command(cls=CliCommand)
@click.argument("file", required=False, metavar="[FILE|-]")
@text_option()
@encoding_option
@click.option(
    "--language", "--lang", metavar="TAG", help="The text's language, for example de; guessed when not given."
)
@click.option("--early", is_flag=True, help="Let the first piece end at a clause, as the server does.")
@reading_options
@click.option(
    "--spoken",
    is_flag=True,
    help="Say for each sentence what an engine is given to speak, and which rule changed what.",
)
@click.option("--explain", is_flag=True, help="Say for each sentence why it ends there, and its language.")
@json_option
def split(
    *,
    file: str | None,
    text: str | None,
    encoding: str | None,
    language: str | None,
    early: bool,
    reading: JsonObject,
    spoken: bool,
    explain: bool,
    as_json: bool,
) -> None:
    """Print the sentences of FILE, of standard input for "-", or of --text, with their offsets."""
    if file is not None and text is None:
        chunks = text_chunks(file, encoding)
    elif text is not None and file is None:
        chunks = iter([decoded_argument(text, encoding)])
    else:
        raise ConfigError("give one text: a FILE, - for standard input, or --text")
    settings = SpeechSettings(
        backend="",
        voice="",
        language=language,
        first_segment="clause" if early else "sentence",
        markup="ssml" if reading.pop("ssml", False) else "strip",
        normalized_kinds=chosen_kinds(reading.pop("normalize", True)),
        **reading,
        spoken_language=language,
    )
    for sentence in spoken_sentences(chunks, settings):
        piece = sentence.piece._replace(start=sentence.start, end=sentence.end)
        if as_json:
            said = {"spoken": sentence.spoken, "changes": list(map(asdict, sentence.changes))}
            click.echo(json.dumps(piece._asdict() | (said if spoken else {}), ensure_ascii=False))
            continue
        click.echo(row(piece.start, piece.end, piece.text))
        if spoken:
            click.echo(f"{'':>13}  » {sentence.spoken or '(nothing)'}")
            for change in sentence.changes:
                click.echo(row(change.start, change.end, f"    {change_as_text(change)}"))
        if explain:
            click.echo(f"{'':>13}  ↳ {piece.reason} ({piece.language})")


def change_as_text(change: Change) -> str:
    """What a rule made of what was written, as one line."""
    became = f' → "{change.said}"' if change.said else " left out"
    return f'"{change.written}"{became} ({change.rule})'


def row(start: int, end: int, text: str) -> str:
    """Return offsets and a text as one row, with ⏎ for a line break."""
    text = text.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎")
    return f"{start:>6}–{end:<6}  {text}"
