"""Timing of a turn at the client: the delay of each sentence, and the gaps in playback."""

from __future__ import annotations

from dataclasses import dataclass

from voice_server.client_events import Audio, Event, Generating, Sentence, SentenceEnd
from voice_server.commands.simulate.simulated_llm import TokenLog
from voice_server.core.audio.pcm import duration_ms
from voice_server.core.speech.play_clock import PlayClock
from voice_server.core.types import SAMPLE_RATE_HZ

GAP_MS = 20
"""A silence within speech counts as a gap if it is longer."""


@dataclass(frozen=True, slots=True)
class SentenceTiming:
    """One sentence as it reached this client; what a version 1 server does not send is None.

    `delay_ms` runs from the moment the sentence was certain (the token behind it was sent) to its first audio
    here, `from_last_token_ms` from the token that completed it; `at_ms` is where it begins in the audio.
    `gap_ms` is all gaps before and inside it, added up, and `typed_end` where it ends in the text as typed.
    """

    index: int
    text: str
    delay_ms: float | None = None
    from_last_token_ms: float | None = None
    at_ms: float | None = None
    audio_ms: float | None = None
    rtf: float | None = None
    gap_ms: float | None = None
    typed_end: int | None = None


class TurnMeter:
    """Measures one turn whose tokens are in `log`; times in seconds on the log's clock."""

    def __init__(self, log: TokenLog, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        self._log = log
        self._rate_hz = sample_rate_hz
        self._playback = PlayClock()
        self._sentence: Sentence | None = None
        self._sentence_audio_at: float | None = None
        self._gap_ms = 0.0
        self._version_1_sentences = 0
        self.first_audio_at: float | None = None
        self.last_audio_at: float | None = None
        self.audio_ms = 0.0
        self.gaps_ms: list[float] = []

    def receive(self, event: Event, now: float) -> SentenceTiming | None:
        """Take the next event; return the timing of the sentence that it completes, if any."""
        if isinstance(event, Audio):
            self.receive_audio(len(event.pcm), now)
        elif isinstance(event, Sentence):
            self._sentence, self._sentence_audio_at, self._gap_ms = event, None, 0.0
        elif isinstance(event, SentenceEnd) and self._sentence is not None:
            return self._completed(self._sentence, event)
        elif isinstance(event, Generating) and event.index is None:
            self._version_1_sentences += 1
            return SentenceTiming(self._version_1_sentences - 1, event.sentence)
        return None

    def receive_audio(self, n_bytes: int, now: float) -> None:
        """Take the next audio, of `n_bytes` of 16-bit PCM."""
        audio_ms = duration_ms(n_bytes, self._rate_hz)
        gap_ms = 1000 * self._playback.deliver(audio_ms / 1000, now)
        if self._sentence_audio_at is None:
            self._sentence_audio_at = now
        if gap_ms > GAP_MS:
            self._gap_ms += gap_ms
            self.gaps_ms.append(gap_ms)
        self.first_audio_at = now if self.first_audio_at is None else self.first_audio_at
        self.last_audio_at = now
        self.audio_ms += audio_ms

    def _completed(self, sentence: Sentence, end: SentenceEnd) -> SentenceTiming:
        typed_end = sentence.chars[1] if sentence.chars else None
        return SentenceTiming(
            index=sentence.index,
            text=sentence.text,
            delay_ms=self._delay_ms(None if typed_end is None else self._log.certain_at(typed_end)),
            from_last_token_ms=self._delay_ms(
                None if typed_end is None else self._log.complete_at(typed_end)
            ),
            at_ms=sentence.at_ms,
            audio_ms=end.audio_ms,
            rtf=end.rtf,
            gap_ms=self._gap_ms,
            typed_end=typed_end,
        )

    def _delay_ms(self, moment: float | None) -> float | None:
        if moment is None or self._sentence_audio_at is None:
            return None
        return (self._sentence_audio_at - moment) * 1000
