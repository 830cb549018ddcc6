"""A take: one text as a client of a server gets it spoken, with the times of its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from voice_server.client_events import Audio, ErrorEvent, Event, Ready, Sentence, WarningEvent, Word, Words
from voice_server.client_streams import connect
from voice_server.core.types import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ
from voice_server.errors import VoiceServerError

_AHEAD_S = 600  # nobody plays it: as far ahead as the protocol allows


@dataclass(frozen=True, slots=True)
class Take:
    """The audio of a text (int16 little endian mono), and all that was said of it.

    Times are milliseconds from the first sample: of the words, and of each sentence's first sample (not of
    the parts that a sentence is cut into). `source` says who gave the times: "model", "engine" or "estimate",
    "" for no words. `warnings` are codes.
    """

    text: str
    pcm: bytes
    rate_hz: int = SAMPLE_RATE_HZ
    words: tuple[Word, ...] = ()
    source: str = ""
    sentence_starts_ms: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def duration_ms(self) -> float:
        """How long it is."""
        return _duration_ms(len(self.pcm), self.rate_hz)


async def record_take(url: str, text: str, **config: Any) -> Take:
    """Have a server speak a text; `config` is that of the stream. Raises VoiceServerError."""
    events: list[Event] = []
    async with connect(url, timestamps="word", ahead_s=_AHEAD_S, **config) as stream:
        await stream.send_text(text)
        await stream.done()
        async for event in stream:
            if isinstance(event, ErrorEvent):
                raise VoiceServerError(event.msg)
            events.append(event)
    return take_of(text, events)


def take_of(text: str, events: list[Event]) -> Take:
    """Put the events of one turn together."""
    pcm = bytearray()
    rate_hz = next((event.sample_rate for event in events if isinstance(event, Ready)), SAMPLE_RATE_HZ)
    starts_ms: dict[int | None, float] = {}
    for event in events:
        if isinstance(event, Audio):
            starts_ms.setdefault(event.index, _duration_ms(len(pcm), rate_hz))
            pcm += event.pcm
    timed = [event for event in events if isinstance(event, Words)]
    spoken = {event.index: event.spoken for event in events if isinstance(event, Sentence)}
    return Take(
        text,
        bytes(pcm),
        rate_hz,
        tuple(word for event in timed for word in _moved(event, starts_ms)),
        timed[0].source if timed else "",
        tuple(ms for index, ms in starts_ms.items() if _begins_a_sentence(index, spoken)),
        tuple(event.code for event in events if isinstance(event, WarningEvent)),
    )


def _begins_a_sentence(index: int | None, spoken: Mapping[int, str]) -> bool:
    """Whether the part before this one, if there is one, ended its sentence."""
    return not index or spoken.get(index - 1, "").rstrip("\"'”’)] ").endswith((".", "!", "?", "…"))


def _moved(words: Words, starts_ms: Mapping[int | None, float]) -> list[Word]:
    """The words of a sentence with times from the take's first sample."""
    start_ms = starts_ms.get(words.index, 0.0)
    return [
        replace(word, start_ms=start_ms + word.start_ms, end_ms=start_ms + word.end_ms)
        for word in words.words
    ]


def _duration_ms(n_bytes: int, rate_hz: int) -> float:
    return 1000 * n_bytes / BYTES_PER_SAMPLE / rate_hz
