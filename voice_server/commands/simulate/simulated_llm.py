"""A simulated language model: a text cut into tokens, which come at a steady rate."""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Sequence

ANSWER = (
    "Bread rises because yeast is alive. When you mix flour with water, tiny enzymes begin to turn "
    "starch into sugar. The yeast eats that sugar and breathes out carbon dioxide! Most of the gas "
    "would simply escape, so why does it stay? Kneading is the answer. It lines up long strands of "
    "gluten, and these form a net that holds thousands of small bubbles. A warm kitchen, at about 25 "
    "degrees, makes the work go faster. In a cold one, Dr. Calvel liked to say, the dough takes its "
    "time and tastes better for it. After an hour or two it has doubled in size. Then comes the oven, "
    "where heat drives the last gas out and sets the walls of every bubble. The crust turns brown, "
    "sugars and proteins join, and the whole house begins to smell of it. Let the loaf cool before "
    "you cut it: the crumb is still finishing its work, and patience is the last of the ingredients."
)
"""Twelve sentences, with an abbreviation, a number, a question mark and an exclamation mark."""

# A word of up to six letters is one token with the blank before it; of longer ones, the rest is the next.
_TOKEN = re.compile(r"\s?\w{1,6}|\s?[^\w\s]|\s+")


def tokens_of(text: str) -> list[str]:
    """Cut a text into tokens as language models do: words with their leading blank, long words in parts."""
    return _TOKEN.findall(text)


async def paced(tokens: Sequence[str], tokens_per_s: float | None) -> AsyncIterator[str]:
    """Yield the tokens at a steady rate on the clock, or at once where it is None.

    A slow consumer does not delay later tokens: a model does not wait for its reader.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    for number, token in enumerate(tokens):
        if tokens_per_s is not None:
            await asyncio.sleep(started + number / tokens_per_s - loop.time())
        yield token


class TokenLog:
    """When each token of a text was sent; times in seconds on any one clock."""

    def __init__(self) -> None:
        self._ends: list[int] = []
        self._times: list[float] = []
        self._finished_at: float | None = None

    @property
    def length(self) -> int:
        """How many characters were sent."""
        return self._ends[-1] if self._ends else 0

    def sent(self, token: str, now: float) -> None:
        """Record that a token was sent."""
        self._ends.append(self.length + len(token))
        self._times.append(now)

    def finished(self, now: float) -> None:
        """Record that the text has ended."""
        self._finished_at = now

    def complete_at(self, end: int) -> float | None:
        """When the token that completes the characters up to `end` was sent; None if it was not."""
        index = bisect_left(self._ends, end)
        return self._times[index] if index < len(self._times) else None

    def certain_at(self, end: int) -> float | None:
        """When a sentence that ends at `end` was certain: the next character was sent, or the text ended."""
        index = bisect_right(self._ends, end)
        return self._times[index] if index < len(self._times) else self._finished_at
