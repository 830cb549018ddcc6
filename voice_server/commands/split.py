"""`voice-server split`: the sentences that the server would speak, their offsets, and why they end there."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import json_option
from voice_server.core.text.splitting.splitter import Piece, Splitter, SplitterOptions
from voice_server.errors import RequestError

_CHUNK_BYTES = 4096


@click.command(cls=CliCommand)
@click.argument("file", metavar="FILE|-")
@click.option(
    "--language", "--lang", metavar="TAG", help="The text's language, for example de; guessed when not given."
)
@click.option("--early", is_flag=True, help="Let the first piece end at a clause, as the server does.")
@click.option("--explain", is_flag=True, help="Say for each sentence why it ends there, and its language.")
@json_option
def split(*, file: str, language: str | None, early: bool, explain: bool, as_json: bool) -> None:
    """Print the sentences of FILE, or of standard input for "-", with their offsets in characters."""
    options = SplitterOptions(language=language, first_piece="clause" if early else "sentence")
    for piece in pieces_of(chunks_of(file), options):
        click.echo(json.dumps(piece._asdict(), ensure_ascii=False) if as_json else piece_row(piece))
        if explain and not as_json:
            click.echo(f"{'':>13}  ↳ {piece.reason} ({piece.language})")


def pieces_of(chunks: Iterator[str], options: SplitterOptions) -> Iterator[Piece]:
    """Yield the pieces of a text that comes in chunks, each as soon as it is certain."""
    splitter = Splitter(options)
    for chunk in chunks:
        yield from splitter.feed(chunk)
    yield from splitter.finish()


def chunks_of(file: str) -> Iterator[str]:
    """Yield a file's text, or that of standard input for "-", verbatim; RequestError if it cannot be read."""
    try:
        with click.open_file(file, "rb") as source:
            yield from codecs.iterdecode(iter(lambda: source.read(_CHUNK_BYTES), b""), "utf-8")
    except UnicodeDecodeError:
        raise RequestError(f"{file} is no text in UTF-8; convert it first") from None
    except OSError as error:
        raise RequestError(
            f"cannot read {file}: {error.strerror}; give a text file, or - for input"
        ) from None


def piece_row(piece: Piece) -> str:
    """Return a piece as one row: its offsets and its text, with ⏎ for a line break."""
    text = piece.text.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎")
    return f"{piece.start:>6}–{piece.end:<6}  {text}"
