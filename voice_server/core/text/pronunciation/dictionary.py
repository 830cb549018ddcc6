"""Words that are said otherwise than an engine would read them: found in a text, longest phrase first.

A word of the dictionary is found as a whole word: not inside a longer one, nor beside a dot within a name
("Node.js", "3.14"); but in a compound with hyphens, before a possessive 's, and, in languages that are
written without spaces, anywhere. Laws: time is linear in the text, whatever the number of entries; what was
found once is not looked at again; offsets are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

import regex

from voice_server.core.text.offsets import Edit
from voice_server.core.text.pronunciation.entries import Entries, Entry, Said
from voice_server.core.text.pronunciation.phonemes import phoneme_places, with_phonemes

_FREE: Final = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts whose words are not parted by spaces, or have particles behind them."""
_LETTER: Final = rf"[[\p{{L}}\p{{M}}_]--[{_FREE}]]"
_JOINED: Final = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{_FREE}]]"
_compile = partial(regex.compile, flags=regex.V1)

_TOKEN = _compile(rf"{_JOINED}++|\S")
_INSIDE: Final = (
    rf"(?<={_JOINED})(?={_JOINED})"
    r"|(?=[\p{M}\u200c\u200d])|(?<=[\u200c\u200d])"
    rf"|(?<={_LETTER})(?=\.{_LETTER})|(?<={_LETTER}\.)(?={_LETTER})"
    r"|(?<=\p{N})(?=[.,]\p{N})|(?<=\p{N}[.,])(?=\p{N})"
)
_INSIDE_WORD = _compile(_INSIDE)
"""Matches between two characters that no word ends between (after Unicode's annex 29, section 4)."""
_INSIDE_ENGLISH_WORD = _compile(
    rf"{_INSIDE}|(?<={_LETTER})(?='{_LETTER})(?!'s(?!{_JOINED}))|(?<={_LETTER}')(?={_LETTER})"
)
"""In other languages an apostrophe parts words: "l'eau", "dell'arte"."""
_POSSESSIVE = _compile(rf"['’][sS](?!{_JOINED})")
_SIBILANTS: Final = tuple("szʃʒʂʐɕʑ")
_VOICELESS: Final = tuple("ptkfθ")


_Variants = list[tuple[str, Entry]]
"""The entries of words that only case tells apart, each with its word as it is written."""


class _WordIndex:
    """The variants of each word, and how long those are that begin with a token; words without case."""

    __slots__ = ("lengths", "variants")

    def __init__(self, entries: Entries) -> None:
        self.variants: dict[str, _Variants] = {}
        self.lengths: dict[str, set[int]] = {}
        for word, each in entries.items():
            folded = _folded(word)
            self.variants.setdefault(folded, []).extend((_plain(word), entry) for entry in each)
            first = _TOKEN.match(folded)
            assert first is not None
            self.lengths.setdefault(first[0], set()).add(len(folded))


