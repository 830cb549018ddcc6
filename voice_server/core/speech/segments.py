"""A sentence and its render: how it is to be spoken, and how far it has come."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from voice_server.core.speech.play_clock import SpokenPart
from voice_server.core.speech.reading import ReadPart
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.text_stages import TEXT_STAGES, TextStage, staged, unchanged_part
from voice_server.core.speech.utterance_events import SentenceEnded, SentenceStarted
from voice_server.core.speech.word_times import estimated_marks, share_time, word_spans
from voice_server.core.text.change_log import ChangeLog
from voice_server.core.text.normalization.normalizer import prepare
from voice_server.core.text.offsets import OffsetMap
from voice_server.core.text.pronunciation.phonemes import silent_places, without_phonemes
from voice_server.core.text.speakable.spoken_text import SpokenText, speakable
from voice_server.core.text.splitting.speech_length import LETTERS_PER_SECOND, speech_length
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import (
    PCM_BYTES_PER_SECOND,
    Segment,
    Span,
    SpeechWarning,
    TimesSource,
    WordMark,
)

TypedPlace = tuple[Span, OffsetMap | None]
"""Where a piece was typed, and the map of its text to that; None where it is the text as typed."""


def typed_as_it_is(piece: Piece) -> TypedPlace:
    """Where a piece was typed, of a text of which nothing was left out."""
    return (piece.start, piece.end), None


class SegmentPhase(Enum):
    """WAITING → RENDERING → RENDERED or FAILED; a redirected segment goes back to WAITING."""

    WAITING = auto()
    RENDERING = auto()
    RENDERED = auto()
    FAILED = auto()


@dataclass(slots=True, eq=False)
class PendingSegment:
    """One sentence from the moment its end was likely until its last sample is handed over.

    `piece` has offsets in the text that was split; `chars` is where it was typed, and `spoken` leads there.
    `pause_ms` is the silence that parts it from the one before, and `pause_bytes` how much of it was handed
    over: its audio begins with that; a pause that `is_asked_for` is heard without a sound before it too.
    `is_inside` says that the one before is a part of the same sentence.
    """

    index: int
    piece: Piece
    chars: Span
    spoken: SpokenText
    segment: Segment
    settings: SpeechSettings
    found_at: float
    certain_at: float | None = None
    begun_at: float | None = None
    first_audio_at: float | None = None
    ended_at: float | None = None
    phase: SegmentPhase = SegmentPhase.WAITING
    rendered_bytes: int = 0
    marks: list[WordMark] = field(default_factory=list)  # with offsets into the segment's text
    delivered_marks: int = 0
    has_estimated_marks: bool = False
    warnings: list[SpeechWarning] = field(default_factory=list)
    failure: tuple[str, str] | None = None
    is_inside: bool = False
    pause_ms: float = 0.0
    is_asked_for: bool = False
    pause_bytes: int = 0
    has_started: bool = False
    start_s: float = 0.0
    gap_s: float = 0.0

    @property
    def times_source(self) -> TimesSource:
        """Where the word times of this segment come from."""
        return "estimate" if self.has_estimated_marks else self.settings.times_source

    @property
    def shown_text(self) -> str:
        """The sentence as a listener may read it; phonemes that SSML gives are no part of what was typed."""
        text = self.piece.text
        return without_phonemes(text)[0] if self.settings.markup == "ssml" else text

    def covers(self, piece: Piece) -> bool:
        """Whether this is the segment of that piece."""
        return (self.piece.start, self.piece.end) == (piece.start, piece.end)

    def becomes(self, other: PendingSegment) -> bool:
        """Take the place in the text of a segment of which the same is said; False if something else is.

        Then only signs that are not spoken have come, such as an emoji behind the mark.
        """
        if self.segment != other.segment or self.piece.start != other.piece.start:
            return False
        self.piece, self.chars = other.piece, other.chars
        self.spoken, self.warnings = other.spoken, other.warnings
        return True

    def redirect(self, segment: Segment) -> None:
        """Have another backend render it: `segment` has the same text, perhaps without its phonemes."""
        if segment.text != self.segment.text:
            text, offsets = without_phonemes(self.segment.text)
            self.spoken = replace(self.spoken, text=text, offsets=self.spoken.offsets.then(offsets))
        self.segment = segment

    def add_mark(self, mark: WordMark) -> None:
        """A word that the engine has timed; words that it left out before it are said between the two."""
        self._add_missing_words(mark.start, mark.start_ms)
        self.marks.append(mark)

    def complete_marks(self) -> None:
        """Time the words that the engine left out, or all where it gives none; all audio must be there."""
        audio_ms = self.rendered_bytes / PCM_BYTES_PER_SECOND * 1000
        if self.marks:
            self._add_missing_words(len(self.segment.text), audio_ms)
        else:
            self.marks = estimated_marks(self.segment.text, audio_ms)
            self.has_estimated_marks = True

    def _add_missing_words(self, until: int, until_ms: float) -> None:
        if self.settings.options.get("ssml"):
            return  # the text holds elements, whose letters are no words
        since, since_ms = (self.marks[-1].end, self.marks[-1].end_ms) if self.marks else (0, 0.0)
        if until - since < 2 and not self.segment.text[since:until].isalnum():
            return  # what stands between most words
        missing = word_spans(self.segment.text, since, max(since, until))
        self.marks.extend(share_time(self.segment.text, missing, since_ms, max(since_ms, until_ms)))

    @property
    def pause_s(self) -> float:
        """How long its audio is silent before its first sound."""
        return self.pause_bytes / PCM_BYTES_PER_SECOND

    def typed_marks(self, since: int = 0) -> tuple[WordMark, ...]:
        """The word marks from number `since` on, with offsets into the text as typed."""
        base, to_source = self.chars[0], self.spoken.offsets.to_source
        typed = []
        for mark in self.marks[since:]:
            start, end = to_source(mark.start, mark.end)
            typed.append(
                WordMark(mark.word, mark.start_ms, mark.end_ms, base + start, base + end, mark.phonemes)
            )
        return tuple(typed)

    def started_event(self) -> SentenceStarted:
        """What the listener is told before the first sample."""
        assert self.certain_at is not None
        begun_at = self.certain_at if self.begun_at is None else self.begun_at
        return SentenceStarted(
            self.index,
            self.shown_text,
            self.spoken.text,
            self.chars,
            at_ms=self.start_s * 1000,
            queued_ms=max(0.0, begun_at - self.certain_at) * 1000,
        )

    def ended_event(self) -> SentenceEnded:
        """What the listener is told after the last sample."""
        assert self.certain_at is not None
        assert self.begun_at is not None
        assert self.ended_at is not None
        audio_s = self.rendered_bytes / PCM_BYTES_PER_SECOND
        first_audio_at = self.ended_at if self.first_audio_at is None else self.first_audio_at
        return SentenceEnded(
            self.index,
            audio_ms=(self.pause_s + audio_s) * 1000,
            ttfa_ms=(first_audio_at - self.certain_at) * 1000,
            rtf=(self.ended_at - self.begun_at) / audio_s if audio_s else 0.0,
            gap_ms=self.gap_s * 1000,
        )

    def spoken_part(self) -> SpokenPart:
        """This sentence on the utterance's time line, for the heard text of a barge-in, without the pause."""
        audio_s = self.rendered_bytes / PCM_BYTES_PER_SECOND
        if self.phase is SegmentPhase.RENDERING:
            audio_s = max(audio_s, self.expected_s)
        return SpokenPart(
            self.start_s + self.pause_s,
            audio_s,
            self.chars,
            array("d", [mark.start_ms for mark in self.marks]),
            array("q", [mark.end for mark in self.marks]),
            self.spoken.offsets,
        )

    @property
    def expected_s(self) -> float:
        """Seconds of audio to expect of the text, at the pace of ordinary speech."""
        text = self.segment.text
        phonemes = sum(speech_length(text, *place) for place in silent_places(text))
        return (speech_length(text, 0, len(text)) - phonemes) / LETTERS_PER_SECOND


