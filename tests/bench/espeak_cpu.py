"""What espeak's adapter costs beside the library itself: CPU per second of audio, side by side.

    .venv/bin/python tests/bench/espeak_cpu.py [rounds]

"library" calls espeak_Synth with a callback that does nothing; "push" is how a worker calls the adapter;
"iterator" is the same through the thread that turns calls into an iterator. Medians of all rounds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time

from tts_backends.espeak import library as binding
from tts_backends.espeak.backend import Backend, _library
from voice_server.worker.api import complete_options

SENTENCES = (
    "The quick brown fox jumps over the lazy dog, and then it sleeps.",
    "It was a bright cold day in April, and the clocks were striking thirteen.",
    "Yes, of course.",
    "There are three reasons for that, and the first is the cost of shipping.",
    "Nobody knew what had happened to the old lighthouse keeper after the storm.",
)
VOICE = "en-us"
BACKEND = Backend()
OPTIONS = complete_options(BACKEND.options, {})


def library() -> None:
    """The library with a callback that does nothing."""
    opened = _library()
    nothing = binding._Callback(lambda _samples, _n_samples, _events: 0)
    opened._c.espeak_SetSynthCallback(nothing)
    opened._set_buffer(100)
    for sentence in SENTENCES:
        opened._synthesize(sentence.encode(), binding._CHARS_UTF8)
    opened._c.espeak_SetSynthCallback(opened._callback)


def push() -> None:
    """The adapter as a worker calls it."""
    for sentence in SENTENCES:
        BACKEND.push(sentence, VOICE, OPTIONS, lambda _piece: False)


def iterator() -> None:
    """The adapter as an iterator."""
    for sentence in SENTENCES:
        for _piece in BACKEND.synthesize(sentence, VOICE, OPTIONS):
            pass


def main(rounds: int) -> None:
    """Print the table."""
    pieces: list[object] = []
    for sentence in SENTENCES:
        pieces.extend(BACKEND.synthesize(sentence, VOICE, OPTIONS))
    audio_s = sum(len(piece) for piece in pieces if isinstance(piece, bytes)) / 2 / BACKEND.sample_rate
    ways: tuple[Callable[[], None], ...] = (library, push, iterator)
    spent: dict[str, list[float]] = {way.__name__: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            began = process_time()
            for _ in range(4):
                way()
            spent[way.__name__].append(1000 * (process_time() - began) / 4 / audio_s)
    floor = median(spent["library"])
    for name, times in spent.items():
        print(
            f"{name:10} {median(times):.3f} ms of CPU an audio second, {median(times) / floor:.3f} x library"
        )
    first: list[float] = []
    for _ in range(10 * rounds):
        began = perf_counter()
        next(iter(BACKEND.synthesize(SENTENCES[0], VOICE, OPTIONS)))
        first.append(1000 * (perf_counter() - began))
    print(f"first piece after {median(first):.2f} ms (median of {len(first)})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
