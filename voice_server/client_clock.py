"""Where the listener of a stream is: the play position, the word that is being said, and what was heard.

Sound that a program is handed is not heard yet: an engine renders faster than anybody listens. The clock
takes the events in the order in which the program gets them, and takes playback to begin with the first
sound, to run in real time and to stand still where there is nothing to play. A program whose sound device
tells how much it has played reports that, and the clock keeps to it.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from voice_server.client_events import Audio, Event, Sentence, Word, Words
from voice_server.core.types import Span

_SENTENCES_KEPT: Final = 10_000
_ROUNDING_MS: Final = 0.01  # sums of the same parts in another order differ


@dataclass(frozen=True, slots=True)
class PlayPosition:
    """Where in a turn the listener is, `played_ms` from its first sample: what `played` and `cancel` send."""

    turn: str
    index: int
    played_ms: float


@dataclass(slots=True)
class _HandedSentence:
    """A sentence of which sound was handed out; it begins `start_ms` after the first sound of all."""

    sentence: Sentence
    start_ms: float
    audio_ms: float = 0.0
    words: list[Word] = field(default_factory=list)
    cut_ms: float = math.inf
    """Where it was broken off: what is behind is never heard."""

    def word_at(self, into_ms: float) -> Word | None:
        """The last word that has begun."""
        begun = [word for word in self.words if word.start_ms <= into_ms]
        return begun[-1] if begun else None

    @property
    def chars(self) -> Span:
        """Where it stands in the turn's text as typed."""
        return self.sentence.chars or (0, 0)

    def heard_until(self, into_ms: float) -> int:
        """The offset in the turn's text up to which it was heard: a word counts once it has begun."""
        (start, end), into_ms = self.chars, min(into_ms, self.cut_ms)
        if into_ms <= 0:
            return start
        if into_ms >= self.audio_ms - _ROUNDING_MS:
            return end
        if not self.words:
            return start + int((end - start) * into_ms / self.audio_ms)
        word = self.word_at(into_ms)
        return start if word is None else word.end

    def heard(self, into_ms: float) -> str:
        """The part of its text that was heard; in proportion where that is not the text as typed."""
        text, (start, end) = self.sentence.text, self.chars
        return text[: (self.heard_until(into_ms) - start) * len(text) // max(1, end - start)]


class PlaybackClock:
    """The play position in all sound that a stream has handed out; times in milliseconds.

    `now` is a clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sentences: deque[_HandedSentence] = deque(maxlen=_SENTENCES_KEPT)
        self._handed_ms = 0.0
        self._anchor_ms = 0.0  # the position …
        self._anchored_at = 0.0  # … at this moment
        self._is_paused = False

    def receive(self, event: Event) -> None:
        """Take an event that was handed to the program."""
        if isinstance(event, Sentence):
            self._sentences.append(_HandedSentence(event, self._handed_ms))
        elif isinstance(event, Words) and self._sentences:
            self._sentences[-1].words += event.words
        elif isinstance(event, Audio):
            self._anchor(self.played_ms)
            self._handed_ms += event.audio_ms
            if self._sentences:
                self._sentences[-1].audio_ms += event.audio_ms

    @property
    def played_ms(self) -> float:
        """How much of all sound has been heard; what was thrown away does not count."""
        if self._is_paused:
            return self._anchor_ms
        elapsed_ms = (self._now() - self._anchored_at) * 1000
        return min(self._handed_ms, self._anchor_ms + max(0.0, elapsed_ms))

    @property
    def ahead_ms(self) -> float:
        """How much sound was handed out and has not been heard."""
        return self._handed_ms - self.played_ms

    @property
    def position(self) -> PlayPosition | None:
        """Where the listener is; None before the first sound of a sentence."""
        found = self._current()
        if found is None:
            return None
        current, into_ms = found
        sentence = current.sentence
        return PlayPosition(sentence.turn, sentence.index, sentence.at_ms + into_ms)

    @property
    def word(self) -> Word | None:
        """The word that is being said or was said last; None without `timestamps="word"`."""
        found = self._current()
        return None if found is None else found[0].word_at(found[1])

    def heard(self, turn: str | None = None) -> str:
        """What has been heard of a turn, or of the one being heard: its sentences as they are shown.

        `Cancelled.heard` is the same as it was typed, by the server's reckoning.
        """
        text, end = "", 0
        for each, into_ms in self._begun(turn):
            if part := each.heard(into_ms):
                start, next_end = each.chars
                text += (" " if text and start > end else "") + part
                end = next_end
        return text

    def heard_until(self, turn: str | None = None) -> int:
        """The offset in a turn's text as it was sent up to which it has been heard."""
        return max((each.heard_until(into_ms) for each, into_ms in self._begun(turn)), default=0)

    def _begun(self, turn: str | None) -> Iterator[tuple[_HandedSentence, float]]:
        """The sentences of a turn, or of the one being heard, of which something was heard, and how much."""
        played_ms = self.played_ms
        if turn is None:
            position = self.position
            turn = None if position is None else position.turn
        for each in self._sentences:
            if each.sentence.turn == turn and each.start_ms < played_ms:
                yield each, played_ms - each.start_ms

    def report(self, played_ms: float) -> None:
        """Keep to what the sound device says: so much of all sound has been played."""
        self._anchor(min(max(played_ms, 0.0), self._handed_ms))

    def pause(self) -> None:
        """Playback stands still."""
        self._anchor(self.played_ms)
        self._is_paused = True

    def resume(self) -> None:
        """Playback goes on from where it stood."""
        self._anchor(self.played_ms)
        self._is_paused = False

    def clear(self) -> None:
        """What was not heard is thrown away: the next sound follows what was."""
        self._handed_ms = played_ms = self.played_ms
        while self._sentences and self._sentences[-1].start_ms >= played_ms:
            self._sentences.pop()
        if self._sentences:
            last = self._sentences[-1]
            last.cut_ms = min(last.cut_ms, played_ms - last.start_ms)

    def _anchor(self, position_ms: float) -> None:
        self._anchor_ms = position_ms
        self._anchored_at = self._now()

    def _current(self) -> tuple[_HandedSentence, float] | None:
        """The sentence that is being heard, and how far; a sentence is heard from its first sample on."""
        played_ms = self.played_ms
        for each in reversed(self._sentences):
            if each.start_ms <= played_ms and each.audio_ms > 0:
                return each, min(played_ms - each.start_ms, each.audio_ms, each.cut_ms)
        return None
