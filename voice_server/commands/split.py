"""`voice-server split`: the sentences that the server would speak, their offsets, and why they end there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import encoding_option, json_option, text_option
from voice_server.commands.shared.text_input import decoded_argument, text_chunks
from voice_server.core.text.splitting.splitter import Piece, Splitter, SplitterOptions
from voice_server.errors import ConfigError


@click.command(cls=CliCommand)
@click.argument("file", required=False, metavar="[FILE|-]")
@text_option()
@encoding_option
@click.option(
    "--language", "--lang", metavar="TAG", help="The text's language, for example de; guessed when not given."
)
@click.option("--early", is_flag=True, help="Let the first piece end at a clause, as the server does.")
@click.option("--explain", is_flag=True, help="Say for each sentence why it ends there, and its language.")
@json_option
def split(
    *,
    file: str | None,
    text: str | None,
    encoding: str | None,
    language: str | None,
    early: bool,
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
    options = SplitterOptions(language=language, first_piece="clause" if early else "sentence")
    for piece in pieces_of(chunks, options):
        click.echo(json.dumps(piece._asdict(), ensure_ascii=False) if as_json else piece_row(piece))
        if explain and not as_json:
            click.echo(f"{'':>13}  ↳ {piece.reason} ({piece.language})")


def pieces_of(chunks: Iterator[str], options: SplitterOptions) -> Iterator[Piece]:
    """Yield the pieces of a text that comes in chunks, each as soon as it is certain."""
    splitter = Splitter(options)
    for chunk in chunks:
        yield from splitter.feed(chunk)
    yield from splitter.finish()


def piece_row(piece: Piece) -> str:
    """Return a piece as one row: its offsets and its text, with ⏎ for a line break."""
    text = piece.text.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎")
    return f"{piece.start:>6}–{piece.end:<6}  {text}"
