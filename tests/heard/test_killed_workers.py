"""A worker that is killed in mid-sentence is not heard."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.heard.engines import Listening
from tests.heard.heard_server import HeardServer
from voice_server.client_events import Audio, Event
from voice_server.client_streams import connect
from voice_server.commands.doctor.take import Take, record_take, take_of
from voice_server.commands.shared.listener import Sound, hear

pytestmark = [pytest.mark.heard, pytest.mark.timeout(600), pytest.mark.blocks_loop]

TEXT = (
    "The first sentence is short. The second one goes on for a little longer, and it has a pause in it. "
    "When everything has been said, the evening is quiet again."
)
ATTEMPTS = 40
"""How often a kill may come too late: espeak renders a sentence within a few milliseconds."""
SPEAKERS: dict[str, dict[str, Any]] = {
    "espeak": {"voice": "en-us"},
    "tone": {"voice": "low", "opts": {"render_factor": 0.05, "piece_ms": 40}},
    "piper": {"voice": "en_US-joe-medium"},
    "kokoro": {"voice": "af_heart"},
}


async def take_while_killing(server: HeardServer, text: str, backend: str, **config: Any) -> Take:
    """Have a text spoken and kill the backend's workers at the first sound."""
    events: list[Event] = []
    async with connect(server.url, timestamps="word", ahead_s=600, backend=backend, **config) as stream:
        await stream.send_text(text)
        await stream.done()
        async for event in stream:
            if isinstance(event, Audio) and not any(isinstance(each, Audio) for each in events):
                server.kill_workers(backend)
            events.append(event)
    return take_of(text, events)


async def spoken_twice(server: HeardServer, backend: str) -> tuple[Take, Take]:
    """A text as it is spoken undisturbed, and with the workers killed while they render it."""
    config = SPEAKERS[backend]
    undisturbed = await record_take(server.url, TEXT, backend=backend, **config)
    for _ in range(ATTEMPTS):
        before = server.retried(backend)
        killed = await take_while_killing(server, TEXT, backend, **config)
        if server.retried(backend) > before:
            return undisturbed, killed
    pytest.fail(f"no kill came while {backend} rendered")


@pytest.mark.parametrize("backend", ["espeak", "tone", "piper"])
def test_every_sample_and_every_word_is_that_of_an_undisturbed_turn(
    backend: str, listening: Listening
) -> None:
    undisturbed, killed = asyncio.run(spoken_twice(listening.server, backend))
    assert killed.pcm == undisturbed.pcm
    assert killed.words == undisturbed.words


def test_nothing_is_heard_of_a_neural_worker_s_end(listening: Listening) -> None:
    undisturbed, killed = asyncio.run(spoken_twice(listening.server, "kokoro"))
    assert "backend_fallback" not in killed.warnings
    if killed.pcm != undisturbed.pcm:
        sounds = [Sound(take.pcm, take.rate_hz, [TEXT]) for take in (undisturbed, killed)]
        one, other = asyncio.run(hear(sounds, "en"))
        assert other.text == one.text
        assert killed.duration_ms == pytest.approx(undisturbed.duration_ms, abs=50)
