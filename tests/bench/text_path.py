"""What text costs before an engine sees it, beside what espeak takes to render it.

    python -m tests.bench.text_path [ROUNDS]

Answers as language models write them come in tokens of four characters; each sentence is made what is spoken,
with normalization and without, and espeak renders that. Medians of all rounds, in CPU time. The slowest call
of the first stage is printed too: nothing else runs on the event loop meanwhile.
"""

from __future__ import annotations

import sys
from statistics import median
from time import perf_counter, process_time

from tests.core.text.splitting.own_sets import answers
from tts_backends.espeak.backend import Backend
from voice_server.core.speech.incoming_text import IncomingText
from voice_server.core.speech.segments import new_segments
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.normalization.normalizer import prepare
from voice_server.core.types import NORMALIZED_KINDS, NormalizedKind
from voice_server.worker.api import complete_options

_TOKEN_CHARS = 4


def _read(text: str, kinds: frozenset[NormalizedKind]) -> tuple[list[str], float, float, float]:
    """What is spoken of a text; CPU seconds to find its sentences, and to say them; the slowest call."""
    settings = SpeechSettings("espeak", "en-us", normalized_kinds=kinds)
    incoming = IncomingText(settings)
    spoken: list[str] = []
    found_s = said_s = slowest_s = 0.0
    for at in (*range(0, len(text), _TOKEN_CHARS), None):
        began, cpu = perf_counter(), process_time()
        pieces = incoming.finish() if at is None else incoming.push(text[at : at + _TOKEN_CHARS], 0.0)
        found_s += process_time() - cpu
        cpu = process_time()
        for piece in pieces:
            spoken += [each.segment.text for each in new_segments(0, piece, settings, 0.0)]
        said_s += process_time() - cpu
        slowest_s = max(slowest_s, perf_counter() - began)
    return spoken, found_s, said_s, slowest_s


def main(rounds: int) -> None:
    """Measure and print."""
    prepare()
    texts = [example.text for example in answers()]
    engine = Backend()
    options = complete_options(engine.options, {})
    for kinds in (frozenset[NormalizedKind](), NORMALIZED_KINDS):
        figures = []
        for _ in range(rounds):
            sentences: list[str] = []
            found_s = said_s = slowest_s = 0.0
            for text in texts:
                spoken, found, said, slowest = _read(text, kinds)
                sentences += spoken
                found_s, said_s, slowest_s = found_s + found, said_s + said, max(slowest_s, slowest)
            cpu = process_time()
            for sentence in sentences:
                engine.push(sentence, "en-us", options, lambda _: False)
            figures.append((len(sentences), found_s, said_s, slowest_s, process_time() - cpu))
        count, found_s, said_s, slowest_s, rendered_s = map(median, zip(*figures, strict=True))
        print(
            f"{'with' if kinds else 'without'} normalization: {count:.0f} sentences;"
            f" found in {found_s / count * 1e6:.0f} µs each, said in {said_s / count * 1e6:.0f} µs,"
            f" {100 * (found_s + said_s) / rendered_s:.1f} % of the {rendered_s / count * 1e3:.2f} ms"
            f" that espeak renders; slowest token {slowest_s * 1e3:.1f} ms"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
