"""`voice-server split`: the sentences that the server would speak, their offsets, and why they end there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import get_args

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import encoding_option, json_option, text_option
from voice_server.commands.shared.text_input import decoded_argument, text_chunks
from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.speech.segments import new_segments
from voice_server.core.speech.speech_settings import DEFAULT_CODE, SpeechSettings
from voice_server.core.text.filtering.text_filter import CodePolicy
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import NORMALIZED_KINDS
from voice_server.errors import ConfigError


@click.command(cls=CliCommand)
@click.argument("file", required=False, metavar="[FILE|-]")
@text_option()
@encoding_option
@click.option(
    "--language", "--lang", metavar="TAG", help="The text's language, for example de; guessed when not given."
)
@click.option("--early", is_flag=True, help="Let the first piece end at a clause, as the server does.")
@click.option(
    "--code",
    type=click.Choice(get_args(CodePolicy)),
    default=DEFAULT_CODE,
    show_default=True,
    help="What is said of blocks of code: that there is one, nothing, or the code.",
)
@click.option("--spoken", is_flag=True, help="Say for each sentence what an engine is given to speak.")
@click.option("--explain", is_flag=True, help="Say for each sentence why it ends there, and its language.")
@json_option
def split(
    *,
    file: str | None,
    text: str | None,
    encoding: str | None,
    language: str | None,
    early: bool,
    code: CodePolicy,
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
        code=code,
        normalized_kinds=NORMALIZED_KINDS,
        spoken_language=language,
    )
    for piece in pieces_of(chunks, settings):
        if as_json:
            said = {"spoken": spoken_text(piece, settings)} if spoken else {}
            click.echo(json.dumps(piece._asdict() | said, ensure_ascii=False))
            continue
        click.echo(piece_row(piece))
        if spoken:
            click.echo(f"{'':>13}  » {spoken_text(piece, settings) or '(nothing)'}")
        if explain:
            click.echo(f"{'':>13}  ↳ {piece.reason} ({piece.language})")


def pieces_of(chunks: Iterator[str], settings: SpeechSettings) -> Iterator[Piece]:
    """Yield the pieces of a text that comes in chunks, each when it is certain, where it was typed."""
    text = IncomingText(settings)
    for chunk in chunks:
        yield from (_as_typed(text, piece) for piece in text.push(chunk, 0.0))
    yield from (_as_typed(text, piece) for piece in text.finish())


def _as_typed(text: IncomingText, piece: Piece) -> Piece:
    (start, end), _ = text.typed_place(piece)
    return piece._replace(start=start, end=end)


def spoken_text(piece: Piece, settings: SpeechSettings) -> str:
    """What an engine that normalizes nothing itself is given for a piece; "" where nothing is said."""
    return " ".join(each.segment.text for each in new_segments(0, piece, settings, 0.0))


def piece_row(piece: Piece) -> str:
    """Return a piece as one row: its offsets and its text, with ⏎ for a line break."""
    text = piece.text.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎")
    return f"{piece.start:>6}–{piece.end:<6}  {text}"
