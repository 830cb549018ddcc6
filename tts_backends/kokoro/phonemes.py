"""Text to phonemes, in pieces that the model takes, each phoneme traced to the word it belongs to.

misaki does the reading, one reader per language, made when it is first spoken. The model takes 510 phonemes
at once; a longer text is cut here, at a pause where there is one, and nothing is ever left out.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import Any

from voice_server.worker.api import cache_folder, parts_of, silent_places

from .inline import in_own_phonemes, phonemes_from_ipa
from .stand_ins import stand_ins

MOST_PHONEMES = 510
_PAUSES = ("!.?…", ":;", ",—")
_WORD = re.compile(r"\S*\w\S*")
_ESPEAK_LANGUAGES = {"e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br"}
_LINE_BREAKS = re.compile(r"[\r\n]")
_MAKING = Lock()


@dataclass(frozen=True, slots=True)
class Token:
    """Phonemes that belong together; `word` is their place in the text, None for punctuation."""

    phonemes: str
    word: tuple[int, int] | None = None
    space: str = ""


def tokens_of(text: str, language: str) -> list[Token]:
    """Read `text` in the language of this letter."""
    # espeak takes no notice of the marks that end sentences in Hindi.
    text = _LINE_BREAKS.sub(" ", text).replace("।", ".").replace("॥", ".")
    if language in "ab":
        return list(_english(text, _converter(language)(in_own_phonemes(text, language))[1]))
    tokens: list[Token] = []
    for part in parts_of(text):
        if part.ipa:
            place = (part.start, part.start + len(part.text))
            tokens.append(Token(phonemes_from_ipa(part.ipa, language), place, " "))
        else:
            tokens += (_later(token, part.start) for token in _other_tokens(part.text, language))
    return tokens


def _other_tokens(text: str, language: str) -> list[Token]:
    """Text without phonemes of its own in a language other than English."""
    convert = _converter(language)
    words = _words(text, language)
    groups = convert(text)[0].split()
    counts = [1] * len(words)
    if len(groups) != len(words):
        counts = [len(convert(text[slice(*word)])[0].split()) for word in words]
    return list(_assigned(groups, words, counts))


def _later(token: Token, characters: int) -> Token:
    """The same token, so many characters later in the text."""
    if token.word is None:
        return token
    start, end = token.word
    return replace(token, word=(start + characters, end + characters))


def pieces_of(tokens: Iterable[Token], known: Container[str]) -> Iterator[list[Token]]:
    """Cut what was read into pieces of at most 510 phonemes, all of which the model knows."""
    waiting: list[Token] = []
    for token in tokens:
        spoken = "".join(phoneme for phoneme in token.phonemes if phoneme in known)
        for start in range(0, len(spoken) or 1, MOST_PHONEMES):
            waiting.append(Token(spoken[start : start + MOST_PHONEMES], token.word, token.space))
            while len(phonemes_of(waiting)) > MOST_PHONEMES:
                cut = _pause(waiting[:-1])
                yield waiting[:cut]
                waiting = waiting[cut:]
    if phonemes_of(waiting):
        yield waiting


def phonemes_of(tokens: Iterable[Token]) -> str:
    """What the model is given."""
    return "".join(token.phonemes + token.space for token in tokens).strip()


def _pause(tokens: list[Token]) -> int:
    """How many tokens to speak first: up to the strongest pause in the second half, else all."""
    for marks in _PAUSES:
        for index in range(len(tokens) - 1, len(tokens) // 2, -1):
            if tokens[index].phonemes[-1:] in marks and tokens[index].phonemes:
                return index + 1
    return len(tokens)


def prepare(language: str) -> None:
    """Make the reader of this letter's language, which takes a second for English; from any thread."""
    _converter(language)


def _converter(language: str) -> Callable[[str], tuple[str, Any]]:
    with _MAKING, stand_ins():
        return _made(language)


@cache
def _made(language: str) -> Callable[[str], tuple[str, Any]]:
    # Imported here, since each takes time that speakers of other languages need not wait.
    if language in "ab":
        from .english import EnglishReader  # noqa: PLC0415

        return EnglishReader(british=language == "b")
    if language == "j":
        from misaki.ja import JAG2P  # noqa: PLC0415

        return JAG2P()  # type: ignore[no-any-return]
    if language == "z":
        import jieba  # noqa: PLC0415
        from misaki.zh import ZHG2P  # noqa: PLC0415

        # By default its dictionary lies where other users could put theirs, and it tells how long it takes.
        folder = cache_folder() / "kokoro"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        jieba.dt.tmp_dir = str(folder)
        jieba.setLogLevel(logging.WARNING)
        return ZHG2P(version=None)  # type: ignore[no-any-return]
    from misaki.espeak import EspeakG2P  # noqa: PLC0415

    return EspeakG2P(language=_ESPEAK_LANGUAGES[language])  # type: ignore[no-any-return]


def _english(text: str, tokens: Iterable[Any]) -> Iterator[Token]:
    position = 0
    # Where words with phonemes end, and where the notation of their phonemes does.
    notation_ends = dict(silent_places(text))
    for token in tokens:
        start = text.find(token.text, position)
        # A sign that is spoken is a word too.
        is_word = start >= 0 and any(map(str.isalnum, token.text + (token.phonemes or "")))
        if start >= 0:
            position = start + len(token.text)
            position = notation_ends.get(position, position)
        word = (start, start + len(token.text)) if is_word else None
        yield Token(token.phonemes or "", word, " " if token.whitespace else "")


def _words(text: str, language: str) -> list[tuple[int, int]]:
    if language not in "jz":
        return [found.span() for found in _WORD.finditer(text)]
    words, position = [], 0
    for word in _parted(text, language):
        if any(map(str.isalnum, word)):
            words.append((position, position + len(word)))
        position += len(word)
    return words


def _parted(text: str, language: str) -> Iterable[str]:
    if language == "j":
        return re.findall(r"\w+|\W+", text)
    import jieba  # noqa: PLC0415 - made ready with the reader

    return jieba.cut(text)  # type: ignore[no-any-return]


def _assigned(groups: list[str], words: list[tuple[int, int]], counts: list[int]) -> Iterator[Token]:
    """Give every word as many groups as it makes alone, in proportion if that is not all."""
    total, taken, given = sum(counts) or 1, 0, 0
    for word, count in zip(words, counts, strict=True):
        taken += count
        until = round(len(groups) * taken / total)
        yield Token(" ".join(groups[given:until]), word if until > given else None, " ")
        given = until
    if groups[given:]:
        yield Token(" ".join(groups[given:]))
