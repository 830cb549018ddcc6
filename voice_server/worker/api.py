"""What an adapter is written against: `from voice_server.worker.api import ...` works in any backend's venv.

An adapter is a file that defines `class Backend`. All of it is blocking code that runs on one thread;
framing, conversion, stop, heartbeat, warm-up, errors and logs are the loop's business, not the adapter's.

    class Backend:
        sample_rate = 24_000                      # Hz of what synthesize yields
        options = (Option("speed", "number", 1.0, 0.5, 2.0),)

        def __init__(self, **settings): ...       # `settings:` of backends.yaml; load the model here
        def voices(self): ...                     # yields Voice; the first one is the default
        def synthesize(self, text, voice, options): ...   # yields Pcm, and WordMark where the engine knows

`options` holds every option the adapter declares, checked and with defaults filled in, and `seed`, an
integer that makes a sampling engine repeatable. Between two pieces the loop may close the generator: that
is how a listener's barge-in arrives, so yield early and often. Optional members: `capabilities`
(Capabilities), `warm_up()`, `clone(sample)`, `close()`, and for an engine that calls back `push(text,
voice, options, give)`, which hands each piece to `give` instead of yielding it and ends when that returns
true. `loudness_lufs(voice)` says how loud the engine's own audio of a voice is (None if that is not
known), always the same for one voice: the loop then brings it to the loudness of all others. Without it,
and with `measured_loudness = True`, each voice says a short text at its first use, which is measured. An
adapter whose engine has a volume of its own may say `sets_gain = True` and apply the factor
`options["gain"]` itself. Files beside the adapter are imported relatively (`from .engine import Engine`):
the folder is a package with a private name, so that no file of it hides a library.

With `forked: true` in backends.yaml the backend is loaded and warmed up once, with one thread, and the
workers are copies of that process, if `can_fork` is True then: the adapter holds nothing that a copy could
not use, such as a GPU, a thread or a connection. `use_threads(count)` is called in each before it renders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from voice_server.core.audio.loudness import mean_lufs, measured_lufs
from voice_server.core.options import OF_THE_VOICE, complete_options
from voice_server.core.speech.word_times import share_time, word_spans
from voice_server.core.text.pronunciation.phonemes import TextPart, parts_of, phoneme_places, silent_places
from voice_server.core.types import ANY_SCRIPT, Capabilities, Option, OptionValue, Voice, WordMark
from voice_server.errors import BackendError, NotSetUp, RenderError, RequestError, UnknownName
from voice_server.worker.cache_folder import cache_folder
from voice_server.worker.clone_cache import CloneCache
from voice_server.worker.loudness_file import LoudnessFile
from voice_server.worker.samples import (
    MAX_SAMPLE_SECONDS,
    check_sample,
    find_sample,
    sample_voices,
    samples_folder,
    unreadable_sample,
)

__all__ = [
    "ANY_SCRIPT",
    "MAX_SAMPLE_SECONDS",
    "OF_THE_VOICE",
    "Backend",
    "BackendError",
    "Capabilities",
    "CloneCache",
    "LoudnessFile",
    "NotSetUp",
    "Option",
    "OptionValue",
    "Pcm",
    "RenderError",
    "RequestError",
    "TextPart",
    "UnknownName",
    "Voice",
    "WordMark",
    "cache_folder",
    "check_sample",
    "complete_options",
    "find_sample",
    "mean_lufs",
    "measured_lufs",
    "parts_of",
    "phoneme_places",
    "sample_voices",
    "samples_folder",
    "share_time",
    "silent_places",
    "unreadable_sample",
    "word_spans",
]

Pcm = Any
"""int16 little-endian mono as bytes, or an array or tensor: int16, or float with full scale at ±1."""


class Backend(Protocol):
    """The three members every adapter has."""

    sample_rate: int

    def voices(self) -> Iterable[Voice]:
        """The speakers on offer; the first is the default."""

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm | WordMark]:
        """Speak `text`, piece by piece."""
