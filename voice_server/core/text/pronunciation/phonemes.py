"""The notation for "this word is said so" inside a segment's text: `[word](/ipa/)`.

Whoever knows how a word sounds writes it with `with_phonemes`. An engine whose capabilities say
`inline_phonemes` says the phonemes, and its word marks are for the word between the brackets; for others
`without_phonemes` leaves the word. IPA comes to engines in one form, that of espeak-ng: the sign for stress
stands before the vowel, and there are no ties and no dots between syllables.

`[docs](/api/)` is a link and no notation: that has a character between the strokes that is not in ASCII, or a
blank, which no address has. `with_phonemes` writes a blank where the phonemes have neither ("tatami").

This file is imported in the backends' environments too, so it uses the standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from voice_server.core.text.offsets import Edit, OffsetMap, rewrite
from voice_server.core.types import Span

MAX_IPA_CHARS: Final = 200
IPA_LETTERS: Final = "letters of the IPA, the signs ˈ ˌ ː, and blanks"
"""What `is_ipa` allows, for a message."""

_MARK: Final = "](/"
"""In every text that has phonemes."""
_INLINE = re.compile(r"\[(?P<word>[^\[\]]+)\]\(/(?P<ipa>(?=[^()/\[\]]*[^!-~])[^()/\[\]]+)/\)")
_IPA = re.compile("(?:[^\\W\\d_]|[\u0300-\u036f ˈˌːˑ.|‖‿˞˥-˩'’,:-])+")
_LETTERS = frozenset({"Ll", "Lu", "Lo"})
_BRACKETS = str.maketrans("[]", "  ")
_OTHER_FORMS = str.maketrans(
    {"g": "ɡ", ":": "ː", "'": "ˈ", "’": "ˈ", ",": "ˌ", **dict.fromkeys(".-|‖‿\u0361\u035c")}
)
_VOWELS = "aeiouyæøœɐɑɒɔəɘɛɜɝɚɞɤɨɪɯɵɶʉʊʌʏᵻᵊAIOQWY"
_ONE_SYLLABLE = re.compile(rf"\A([^{_VOWELS}ˈˌ]*)([{_VOWELS}][{_VOWELS}\u0300-\u036fː]*[^{_VOWELS}ˈˌ]*)\Z")
"""A word without a sign for stress, which it needs to be said as clearly as others."""
_STRESS_BEFORE_CONSONANTS = re.compile(rf"([ˈˌ])([^{_VOWELS} ˈˌ]+)(?=[{_VOWELS}])")


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part of a text, which begins at `start`: words that are said as `ipa`, or without it as they are."""

    start: int
    text: str
    ipa: str = ""


def with_phonemes(word: str, ipa: str) -> str:
    """Return `word` in the notation that has it said as `ipa`; the word begins behind the first character."""
    own = _in_one_form(ipa)
    if own.isascii() and " " not in own:
        own = f" {own}"
    return f"[{word.translate(_BRACKETS)}](/{own}/)"


def is_ipa(text: str) -> bool:
    """Whether a text can be given to `with_phonemes` as IPA: see `IPA_LETTERS`."""
    return (
        len(text) <= MAX_IPA_CHARS
        and _IPA.fullmatch(text) is not None
        and any(unicodedata.category(each) in _LETTERS for each in text)
    )


def without_phonemes(text: str) -> tuple[str, OffsetMap]:
    """Return `text` with the words alone, and the map of its offsets."""
    edits = []
    for found in _inline(text):
        edits += [Edit(found.start(), found.start("word")), Edit(found.end("word"), found.end())]
    return rewrite(text, edits)


def phoneme_places(text: str) -> list[Span]:
    """Return where words with their phonemes stand in `text`, notation included."""
    return [found.span() for found in _inline(text)]


def silent_places(text: str) -> list[Span]:
    """Return which parts of `text` are no words that are said: the phonemes with the signs round them."""
    return [(found.end("word"), found.end()) for found in _inline(text)]


def parts_of(text: str) -> list[TextPart]:
    """Return the parts of `text` in order: words with phonemes, without the notation, and what is between."""
    parts, at = [], 0
    for found in _inline(text):
        if at < found.start():
            parts.append(TextPart(at, text[at : found.start()]))
        parts.append(TextPart(found.start("word"), found["word"], found["ipa"].strip()))
        at = found.end()
    if at < len(text):
        parts.append(TextPart(at, text[at:]))
    return parts


def _inline(text: str) -> Iterator[re.Match[str]]:
    return _INLINE.finditer(text) if _MARK in text else iter(())


def _in_one_form(ipa: str) -> str:
    plain = unicodedata.normalize("NFC", ipa).translate(_OTHER_FORMS)
    words = (_ONE_SYLLABLE.sub(r"\1ˈ\2", word) for word in plain.split())
    return _STRESS_BEFORE_CONSONANTS.sub(r"\2\1", " ".join(words))
