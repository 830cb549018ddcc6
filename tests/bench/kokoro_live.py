"""Kokoro through the whole server, on a CPU: the first audible sound, four listeners at once, barge-ins.

    python -m tests.bench.kokoro_live [ROUNDS]

Server and client share this program; the backend is as shipped. The first audible sound of
a sentence of about 5 s is set beside that of `quality: exact`, which comes when all of it has been rendered.
Four listeners ask for four sentences each at the same moment; a gap is audio that comes later than a player
needs it. A barge-in comes after one to four tenths of a whole render: how long until the client has its
answer, and until the worker is free.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from dataclasses import dataclass

import numpy as np

from tests.bench.full_kokoro import full_kokoro
from voice_server.client_events import Audio, Cancelled
from voice_server.client_streams import connect
from voice_server.config import BackendConfig, Config
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.serving.composition import listening, open_service
from voice_server.serving.listening_socket import bind
from voice_server.speech import SpeechService

_SENTENCE = "The train was late again, so we walked along the river and watched the boats come in."
_PARAGRAPHS = tuple(
    f"{opening} the train was late again, and nobody knew why. {_SENTENCE} By the evening all of us were"
    " tired of waiting there. In the end somebody called a taxi, and we were home before it got dark."
    for opening in ("On Monday", "On Tuesday", "Last week", "Yesterday")
)
_LISTENERS = len(_PARAGRAPHS)
_AUDIBLE = 0.0032 * 32768
"""-50 dB."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """One text: seconds until it is heard, and how much of the rest came later than it was needed."""

    audible_s: float
    gap_s: float
    audio_s: float


async def _hear(url: str, text: str, quality: str) -> _Heard:
    async with connect(url, voice="af_heart", version=2, opts={"quality": quality}) as stream:
        began = time.perf_counter()
        await stream.send_text(text)
        await stream.done()
        audible_s = gap_s = audio_s = 0.0
        ends = 0.0  # when a player has played what it has
        async for event in stream:
            if not isinstance(event, Audio):
                continue
            now = time.perf_counter() - began
            samples = np.abs(np.frombuffer(event.pcm, "<i2").astype(int))
            if not audible_s and (samples > _AUDIBLE).any():
                before_s = float((samples > _AUDIBLE).argmax()) / SAMPLE_RATE_HZ
                audible_s = max(now, ends) + before_s
            if audio_s:
                gap_s += max(0.0, now - ends)
            ends = max(now, ends) + len(samples) / SAMPLE_RATE_HZ
            audio_s += len(samples) / SAMPLE_RATE_HZ
        return _Heard(audible_s, gap_s, audio_s)


async def _barge_in(url: str, service: SpeechService, rendered_s: float) -> tuple[float, float] | None:
    """Seconds from cancelling a render to the answer, and to a free worker; None when it came too late."""
    async with connect(url, voice="af_heart", version=2, opts={"quality": "exact"}) as stream:
        workers = service.backends()["kokoro"].free
        await stream.send_text(_SENTENCE)
        await stream.end()
        while service.backends()["kokoro"].free == workers:
            await asyncio.sleep(0.001)
        await asyncio.sleep(rendered_s)
        began = time.perf_counter()
        freed = asyncio.create_task(_free(service, workers))
        await stream.cancel()
        async for event in stream:
            if isinstance(event, Cancelled):
                break
            if isinstance(event, Audio):
                freed.cancel()
                return None
        answered = time.perf_counter() - began
        return answered, await freed - began


async def _free(service: SpeechService, workers: int) -> float:
    """When all workers are free."""
    while service.backends()["kokoro"].free < workers:
        await asyncio.sleep(0.001)
    return time.perf_counter()


async def _measure(config: BackendConfig, rounds: int) -> None:
    server = Config(backends={"kokoro": config}, default_backend="kokoro")
    async with open_service(server) as service:
        listener = bind("127.0.0.1", 0)
        async with listening(service, listener):
            url = f"ws://127.0.0.1:{listener.getsockname()[1]}/stream-tokens"
            await _hear(url, _SENTENCE, "streamed")
            for quality in ("streamed", "exact"):
                alone = [await _hear(url, _SENTENCE, quality) for _ in range(rounds)]
                whole_s = statistics.median(each.audible_s for each in alone)
                print(
                    f"{quality}: {alone[0].audio_s:.1f} s of audio, audible after {whole_s:.2f} s, gaps of"
                    f" {max(each.gap_s for each in alone):.2f} s"
                )
            await _measure_listeners(url, rounds)
            barges = [
                await _barge_in(url, service, whole_s * tenths / 10)
                for _ in range(rounds)
                for tenths in (1, 2, 3, 4)
            ]
    in_time = [barge for barge in barges if barge is not None]
    print(f"{len(in_time)} barge-ins in the middle of a render")
    answers, frees = (sorted(each) for each in zip(*in_time, strict=True))
    for what, each in (("answered", answers), ("worker free", frees)):
        print(f"barge-in {what} after {statistics.median(each) * 1e3:.1f} ms, worst {each[-1] * 1e3:.1f} ms")


async def _measure_listeners(url: str, rounds: int) -> None:
    heard: list[_Heard] = []
    for _ in range(rounds):
        async with asyncio.TaskGroup() as tasks:
            listeners = [tasks.create_task(_hear(url, each, "streamed")) for each in _PARAGRAPHS]
        heard += [each.result() for each in listeners]
    audible = sorted(each.audible_s for each in heard)
    gaps = [each.gap_s for each in heard if each.gap_s > 0]
    print(
        f"{_LISTENERS} listeners at once, {heard[0].audio_s:.1f} s each: audible after"
        f" {statistics.median(audible):.2f} s, p95 {audible[round(0.95 * (len(audible) - 1))]:.2f} s;"
        f" {len(gaps)} of {len(heard)} had gaps, the largest {max(gaps, default=0):.2f} s together"
    )


def main(rounds: int) -> None:
    """Measure and print."""
    with full_kokoro() as kokoro:
        asyncio.run(_measure(kokoro.config(), rounds))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
