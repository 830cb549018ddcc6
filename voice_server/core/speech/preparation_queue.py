"""Sentences whose text is prepared elsewhere, because plugins take a part in it, with what follows them.

They are prepared one after the other, so that sentences, flushes and the end keep their order.
"""

from __future__ import annotations

from collections import deque

from voice_server.core.speech.text_stages import Preparation
from voice_server.core.speech.utterance_inputs import EndText, FlushText


class PreparationQueue:
    """Preparations, flushes and the end, in order; `chars` and `flushes` say how much of them waits."""

    def __init__(self) -> None:
        self._waiting: deque[Preparation | FlushText | EndText] = deque()
        self._begun: Preparation | None = None
        self._sentences = 0
        self.chars = 0
        self.flushes = 0

    def __len__(self) -> int:
        """How many sentences wait, the one that is being prepared among them."""
        return self._sentences

    def add(self, preparation: Preparation) -> None:
        """Add a sentence behind all others."""
        self._sentences += 1
        self.chars += len(preparation.piece.text)
        self._waiting.append(preparation)

    def add_behind(self, event: FlushText | EndText) -> None:
        """Add what holds behind all sentences, of which there must be one."""
        self.flushes += isinstance(event, FlushText)
        self._waiting.append(event)

    def begin(self) -> Preparation | None:
        """The sentence to prepare now; None while one is being prepared, and when none is left."""
        if self._begun is not None or not self._waiting:
            return None
        first = self._waiting[0]
        assert isinstance(first, Preparation)
        self._begun = first
        return first

    def end(self, preparation: Preparation) -> list[FlushText | EndText] | None:
        """Take out the sentence that has been prepared, and what holds behind it; None for another one."""
        if preparation is not self._begun:
            return None
        self._begun = None
        self._waiting.popleft()
        self._sentences -= 1
        self.chars -= len(preparation.piece.text)
        behind: list[FlushText | EndText] = []
        while self._waiting and not isinstance(following := self._waiting[0], Preparation):
            self._waiting.popleft()
            behind.append(following)
            self.flushes -= isinstance(following, FlushText)
        return behind

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._begun = None
        self._sentences = self.chars = self.flushes = 0
