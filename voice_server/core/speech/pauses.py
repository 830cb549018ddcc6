"""How long the silence between two parts of a text is: one rhythm, whatever engine speaks.

Engines' own silence is cut at the edges of a render (`worker/edge_trimmer.py`), and inside a render it is the
engine's. So the server decides between what it has parted itself: sentences, clauses, paragraphs, list items.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from voice_server.core.text.splitting import marks
from voice_server.core.text.splitting.clauses import CLAUSE_MARK
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import BYTES_PER_SAMPLE, MAX_PAUSE_MS, SAMPLE_RATE_HZ

PauseMs = Annotated[float, msgspec.Meta(ge=0, le=MAX_PAUSE_MS)]

_LIST_ITEM = re.compile(
    rf"(?:[-*+{re.escape(marks.BULLETS)}‣·]|[(\[]?(?:\d{{1,3}}|[A-Za-z]|[ivx]{{2,5}})[.)\]])\s"
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
CUT_BY_DIRECTIVE = "directive"
"""The reason of a piece that ends inside a sentence, because another style or a pause was asked for."""
_CUT_INSIDE = ("over-long", "first piece", CUT_BY_DIRECTIVE)
"""How reasons begin where a cut is inside a sentence."""
_ENDS_SENTENCE = frozenset(
    marks.FULL_STOPS + marks.QUESTION_AND_EXCLAMATION_MARKS + marks.ELLIPSES + marks.UNAMBIGUOUS_STOPS
)
_NEXT_LIST_ITEM = "next list item"
"""Its reason between two items on one line."""


class Pauses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Silence between two parts of a text in milliseconds, at the voice's own pace.

    `sentence_ms` is between sentences, `clause_ms` where a sentence is cut at a comma or its like,
    `paragraph_ms` at a blank line and round a heading, `list_item_ms` before each item of a list. A sentence
    that is cut anywhere else goes on at once.
    """

    sentence_ms: PauseMs = 250.0
    clause_ms: PauseMs = 120.0
    paragraph_ms: PauseMs = 600.0
    list_item_ms: PauseMs = 400.0

    def before(self, piece: Piece, previous: Piece, between: str, *, is_inside: bool) -> float:
        """Return the pause between two pieces, and what stands between them in the text.

        `is_inside` says that both are parts of one sentence.
        """
        if "\n" in between:
            if _LIST_ITEM.match(piece.text):
                return self.list_item_ms
            is_parted = _BLANK_LINE.search(between) or "#" in (piece.text[0], previous.text[0])
            return self.paragraph_ms if is_parted else self.sentence_ms
        if previous.reason == CUT_BY_DIRECTIVE and not _ENDS_SENTENCE.isdisjoint(between):
            return self.sentence_ms  # the mark was behind the directive, and alone
        if CLAUSE_MARK.match(previous.text, len(previous.text) - 1):
            return self.clause_ms
        if is_inside or previous.reason.startswith(_CUT_INSIDE):
            return 0.0
        return self.list_item_ms if previous.reason == _NEXT_LIST_ITEM else self.sentence_ms


NO_PAUSES = Pauses(sentence_ms=0, clause_ms=0, paragraph_ms=0, list_item_ms=0)


def pause_bytes(pause_ms: float) -> int:
    """How much PCM towards clients a pause is."""
    return BYTES_PER_SAMPLE * round(pause_ms * SAMPLE_RATE_HZ / 1000)
