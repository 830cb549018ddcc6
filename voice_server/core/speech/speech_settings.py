"""How text is to be spoken: as a client asks for it, and with every name resolved; the defaults of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol

from voice_server.core.speech.pauses import NO_PAUSES, Pauses
from voice_server.core.text.directives import Style
from voice_server.core.text.filtering.text_filter import CodePolicy
from voice_server.core.text.pronunciation.dictionary import NO_PRONUNCIATIONS, PronunciationDictionary
from voice_server.core.text.speakable.citations import CitationPolicy
from voice_server.core.text.speakable.pictures import EmojiPolicy
from voice_server.core.types import (
    ANY_SCRIPT,
    Capabilities,
    NormalizedKind,
    OptionValue,
    SpeechWarning,
    TimesSource,
)
from voice_server.core.wire.speakers import SpeakerChoice
from voice_server.errors import TooMuch

FirstSegment = Literal["sentence", "clause"]
MarkupPolicy = Literal["strip", "speak", "ssml"]
"""What becomes of markup: it is left out, spoken as it is written, or the text is SSML and obeyed."""
ScriptPolicy = Literal["switch", "keep"]
"""What becomes of text in a script that the voice cannot read: another voice reads it, or this one tries."""

DEFAULT_MAX_WAIT_MS: Final = 300.0
DEFAULT_AHEAD_S: Final = 5.0
DEFAULT_SCRIPT: Final[ScriptPolicy] = "switch"
DEFAULT_CODE: Final[CodePolicy] = "announce"
DEFAULT_MIN_SEGMENT_CHARS: Final = 0
DEFAULT_MAX_SEGMENT_CHARS: Final = 300


MAX_VOICE_CHARS: Final = 400
MAX_LANGUAGE_CHARS: Final = 40
"""No name is longer than these; to compare a long one takes long."""


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """How a client wants to be spoken to, in its own words; nothing in it has been checked.

    `voice` is a name, an alias or a number of the voice list, `options` are the backend's. `speed` is the
    option of that name for clients that always send one: 1, the voice's own pace, is left out where there is
    no such option. `sentence_pause_ms` is the silence between sentences, or None for the configured one.
    `normalize` says whether numbers, signs and so on are put into words, or which kinds of them.
    `emoji` and `citations` say whether those that only the eye needs are spoken.
    `pronunciations` are words and how they are said, beside the server's own (see `read_entries`).
    `first_segment` is None for what suits the engine (`default_first_segment`). `speakers` are those whose
    lines begin with their names.
    """

    backend: str | None = None
    voice: str | int | None = None
    language: str | None = None
    speed: float | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    markup: MarkupPolicy = "strip"
    normalize: bool | Sequence[NormalizedKind] = True
    script: ScriptPolicy = DEFAULT_SCRIPT
    code: CodePolicy = DEFAULT_CODE
    emoji: EmojiPolicy = "skip"
    citations: CitationPolicy = "skip"
    word_times: bool = False
    first_segment: FirstSegment | None = None
    max_wait_ms: float = DEFAULT_MAX_WAIT_MS
    ahead_s: float = DEFAULT_AHEAD_S
    sentence_pause_ms: float | None = None
    speakers: Mapping[str, SpeakerChoice] = field(default_factory=dict)
    pronunciations: Mapping[str, object] = field(default_factory=dict)


def default_first_segment(capabilities: Capabilities) -> FirstSegment:
    """Where a turn's first segment ends: the sound of an engine that streams comes early without a cut.

    At a cut the voice falls as at a sentence's end.
    """
    return "sentence" if capabilities.streams else "clause"


class ReaderFinder(Protocol):
    """Finds who reads text that a voice cannot read."""

    def __call__(
        self, settings: SpeechSettings, scripts: frozenset[str], language: str
    ) -> SpeechSettings | None:
        """`settings` with a voice of `language` that reads all of `scripts`; None where there is none."""


class StyleFinder(Protocol):
    """Finds how text is spoken for which a tag asks for another style."""

    def __call__(self, settings: SpeechSettings, style: Style) -> tuple[SpeechSettings, list[SpeechWarning]]:
        """`settings` with all of the style that can be done, and a warning for what cannot."""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """How an utterance is spoken; every name in it has been resolved and checked.

    `language` is what the client said of the text; without it the splitter judges sentence by sentence, since
    a voice may be given any text. `voice` is the backend's own id, `options` are complete for the backend,
    `normalized_kinds` are put into words of `spoken_language`, the voice's (None for that of the text);
    `known_tags` are the sounds that it can make of a bracketed tag, and with `inline_phonemes` it says words
    by their phonemes. `ahead_s` is how much sound the listener likes to have in store. A sentence shorter
    than `min_segment_chars` is spoken together with the next one, if that comes in time. `reads` are the
    scripts that the voice reads beside Latin, and `find_reader` finds who reads others, unless `script` is
    "keep"; a reader that it found has none. `pauses` are what a listener hears between the parts of the text,
    and the `dictionary` says how single words are said. `speakers` are the settings for lines that begin with
    a name, `find_style` finds those for text behind a tag; without it tags have no effect.
    """

    backend: str
    voice: str
    language: str | None = None
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    markup: MarkupPolicy = "strip"
    normalized_kinds: frozenset[NormalizedKind] = frozenset()
    spoken_language: str | None = None
    known_tags: frozenset[str] = frozenset()
    inline_phonemes: bool = False
    word_times: bool = False
    times_source: TimesSource = "estimate"
    first_segment: FirstSegment = "clause"
    max_wait_ms: float = DEFAULT_MAX_WAIT_MS
    ahead_s: float = DEFAULT_AHEAD_S
    min_segment_chars: int = DEFAULT_MIN_SEGMENT_CHARS
    max_segment_chars: int = DEFAULT_MAX_SEGMENT_CHARS
    reads: frozenset[str] = frozenset({ANY_SCRIPT})
    script: ScriptPolicy = DEFAULT_SCRIPT
    code: CodePolicy = DEFAULT_CODE
    emoji: EmojiPolicy = "skip"
    citations: CitationPolicy = "skip"
    pauses: Pauses = NO_PAUSES
    dictionary: PronunciationDictionary = NO_PRONUNCIATIONS
    find_reader: ReaderFinder | None = field(default=None, compare=False)
    speakers: Mapping[str, SpeechSettings] = field(default_factory=dict)
    find_style: StyleFinder | None = field(default=None, compare=False)

    def renders_like(self, other: SpeechSettings) -> bool:
        """Whether a sentence that was rendered with `other` need not be rendered again with these."""
        return self == replace(
            other,
            language=self.language,  # of the splitter; what the backend is told of it is an option
            first_segment=self.first_segment,
            code=self.code,  # of the filter
            max_wait_ms=self.max_wait_ms,
            ahead_s=self.ahead_s,
            pauses=self.pauses,
        )


@dataclass(frozen=True, slots=True)
class UtteranceLimits:
    """What one utterance may hold.

    Characters that are on no worker yet, flushes that have not been reached, and bytes of audio that wait to
    be taken.
    """

    buffered_chars: int = 200_000
    waiting_flushes: int = 100
    unsent_bytes: int = 1 << 20

    def check_text(self, waiting_chars: int, added_chars: int) -> None:
        """Raise TooMuch where more text would wait than may."""
        if waiting_chars + added_chars > self.buffered_chars:
            raise TooMuch(
                f"{waiting_chars} characters wait to be spoken, and at most {self.buffered_chars} may; "
                "send the next text later",
                code="text_overflow",
            )

    def check_flush(self, waiting_flushes: int) -> None:
        """Raise TooMuch where one flush more would wait than may."""
        if waiting_flushes >= self.waiting_flushes:
            raise TooMuch(f"at most {self.waiting_flushes} flushes of a turn may wait to be reached")