def new_segments(
    index: int,
    piece: Piece,
    settings: SpeechSettings,
    now: float,
    typed_place: Callable[[Piece], TypedPlace] = typed_as_it_is,
    *,
    log: ChangeLog | None = None,
    stages: Sequence[TextStage] = TEXT_STAGES,
) -> list[PendingSegment]:
    """The segments to be rendered for a piece of the text; none where there is nothing to say.

    That is one, or one for each part in a script that another voice has to read; the first has the number
    `index`. `typed_place` says where a piece, or a part of it, was typed. A `log` is told what was changed.
    """
    return segments_of(index, staged(unchanged_part(piece, settings), stages, log), now, typed_place)


def segments_of(
    index: int,
    parts: Sequence[ReadPart],
    now: float,
    typed_place: Callable[[Piece], TypedPlace] = typed_as_it_is,
) -> list[PendingSegment]:
    """The segments of the parts of one piece, which have gone through all stages; see `new_segments`."""
    segments = [
        _new_segment(index + number, part, typed_place(part.piece), now) for number, part in enumerate(parts)
    ]
    for pending, part in zip(segments, parts, strict=True):
        pending.warnings += part.warnings
    for pending in segments[1:]:
        pending.is_inside = True
    return segments


def prepare_text_path() -> None:
    """Load what the first texts would wait for, 0.15 s: libraries, the rules of English, TeX's parser."""
    prepare()
    speakable("$x$")


def _new_segment(index: int, part: ReadPart, typed: TypedPlace, now: float) -> PendingSegment:
    """A segment for a part of the text and what is spoken of it.

    The seed depends on the text alone unless the options give one, so that the same text sounds the same
    however it was cut, and a retry continues the audio that already left.
    """
    spoken, settings = part.spoken, part.settings
    seed = settings.options.get("seed")
    segment = Segment(
        backend=settings.backend,
        text=spoken.text,
        voice=settings.voice,
        options=settings.options,
        seed=seed if isinstance(seed, int) else zlib.crc32(spoken.text.encode()),
    )
    chars, way_back = typed
    if way_back is not None:
        spoken = replace(spoken, offsets=way_back.then(spoken.offsets))
    return PendingSegment(index, part.piece, chars, spoken, segment, settings, now)
