"""What of an utterance's text waits to be split, with what was asked for behind it.

Splitting takes up to 40 µs for a mark, so a token of 64 kB that is nothing but marks would take a second in
which nobody else is served: the shell has it split a slice at a time. And a sentence that waits for a worker
takes 2 kB of memory, its text unsplit a few bytes for each character: no more is split while many wait.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from voice_server.core.speech.utterance_inputs import FlushText, PushText, TextInput

SLICE_CHARS: Final = 250
"""Text up to this length is split at once, within a few milliseconds; an LLM's token has 4 characters."""

MAX_WAITING: Final = 32
"""While so many sentences wait for a worker, no more text is split."""


class DeferredInputs:
    """Inputs about the text, in the order in which they came; `chars` and `flushes` say how much waits."""

    def __init__(self) -> None:
        self._inputs: deque[TextInput] = deque()
        self.chars = 0
        self.flushes = 0

    def __bool__(self) -> bool:
        return bool(self._inputs)

    def add(self, event: TextInput) -> None:
        """Add an input behind all others; text is cut, and joined, into slices."""
        if isinstance(event, PushText):
            self.chars += len(event.text)
            self._add_text(event.text)
            return
        self.flushes += isinstance(event, FlushText)
        self._inputs.append(event)

    def _add_text(self, text: str) -> None:
        if self._inputs and isinstance(last := self._inputs[-1], PushText):
            self._inputs.pop()
            text = last.text + text
        for start in range(0, len(text), SLICE_CHARS):
            self._inputs.append(PushText(text[start : start + SLICE_CHARS]))

    def take(self) -> TextInput:
        """The next input."""
        event = self._inputs.popleft()
        if isinstance(event, PushText):
            self.chars -= len(event.text)
        self.flushes -= isinstance(event, FlushText)
        return event

    def clear(self) -> str:
        """Forget everything; returns the text that waited."""
        text = "".join(event.text for event in self._inputs if isinstance(event, PushText))
        self._inputs.clear()
        self.chars = self.flushes = 0
        return text
