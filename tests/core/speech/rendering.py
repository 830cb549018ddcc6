"""A pool for tests of the cores: renders by arithmetic, in any order, without time or processes."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, field

from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.segments import PendingSegment
from voice_server.core.speech.speech_settings import SpeechSettings, UtteranceLimits
from voice_server.core.speech.utterance import Utterance
from voice_server.core.speech.utterance_events import SentenceAudio, UtteranceEvent
from voice_server.core.types import WordMark

SETTINGS = SpeechSettings(backend="b", voice="v", first_segment="sentence")
BYTES_PER_CHAR = 960  # 20 ms


def pcm_of(text: str) -> bytes:
    """The samples of a text: nothing but this text sounds like it."""
    return random.Random(zlib.crc32(text.encode())).randbytes(len(text) * BYTES_PER_CHAR)


def words_of(text: str) -> list[WordMark]:
    """A mark for every word of a text, in proportion to its place."""
    marks, at = [], 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        marks.append(WordMark(word, start * 20.0, at * 20.0, start, at))
    return marks


@dataclass
class Bench:
    """One utterance, the renders it asked for, and everything its listener was told."""

    utterance: Utterance
    now: float = 100.0
    events: list[UtteranceEvent] = field(default_factory=list)
    rendering: dict[PendingSegment, bytes] = field(default_factory=dict)
    stopped: list[PendingSegment] = field(default_factory=list)

    @classmethod
    def open(cls, settings: SpeechSettings = SETTINGS, limits: UtteranceLimits | None = None) -> Bench:
        return cls(Utterance(settings, limits or UtteranceLimits(), 100.0))

    def receive(self, event: inputs.UtteranceInput) -> None:
        self.utterance.receive(event, self.now)
        self._settle()

    def _settle(self) -> None:
        self.split()
        for pending in self.utterance.take_actions():
            self.stopped.append(pending)
            self.rendering.pop(pending, None)

    def split(self) -> None:
        """Let all text be split that may be."""
        while self.utterance.may_proceed:
            self.utterance.proceed(self.now)

    def speak(self, *tokens: str) -> None:
        for token in tokens:
            self.receive(inputs.PushText(token))

    def dispatch(self) -> PendingSegment | None:
        """Give the next segment to a worker, if one may be rendered."""
        if self.utterance.waiting_backend is None or not self.utterance.may_render:
            return None
        pending = self.utterance.dispatch(self.now)
        self.split()
        self.rendering[pending] = pcm_of(pending.segment.text)
        return pending

    def sound(self, pending: PendingSegment, n_bytes: int) -> None:
        """Let a worker hand over the next piece; it is done when nothing is left."""
        rest = self.rendering[pending]
        self.receive(inputs.RenderedAudio(pending, rest[:n_bytes]))
        self.rendering[pending] = rest[n_bytes:]
        if not self.rendering[pending]:
            self.finish(pending)

    def finish(self, pending: PendingSegment) -> None:
        del self.rendering[pending]
        self.receive(inputs.RenderCompleted(pending))

    def fail(self, pending: PendingSegment) -> None:
        del self.rendering[pending]
        self.receive(inputs.RenderFailed(pending, "render_failed", "no"))

    def render_all(self) -> None:
        while (pending := self.dispatch()) is not None:
            self.sound(pending, len(self.rendering[pending]))
            self.take_all()

    def take_all(self) -> list[UtteranceEvent]:
        taken = []
        while (event := self.utterance.take(self.now)) is not None:
            taken.append(event)
        self.events += taken
        return taken

    def told(self, kind: type) -> list[UtteranceEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def audio(self) -> bytes:
        return b"".join(event.pcm for event in self.events if isinstance(event, SentenceAudio))