class PronunciationDictionary:
    """How words are said; those of `base` where it has none of its own.

    Equal are two with equal words over the same base, and a dictionary without a base only to itself.
    `layers` hold its own words and those of all bases.
    """

    __slots__ = ("_base", "_entries", "layers")

    def __init__(self, entries: Entries, base: PronunciationDictionary | None = None) -> None:
        self._base = base
        self._entries = entries
        self.layers: tuple[_WordIndex, ...] = (
            _WordIndex(entries),
            *(base.layers if base is not None else ()),
        )

    def __len__(self) -> int:
        """How many words and phrases there are."""
        return len(self._entries) + (0 if self._base is None else len(self._base))

    def __eq__(self, other: object) -> bool:
        if self is other or not isinstance(other, PronunciationDictionary) or self._base is None:
            return self is other
        return self._base is other._base and self._entries == other._entries

    def __hash__(self) -> int:
        return hash((id(self if self._base is None else self._base), len(self._entries)))

    def over(self, base: PronunciationDictionary) -> PronunciationDictionary:
        """The same own words over another base."""
        if self._base is None or self._base is base:
            return self if self._base is base else base
        return PronunciationDictionary(self._entries, base)

    def edits(self, text: str, *, language: str, backend: str, says_phonemes: bool) -> list[Edit]:
        """Return what to write in `text` for its words, for a backend in a language (BCP 47).

        That is `[word](/ipa/)` where the backend says phonemes, or where there is no respelling.
        """
        if not len(self):
            return []
        is_english = _serves("en", language.lower())
        edits: list[Edit] = []
        for start, end, entry in self._found(text, language.lower(), backend):
            if edits and start < edits[-1].end:
                continue  # of a possessive
            said = _said(entry, backend, says_phonemes)
            if said.ipa is None:
                edits.append(Edit(start, end, said.say or ""))
                continue
            ipa, possessive = said.ipa, _POSSESSIVE.match(text, end) if is_english else None
            if possessive is not None:
                ipa += _possessive_sound(ipa)
            until = end if possessive is None else possessive.end()
            edits.append(Edit(start, until, with_phonemes(text[start:until], ipa)))
        return edits

    def _found(self, text: str, language: str, backend: str) -> Iterator[tuple[int, int, Entry]]:
        """Where words of the dictionary stand, in order, and how they are said."""
        inside = _INSIDE_ENGLISH_WORD if _serves("en", language) else _INSIDE_WORD
        folded = _folded(text)
        done = 0
        taken = iter(phoneme_places(text))
        notation = next(taken, None)
        for token in _TOKEN.finditer(folded):
            start = token.start()
            if notation is not None and start >= notation[0]:
                done = max(done, notation[1])
                notation = next(taken, None)
            if start < done:
                continue
            limit = len(text) if notation is None else notation[0]
            for length, variants in self._candidates(token[0], folded, start):
                end = start + length
                if end > limit or inside.match(folded, start) or inside.match(folded, end):
                    continue
                entry = _best(variants, text[start:end], language, backend)
                if entry is not None:
                    yield start, end, entry
                    done = end
                    break

    def _candidates(self, token: str, folded: str, start: int) -> Iterator[tuple[int, _Variants]]:
        """The variants of what begins with a token, longest first, and of the same word its own first."""
        layers = [layer for layer in self.layers if token in layer.lengths]
        for length in sorted({each for layer in layers for each in layer.lengths[token]}, reverse=True):
            written = folded[start : start + length]
            for layer in layers:
                if written in layer.variants:
                    yield length, layer.variants[written]


NO_PRONUNCIATIONS: Final = PronunciationDictionary({})
"""The dictionary without words."""


def _best(variants: list[tuple[str, Entry]], written: str, language: str, backend: str) -> Entry | None:
    """Of the entries of a word the one that fits, first by language, then by case; later ones are better."""
    fitting = [
        (len(entry.language), entry.case, number)
        for number, (word, entry) in enumerate(variants)
        if _serves(entry.language.lower(), language)
        and (not entry.case or word == _plain(written))
        and (backend in entry.backends or entry.say is not None or entry.ipa is not None)
    ]
    return variants[max(fitting)[2]][1] if fitting else None


def _serves(wanted: str, language: str) -> bool:
    return not wanted or language == wanted or language.startswith(wanted + "-")


def _said(entry: Entry, backend: str, says_phonemes: bool) -> Said:
    """The respelling or the IPA for a backend; IPA that it cannot say only if there is nothing else."""
    ways = [each for each in (entry.backends.get(backend), entry) if each is not None]
    for way in ways:
        if way.ipa is not None and says_phonemes:
            return Said(ipa=way.ipa)
        if way.say is not None:
            return Said(say=way.say)
    return Said(ipa=next((way.ipa for way in ways if way.ipa is not None), None))


def _possessive_sound(ipa: str) -> str:
    """How the English 's behind a word with this sound is said."""
    last = ipa.rstrip(" ː:.ˑ")
    if last.endswith(_SIBILANTS):
        return "ɪz"
    return "s" if last.endswith(_VOICELESS) else "z"


def _plain(text: str) -> str:
    """The text with one form of blanks and apostrophes, as long as before."""
    return text.translate(_ONE_FORM)


_ONE_FORM: Final = str.maketrans("\t\n\r\u00a0’", "    '")


def _folded(text: str) -> str:
    """The text without case, character by character, so that it is as long as before."""
    plain = _plain(text)
    folded = plain.casefold()
    if len(folded) == len(plain):
        return folded
    return "".join(each if len(each.casefold()) != 1 else each.casefold() for each in plain)
