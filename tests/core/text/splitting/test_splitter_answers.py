"""Whole answers as language models write them, streamed in tokens like theirs."""

from __future__ import annotations

import re
from bisect import bisect_left

import pytest

from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions

_RECIPE = """# Overnight bread

Great question! Here's how I do it, e.g. on a Friday evening at 8 p.m. or so:

## You need

- 500 g flour (approx. 4 cups)
- 1½ tsp. salt
- **Yeast**: a pinch
- ¾ l water, about 30 °C

## Steps

1. **Mix** everything in a large bowl. Don't knead it!
2. Cover it and wait 12–18 hrs. on the counter.
   - Is it cold? Wait longer.
3. Bake at 230 °C (450 °F) for 30 min. with the lid on...

> Dr. Rye says: "Patience is an ingredient." I agree.

| Step | Time |
|------|------|
| Mix | 5 min. |
| Bake | 45 min. |

```python
def wait(hours):
    return hours * 3600  # seconds. Really.
```

See [this page](https://bread.example/v1.2?x=1) for No. 4 of the series. Enjoy! 🍞😋

Shall I scale it? Just say so."""

_SENTENCES = [
    "# Overnight bread",
    "Great question!",
    "Here's how I do it, e.g. on a Friday evening at 8 p.m. or so:",
    "## You need",
    "- 500 g flour (approx. 4 cups)",
    "- 1½ tsp. salt",
    "- **Yeast**: a pinch",
    "- ¾ l water, about 30 °C",
    "## Steps",
    "1. **Mix** everything in a large bowl.",
    "Don't knead it!",
    "2. Cover it and wait 12–18 hrs. on the counter.",
    "- Is it cold?",
    "Wait longer.",
    "3. Bake at 230 °C (450 °F) for 30 min. with the lid on...",
    '> Dr. Rye says: "Patience is an ingredient."',
    "I agree.",
    "| Step | Time |",
    "|------|------|\n| Mix | 5 min. |",
    "| Bake | 45 min. |",
    "```python\ndef wait(hours):\n    return hours * 3600  # seconds. Really.\n```",
    "See [this page](https://bread.example/v1.2?x=1) for No. 4 of the series.",
    "Enjoy! 🍞😋",
    "Shall I scale it?",
    "Just say so.",
]

_TALK = (
    "Let me check that for you. The train to St. Louis leaves at 9:15 a.m. from platform 3. "
    "It takes about 4.5 hours, and the fare is $32.50. "
    'By the way, the guide calls it "one of the U.S. classics." '
    "You'll love it. Would you like a window seat? They go fast."
)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\s*\n+|[ ]?[^\W\d_]+|[ ]?\d{1,3}|[ ]?[^\w\s]{1,3}|\s|_", text)


def _run(text: str, options: SplitterOptions) -> tuple[list[str], list[int], list[int]]:
    """Return the pieces, and for each but the last how many tokens late it was announced and was certain."""
    splitter, ends, pieces, certain_at, fed = Splitter(options), [], [], [], 0
    announced: dict[tuple[int, int], int] = {}
    for index, token in enumerate(_tokens(text)):
        fed += len(token)
        ends.append(fed)
        found = splitter.feed(token)
        pieces += found
        certain_at += [index] * len(found)
        provisional = splitter.provisional
        if provisional is not None:
            announced.setdefault((provisional.start, provisional.end), index)
    last = [bisect_left(ends, piece.end) for piece in pieces]
    certain = [at - end for at, end in zip(certain_at, last, strict=True)]
    early = [
        min(at, announced.get((piece.start, piece.end), at)) - end
        for piece, at, end in zip(pieces, certain_at, last, strict=True)
    ]
    return [piece.text for piece in pieces + splitter.finish()], early, certain


@pytest.mark.parametrize("language", ["en", None])
def test_an_answer_is_cut_as_a_reader_would(language: str | None) -> None:
    assert _run(_RECIPE, SplitterOptions(language=language))[0] == _SENTENCES


def test_a_spoken_answer_is_cut_as_a_reader_would() -> None:
    assert _run(_TALK, SplitterOptions())[0] == [
        "Let me check that for you.",
        "The train to St. Louis leaves at 9:15 a.m. from platform 3.",
        "It takes about 4.5 hours, and the fare is $32.50.",
        'By the way, the guide calls it "one of the U.S. classics."',
        "You'll love it.",
        "Would you like a window seat?",
        "They go fast.",
    ]


def test_a_sentence_is_certain_a_token_after_its_end_and_mostly_announced_before() -> None:
    _, early, certain = _run(_TALK, SplitterOptions(language="en"))
    assert certain == [1, 1, 1, 1, 1, 1]
    assert early == [0, 1, 1, 0, 0, 0]


def test_no_line_of_an_answer_waits_longer_than_its_line_break() -> None:
    assert max(_run(_RECIPE, SplitterOptions(language="en"))[2]) == 1


def test_a_list_is_spoken_line_by_line_without_waiting() -> None:
    lines = [f"- item number {word}\n" for word in ("one", "two", "three")]
    splitter = Splitter()
    assert [[piece.text for piece in splitter.feed(line)] for line in lines] == [
        [line.strip()] for line in lines
    ]
