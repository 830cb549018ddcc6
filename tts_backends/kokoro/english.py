"""English when the spaCy model that misaki wants cannot be had.

misaki looks up words with their part of speech. In place of the trained tagger stands a table of the few
words whose sound depends on it most, so that "a" is not read as the letter, and of the punctuation, which
makes the pauses.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import spacy
from spacy.language import Language
from spacy.tokens import Doc

MODEL = "en_core_web_sm"
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


def is_complete() -> bool:
    """Whether the trained tagger is installed."""
    return bool(spacy.util.is_package(MODEL))


@contextmanager
def without_model() -> Iterator[None]:
    """Have misaki take the table for its model, and download nothing."""
    print(f"the spaCy model {MODEL} is not installed: some English words sound wrong", file=sys.stderr)
    with (
        mock.patch.object(spacy.util, "is_package", return_value=True),
        mock.patch.object(spacy, "load", side_effect=lambda _name, **_options: _pipeline()),
    ):
        yield


def _pipeline() -> Language:
    if not Language.has_factory(_TAGGER):
        Language.component(_TAGGER, func=_tag)
    pipeline = spacy.blank("en")
    pipeline.add_pipe(_TAGGER)
    return pipeline


def _tag(document: Doc) -> Any:
    for token in document:
        token.tag_ = "CD" if token.like_num else _TAGS.get(token.text.lower(), "NN")
    return document
