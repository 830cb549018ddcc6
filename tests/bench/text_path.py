"""What text costs before an engine sees it, beside what espeak takes to render it.

    python -m tests.bench.text_path [ROUNDS]

Answers as language models write them come in tokens of four characters; each sentence is made what is spoken,
with normalization and without, and espeak renders that. Medians of all rounds, in CPU time. The slowest call
of the first stage is printed too: nothing else runs on the event loop meanwhile. Beside it stand two floors:
the naive splitter over the same tokens, and prose in which there is nothing to decide or to change.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import median
from time import process_time

from tests.bench.splitter_naive import Naive
from tests.core.text.splitting.own_sets import answers
from tts_backends.espeak.backend import Backend
from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.speech.segments import new_segments
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.normalization.normalizer import prepare
from voice_server.core.types import NORMALIZED_KINDS, NormalizedKind
from voice_server.worker.api import complete_options

_TOKEN_CHARS = 4
_PROSE = "The river was calm and the sun stood low over the hills. Nobody spoke for a long while. " * 20


@dataclass
class _Costs:
    """Of some texts, in CPU seconds."""

    sentences: int = 0
    naive_s: float = 0.0
    found_s: float = 0.0
    said_s: float = 0.0
    rendered_s: float = 0.0
    slowest_s: float = 0.0


def _tokens(text: str) -> list[str]:
    return [text[at : at + _TOKEN_CHARS] for at in range(0, len(text), _TOKEN_CHARS)]


def _measure(texts: list[str], kinds: frozenset[NormalizedKind], engine: Backend) -> _Costs:
    settings = SpeechSettings("espeak", "en-us", normalized_kinds=kinds)
    options = complete_options(engine.options, {})
    costs = _Costs()
    for text in texts:
        tokens = _tokens(text)
        clock = process_time()
        naive = Naive()
        for token in tokens:
            naive.feed(token)
        costs.naive_s += process_time() - clock
        clock = process_time()
        incoming = IncomingText(settings)
        pieces = [piece for token in tokens for piece in incoming.push(token, 0.0)] + incoming.finish()
        costs.found_s += process_time() - clock
        clock = process_time()
        segments = [each for piece in pieces for each in new_segments(0, piece, settings, 0.0)]
        costs.said_s += process_time() - clock
        clock = process_time()
        for each in segments:
            engine.push(each.segment.text, "en-us", options, lambda _: False)
        costs.rendered_s += process_time() - clock
        costs.sentences += len(segments)
        costs.slowest_s = max(costs.slowest_s, _slowest_call(tokens, settings))
    return costs


def _slowest_call(tokens: list[str], settings: SpeechSettings) -> float:
    """The CPU seconds that the slowest token of a text takes, with the sentences that it ends."""
    incoming, slowest_s = IncomingText(settings), 0.0
    for token in tokens:
        clock = process_time()
        for piece in incoming.push(token, 0.0):
            new_segments(0, piece, settings, 0.0)
        slowest_s = max(slowest_s, process_time() - clock)
    return slowest_s


def _print(name: str, rounds: list[_Costs]) -> None:
    count = rounds[0].sentences
    naive_us, found_us, said_us, rendered_us = (
        median(getattr(each, f"{what}_s") for each in rounds) / count * 1e6
        for what in ("naive", "found", "said", "rendered")
    )
    print(
        f"{name}: {count} sentences; found in {found_us:.0f} µs each, said in {said_us:.0f} µs,"
        f" {100 * (found_us + said_us) / rendered_us:.1f} % of the {rendered_us / 1e3:.2f} ms that espeak"
        f" renders; slowest token {median(each.slowest_s for each in rounds) * 1e3:.1f} ms;"
        f" the naive splitter {naive_us:.0f} µs, {100 * naive_us / rendered_us:.2f} %"
    )


def main(rounds: int) -> None:
    """Measure and print."""
    prepare()
    answered = [example.text for example in answers()]
    engine = Backend()
    for name, texts, kinds in (
        ("answers without normalization", answered, frozenset[NormalizedKind]()),
        ("answers with normalization", answered, NORMALIZED_KINDS),
        ("plain prose with normalization", [_PROSE], NORMALIZED_KINDS),
    ):
        _measure(texts, kinds, engine)  # what is loaded with the first text of a language
        _print(name, [_measure(texts, kinds, engine) for _ in range(rounds)])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
