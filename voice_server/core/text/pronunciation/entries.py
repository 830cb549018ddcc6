"""What may stand in a pronunciation dictionary, and how it is read from a file or a request.

A dictionary maps words or phrases to how they are said: a respelling alone, the fields of one entry, or a
list of entries that differ in language or case. A mistake is one sentence that names the entry and what is
allowed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from voice_server.core.text.pronunciation.phonemes import IPA_LETTERS, MAX_IPA_CHARS, is_ipa
from voice_server.errors import RequestError, UnknownName

MAX_WORD_CHARS: Final = 100
MAX_SAY_CHARS: Final = 200
MAX_OWN_ENTRIES: Final = 100
"""How many words a request may bring."""
MAX_ENTRIES: Final = 10_000
"""How many words a file may have."""


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How a word is said: respelled as `say`, by its sounds as `ipa`, or either, as the engine can."""

    say: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SAY_CHARS)] | None = None
    ipa: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_IPA_CHARS)] | None = None


class Entry(Said, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How a word is said in a language ("" for all; "en" is "en-GB" too) and, with `case`, written just so.

    `backends` says it otherwise for single backends.
    """

    language: str = ""
    case: bool = False
    backends: dict[str, Said] = {}


Entries = Mapping[str, tuple[Entry, ...]]
"""Words and phrases, with one blank between two words, and how each is said."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_FIELDS: Final = Entry.__struct_fields__
_ALLOWED: Final = "a respelling, or a mapping with say or ipa, and perhaps backends, language and case"


def read_entries(
    raw: Mapping[Any, object], *, most: int, where: str = "pronunciations"
) -> dict[str, tuple[Entry, ...]]:
    """Return the entries that a mapping, as JSON or YAML give it, holds.

    Raises RequestError for a mistake: one sentence that begins with `where` they stand.
    """
    try:
        return _read_entries(raw, most)
    except RequestError as error:
        raise RequestError(f"{where}: {error.message}", code=error.code) from None


def _read_entries(raw: Mapping[Any, object], most: int) -> dict[str, tuple[Entry, ...]]:
    if len(raw) > most:
        raise _wrong(f"at most {most} words may have a pronunciation, not {len(raw)}")
    entries: dict[str, tuple[Entry, ...]] = {}
    for word, value in raw.items():
        if not isinstance(word, str):
            raise _wrong(f"the word {word!r} must be a text: 42, null, yes and no stand in quotes")
        name = " ".join(unicodedata.normalize("NFC", word).split())
        if not 1 <= len(name) <= MAX_WORD_CHARS:
            shown = f"{name[:40]!r}, which has {len(name)}"
            raise _wrong(f"a word or phrase must have 1 to {MAX_WORD_CHARS} characters, not {shown}")
        entries[name] = (*entries.get(name, ()), *_entries_of(name, value))
    return entries


def _entries_of(word: str, value: object) -> tuple[Entry, ...]:
    values = value if isinstance(value, list) and value else [value]
    return tuple(_entry(word, each) for each in values)


def _entry(word: str, value: object) -> Entry:
    if isinstance(value, str):
        value = {"say": value}
    if not isinstance(value, dict):
        raise _wrong(f"{word!r} must be {_ALLOWED}, not {_shown(value)}")
    _check_fields(word, value, _FIELDS)
    backends = value.get("backends")
    if isinstance(backends, dict):
        said = {name: {"say": each} if isinstance(each, str) else each for name, each in backends.items()}
        value = {**value, "backends": said}
        for name, each in said.items():
            if isinstance(each, dict):
                _check_fields(f"{word}: backends.{name}", each, Said.__struct_fields__)
    try:
        entry = msgspec.convert(value, Entry)
    except msgspec.ValidationError as error:
        what, _, where = str(error).replace("`", "").partition(" - at ")
        field = where.removeprefix("$").removeprefix(".") or "it"
        raise _wrong(f"{word!r}: {field}: {what[0].lower()}{what[1:]}") from None
    _check_said(word, entry)
    return entry


def _check_fields(word: str, fields: Mapping[Any, object], allowed: tuple[str, ...]) -> None:
    for name in fields:
        if name not in allowed:
            raise _wrong(f"{word!r}: {UnknownName('key', str(name), allowed).message}")


def _check_said(word: str, entry: Entry) -> None:
    if entry.language and not _LANGUAGE.fullmatch(entry.language):
        raise _wrong(f"{word!r}: language must be a tag such as en or pt-BR, not {entry.language[:40]!r}")
    every = [(word, entry), *((f"{word}: backends.{name}", said) for name, said in entry.backends.items())]
    for name, said in every:
        is_needed = said is not entry or not entry.backends
        if is_needed and said.say is None and said.ipa is None:
            raise _wrong(f"{name!r} must have say (a respelling) or ipa")
        if said.say is not None and not said.say.strip():
            raise _wrong(f"{name!r}: say must have something in it beside blanks")
        if said.ipa is not None and not is_ipa(said.ipa):
            raise _wrong(f"{name!r}: ipa must be {IPA_LETTERS}, not {said.ipa[:40]!r}")


def _shown(value: object) -> str:
    return repr(value)[:40]


def _wrong(sentence: str) -> RequestError:
    return RequestError(sentence, code="invalid_pronunciation")
