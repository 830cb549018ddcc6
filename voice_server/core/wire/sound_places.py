"""Where in a stream's messages a sample is, for clients that take a session up where their sound ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

BYTES_PER_SAMPLE_OF: Final = {"pcm_s16le": 2, "pcm_f32le": 4, "mulaw": 1, "alaw": 1}
"""The encodings in which a number of bytes is a time."""
TAG_BYTES: Final = 16
"""The head of a tagged frame; its last four bytes are flags."""

_FLAGS_AT: Final = 12
_SENTENCE: Final = '{"type":"sentence",'


def behind_sample(
    messages: Sequence[str | bytes], turn: str, index: int, sample_bytes: int, head_bytes: int
) -> list[str | bytes] | None:
    """The messages behind so many bytes of a sentence's sound; the rest of the one that they end in first.

    `head_bytes` stand before the sound of each message. None where the messages do not hold all of that.
    """
    before: int | None = None  # bytes of the sentence before the message at hand; None outside of it
    for number, message in enumerate(messages):
        if isinstance(message, str):
            if message.startswith(_SENTENCE):
                told = json.loads(message)
                before = 0 if (told["turn"], told["index"]) == (turn, index) else None
        elif before is not None:
            end = before + len(message) - head_bytes
            if sample_bytes < end:
                rest = _without(message, sample_bytes - before, head_bytes)
                return [rest, *messages[number + 1 :]]
            before = end
        if before == sample_bytes:
            return list(messages[number + 1 :])
    return None


def _without(message: bytes, n_bytes: int, head_bytes: int) -> bytes:
    """A message without the first bytes of its sound; then it is not the first of its sentence any more."""
    head = message[:head_bytes]
    if head:
        head = head[:_FLAGS_AT] + bytes(len(head) - _FLAGS_AT)
    return head + message[head_bytes + n_bytes :]
