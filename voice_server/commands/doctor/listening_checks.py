"""What a recogniser and a look at the sound find of a backend: `voice-server doctor BACKEND --listen`.

The backend speaks through a whole server, over a WebSocket, with no other to fall back on, so that what is
judged is what a client gets: splitter, pauses, levels and all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

import msgspec

from voice_server.commands.doctor.sound_edges import sentence_pauses_ms, sound_spans, word_time_errors
from voice_server.commands.doctor.spoken_samples import SAMPLES, language_of, voice_to_hear
from voice_server.commands.doctor.take import Take, record_take
from voice_server.commands.shared.listener import Heard, Sound, hear, word_error_rate
from voice_server.config import BackendConfig, Config
from voice_server.core.types import ReadyBackend
from voice_server.errors import VoiceServerError
from voice_server.pool.conformance import ConformanceCheck
from voice_server.pool.worker_pool import WorkerPool

_WORD_ERROR_RATES = (
    (0.05, "as clear as people"),
    (0.15, "well understood"),
    (0.4, "words get lost on a listener"),
)
LEAD_MS = 50
"""Nobody notices so much silence before the first sound."""
PAUSE_MS = (150, 600)
"""Shorter, sentences run into each other; longer, a listener thinks that it is over."""
LOUDNESS_LUFS = (-25, -21)
WORD_START_MS, LAST_WORD_END_MS = 25, 50
"""How far a shown word may be from the spoken one before somebody sees it."""


@dataclass(frozen=True, slots=True)
class _Listening:
    """All takes of a backend, and what was heard in them."""

    takes: Sequence[Take]
    heard: Sequence[Heard]


async def listening_checks(
    pool: WorkerPool, name: str, backend: BackendConfig, ready: ReadyBackend
) -> AsyncIterator[ConformanceCheck]:
    """Have a running backend speak some sentences, listen to them, and judge."""
    voice = voice_to_hear(ready.voices, backend.default_voice)
    if voice is None:
        detail = f"no voice speaks a language that there are sentences for ({', '.join(SAMPLES)})"
        yield ConformanceCheck(_WORDS, passed=True, detail=detail)
        return
    language = language_of(voice)
    try:
        async with _server(pool, name, backend) as url:
            takes = [await record_take(url, text, voice=voice.id, backend=name) for text in SAMPLES[language]]
        sounds = [Sound(take.pcm, take.rate_hz, [take.text]) for take in takes]
        listening = _Listening(takes, await hear(sounds, language))
    except VoiceServerError as error:
        yield ConformanceCheck(_WORDS, passed=False, detail=error.message)
        return
    for check, judge in _JUDGES.items():
        passed, detail = judge(listening)
        yield ConformanceCheck(check, passed, f"{voice.id}: {detail}" if check == _WORDS else detail)


@asynccontextmanager
async def _server(pool: WorkerPool, name: str, backend: BackendConfig) -> AsyncIterator[str]:
    """A server over the pool on which this backend speaks alone; its base URL."""
    from voice_server.serving.composition import listening  # noqa: PLC0415 - not needed for --help
    from voice_server.serving.listening_socket import bind  # noqa: PLC0415
    from voice_server.speech import SpeechService  # noqa: PLC0415

    alone = msgspec.structs.replace(backend, fallback=None)
    config = Config(backends={name: alone}, default_backend=name)
    listener = bind("127.0.0.1", 0)
    async with SpeechService(pool, config) as service, listening(service, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _judge_words(listening: _Listening) -> tuple[bool, str]:
    rate = word_error_rate(listening.heard)
    words = sum(each.words for each in listening.heard)
    verdict = next((said for most, said in _WORD_ERROR_RATES if rate <= most), "hardly understood")
    worst = max(listening.heard, key=lambda each: each.errors / each.words)
    example = f'; "{worst.reading}" was heard as "{worst.text}"' if worst.errors else ""
    return rate <= _WORD_ERROR_RATES[-1][0], f"{rate:.1%} of {words} words were misheard: {verdict}{example}"


def _judge_lead(listening: _Listening) -> tuple[bool, str]:
    leads = [span.start_ms for take in listening.takes for span in sound_spans(take)[:1]]
    if not leads:
        return False, "nothing but silence"
    return median(leads) <= LEAD_MS, f"{median(leads):.0f} ms of silence; nobody notices {LEAD_MS}"


def _judge_pauses(listening: _Listening) -> tuple[bool, str]:
    pauses = [pause for take in listening.takes for pause in sentence_pauses_ms(take)]
    shortest, longest = PAUSE_MS
    wanted = f"people expect {shortest} to {longest}"
    if not pauses:
        return False, f"there is none; {wanted}"
    return shortest <= median(pauses) <= longest, f"{median(pauses):.0f} ms; {wanted}"


def _judge_loudness(listening: _Listening) -> tuple[bool, str]:
    levels = [each.loudness_lufs for each in listening.heard if each.loudness_lufs is not None]
    if not levels:
        return False, "nothing but silence"
    lowest, highest = LOUDNESS_LUFS
    detail = f"{median(levels):.1f} LUFS; as loud as other voices is {lowest} to {highest}"
    return lowest <= median(levels) <= highest, detail


def _judge_word_times(listening: _Listening) -> tuple[bool, str]:
    source = listening.takes[0].source
    if source in {"", "estimate"}:
        return True, "the engine gives none, so the server estimates them"
    found = [errors for take in listening.takes if (errors := word_time_errors(take)) is not None]
    starts = [abs(error) for each in found for error in each.starts_ms]
    ends = [abs(each.end_ms) for each in found]
    if not starts:
        return False, "there is no sound to compare them with"
    detail = (
        f"words behind a pause are {median(starts):.0f} ms off (at most {WORD_START_MS}), "
        f"the last word's end {median(ends):.0f} ms (at most {LAST_WORD_END_MS})"
    )
    return median(starts) <= WORD_START_MS and median(ends) <= LAST_WORD_END_MS, detail


_WORDS = "a recogniser hears the words"
_JUDGES: dict[str, Callable[[_Listening], tuple[bool, str]]] = {
    _WORDS: _judge_words,
    "speaks without silence before the first sound": _judge_lead,
    "pauses between sentences": _judge_pauses,
    "is as loud as other voices": _judge_loudness,
    "word times fit the sound": _judge_word_times,
}
