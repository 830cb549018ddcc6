"""Kokoro through the whole server, on a CPU: the first sound of a sentence, and what a barge-in costs.

    python -m tests.bench.kokoro_live [ROUNDS]

The model has the published size and random weights (see neural.py); server and client share this program.
The first sound of a sentence of twenty-one words in three clauses is set beside that with `first_segment:
sentence`, which comes when all of it has been rendered. A barge-in comes after one to four tenths of such a
render: how long until the client has its answer, and until the worker is free.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

from tests.bench.full_kokoro import full_kokoro
from voice_server.client_events import Audio, Cancelled
from voice_server.client_streams import connect
from voice_server.config import BackendConfig, Config
from voice_server.serving.composition import listening, open_service
from voice_server.serving.uvicorn_server import bind
from voice_server.speech import SpeechService

_SENTENCE = (
    "Cuando llegamos al puerto aquella noche, el barco ya había salido, y nadie en la ciudad quería "
    "decirnos cuándo volvería el siguiente."
)


async def _first_sound(url: str, first_segment: str) -> float:
    """Seconds from the text to its first sound."""
    async with connect(url, voice="ef_dora", version=2, first_segment=first_segment) as stream:
        began = time.perf_counter()
        await stream.send_text(_SENTENCE)
        await stream.done()
        first = 0.0
        async for event in stream:
            if isinstance(event, Audio):
                first = first or time.perf_counter() - began
        return first


async def _barge_in(url: str, service: SpeechService, rendered_s: float) -> tuple[float, float] | None:
    """Seconds from cancelling a render to the answer, and to a free worker; None when it came too late."""
    async with connect(url, voice="ef_dora", version=2, first_segment="sentence") as stream:
        await stream.send_text(_SENTENCE)
        await stream.end()
        while service.backends()["kokoro"].free:
            await asyncio.sleep(0.001)
        await asyncio.sleep(rendered_s)
        began = time.perf_counter()
        freed = asyncio.create_task(_free(service))
        await stream.cancel()
        async for event in stream:
            if isinstance(event, Cancelled):
                break
            if isinstance(event, Audio):
                freed.cancel()
                return None
        answered = time.perf_counter() - began
        return answered, await freed - began


async def _free(service: SpeechService) -> float:
    while not service.backends()["kokoro"].free:
        await asyncio.sleep(0.001)
    return time.perf_counter()


async def _measure(config: BackendConfig, rounds: int) -> None:
    server = Config(backends={"kokoro": config}, default_backend="kokoro")
    async with open_service(server) as service:
        listener = bind("127.0.0.1", 0)
        async with listening(service, listener):
            url = f"ws://127.0.0.1:{listener.getsockname()[1]}/stream-tokens"
            await _first_sound(url, "clause")
            firsts = [[await _first_sound(url, how) for how in ("clause", "sentence")] for _ in range(rounds)]
            clause, whole = (statistics.median(each) for each in zip(*firsts, strict=True))
            barges = [
                await _barge_in(url, service, whole * tenths / 10)
                for _ in range(rounds)
                for tenths in (1, 2, 3, 4)
            ]
    print(f"first sound after {clause:.2f} s, of the whole sentence {whole:.2f} s: {clause / whole:.2f}")
    in_time = [barge for barge in barges if barge is not None]
    print(f"{len(in_time)} barge-ins in the middle of a render")
    answers, frees = (sorted(each) for each in zip(*in_time, strict=True))
    for what, each in (("answered", answers), ("worker free", frees)):
        print(f"barge-in {what} after {statistics.median(each) * 1e3:.1f} ms, worst {each[-1] * 1e3:.1f} ms")


def main(rounds: int) -> None:
    """Measure and print."""
    with full_kokoro() as kokoro:
        asyncio.run(_measure(kokoro.config(2), rounds))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
