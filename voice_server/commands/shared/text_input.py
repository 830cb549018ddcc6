"""The text of a command: its arguments, a file or standard input, in UTF-8 or the encoding that was named.

Every `say` imports this file and must start fast: the standard library only, and little of it.
"""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from voice_server.commands.shared.os_errors import reason_of
from voice_server.errors import ConfigError

STANDARD_INPUT = "-"
_UTF_8 = "utf-8"
_BYTE_ORDER_MARK = "\ufeff"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ESCAPED_BYTES = range(0xDC80, 0xDD00)  # what Python puts in place of an argument's bytes that are no UTF-8
_CHUNK_CHARS = 4096


def given_text(
    words: Sequence[str], text: str | None, file: str | None = None, encoding: str | None = None
) -> str | None:
    """Return the one text that was given: as words, with --text, or as a file; None where none was.

    A single word "-" is standard input. Raises ConfigError, also for a second text and for an empty one.
    """
    given = [each for each in (" ".join(words) if words else None, text, file) if each is not None]
    if len(given) > 1:
        raise ConfigError("give one text: as an argument, with --text, or as a file")
    if not given:
        return None
    if file is not None or (text is None and given == [STANDARD_INPUT]):
        return read_text(given[0], encoding)
    return _with_content(decoded_argument(given[0], encoding))


def read_text(file: str, encoding: str | None = None) -> str:
    """Return the text of a file, or of standard input for "-". Raises ConfigError."""
    return _with_content("".join(_read(file, encoding, io.TextIOWrapper.read, newline=None)))


def text_chunks(file: str, encoding: str | None = None) -> Iterator[str]:
    """Yield a file's text, or standard input's for "-", verbatim and as it comes. Raises ConfigError."""
    return _read(file, encoding, lambda source: source.read(_CHUNK_CHARS), newline="")


def input_lines(encoding: str | None = None) -> Iterator[str]:
    """Yield the lines of standard input, each as soon as it has come. Raises ConfigError."""
    return _read(STANDARD_INPUT, encoding, io.TextIOWrapper.readline, newline=None)


def decoded_argument(argument: str, encoding: str | None = None) -> str:
    """Return an argument as text; its bytes that are no UTF-8 are decoded. Raises ConfigError."""
    if not any(ord(character) in _ESCAPED_BYTES for character in argument):
        return argument
    with _errors_in_one_sentence("the argument", encoding):
        return argument.encode(sys.getfilesystemencoding(), "surrogateescape").decode(
            known_encoding(encoding)
        )


def _with_content(text: str) -> str:
    if not text.strip():
        raise ConfigError("there is no text to speak")
    return text


def _read(
    file: str, encoding: str | None, read: Callable[[io.TextIOWrapper], str], *, newline: str | None
) -> Iterator[str]:
    """Yield what `read` returns until the text ends, without a byte order mark."""
    name = "standard input" if file == STANDARD_INPUT else repr(file)
    known = known_encoding(encoding)
    with _errors_in_one_sentence(name, encoding):
        source = io.TextIOWrapper(_opened(file), known, newline=newline)
    try:
        is_first = True
        while True:
            with _errors_in_one_sentence(name, encoding):
                piece = read(source)
            if not piece:
                return
            if encoding is None and (guess := _utf_16_without_mark(piece)):
                raise _wrong_encoding(name, encoding, guess)
            yield piece.removeprefix(_BYTE_ORDER_MARK) if is_first else piece
            is_first = False
    finally:
        if file == STANDARD_INPUT:
            source.detach()  # it stays open
        else:
            source.close()


def _opened(file: str) -> BinaryIO:
    return sys.stdin.buffer if file == STANDARD_INPUT else open(file, "rb")  # noqa: PTH123 - closed above


def known_encoding(encoding: str | None) -> str:
    """Return the name of an encoding that text can be in; UTF-8 for None. Raises ConfigError."""
    name = _UTF_8 if encoding is None else encoding
    try:
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise ConfigError(f"there is no encoding {name[:40]!r}; {_EXAMPLES}") from None
    return name


_EXAMPLES = "there are utf-8, utf-16, cp1252, latin-1, shift_jis, gb18030 and many others"


@contextmanager
def _errors_in_one_sentence(name: str, encoding: str | None) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        is_utf_16 = error.start == 0 and error.object.startswith(_UTF_16_MARKS)
        raise _wrong_encoding(name, encoding, "utf-16" if is_utf_16 else None) from None
    except OSError as error:
        raise ConfigError(f"cannot read {name}: {reason_of(error)}") from None


def _wrong_encoding(name: str, encoding: str | None, guess: str | None) -> ConfigError:
    expected = "UTF-8" if encoding is None else encoding
    if guess is None or guess == encoding:
        return ConfigError(
            f"{name} is not {expected} text; say what it is with --encoding, for example --encoding cp1252"
        )
    return ConfigError(f"{name} is not {expected} text but looks like UTF-16; try --encoding {guess}")


def _utf_16_without_mark(text: str) -> str | None:
    """Which UTF-16 a text is that was read as UTF-8: every second byte of Latin letters is zero."""
    if text.count("\0") * 3 < len(text):
        return None
    return "utf-16-be" if text[0] == "\0" else "utf-16-le"
