"""A sentence on its way to sound: what a worker is asked for, and what its listener is told of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.speech.rendering import SETTINGS, words_of
from voice_server.core.speech.segments import (
    PendingSegment,
    SegmentPhase,
    new_segments,
    prepare_text_path,
)
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.text.normalization.rule import language
from voice_server.core.text.pronunciation.dictionary import PronunciationDictionary
from voice_server.core.text.pronunciation.entries import read_entries
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import (
    BYTES_PER_SAMPLE,
    NORMALIZED_KINDS,
    SAMPLE_RATE_HZ,
    Segment,
    WordMark,
)

SECOND_BYTES = SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
TYPED = "Well: **never** mind."


def segment(
    text: str = "Hello there.", *, at: int = 0, index: int = 0, settings: SpeechSettings = SETTINGS
) -> PendingSegment:
    (only,) = segments(text, at=at, index=index, settings=settings)
    return only


def segments(
    text: str, *, at: int = 0, index: int = 0, settings: SpeechSettings = SETTINGS
) -> list[PendingSegment]:
    return new_segments(index, Piece(text, at, at + len(text), "", "en"), settings, 10.0)


def rendered(audio_s: float, *, certain_at: float, begun_at: float, ended_at: float) -> PendingSegment:
    pending = segment()
    pending.certain_at, pending.begun_at, pending.ended_at = certain_at, begun_at, ended_at
    pending.rendered_bytes = int(audio_s * SECOND_BYTES)
    pending.phase = SegmentPhase.RENDERED
    return pending


def test_a_worker_is_asked_for_the_text_as_spoken_with_all_that_decides_its_sound() -> None:
    settings = SpeechSettings("kokoro", "af", options={"speed": 1.5, "seed": 7})
    assert segment(TYPED, settings=settings).segment == Segment(
        "kokoro", "Well: never mind.", "af", {"speed": 1.5, "seed": 7}, seed=7
    )


def test_what_the_first_text_needs_can_be_loaded_ahead() -> None:
    script = (
        "import sys; from voice_server.core.speech.segments import prepare_text_path; prepare_text_path(); "
        "loaded = set(sys.modules); from voice_server.core.text.speakable.spoken_text import speakable; "
        "speakable('Let $x^2$ be.'); print(sorted(set(sys.modules) - loaded))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
    prepare_text_path()
    made = language.cache_info().misses
    segment("5 kg, $3, 2024-03-15", settings=replace(SETTINGS, normalized_kinds=NORMALIZED_KINDS))
    assert language.cache_info().misses == made


def test_numbers_are_said_in_the_language_of_the_voice_and_lead_back_to_what_was_typed() -> None:
    settings = replace(SETTINGS, normalized_kinds=NORMALIZED_KINDS, spoken_language="de")
    pending = segment("**3** for $4.5M.", at=10, settings=settings)
    assert pending.segment.text == "drei for vier Komma fünf Millionen Dollar."
    pending.marks = words_of(pending.segment.text)
    typed = ["3", "for", *["$4.5M"] * 4, "$4.5M."]
    text = " " * 10 + "**3** for $4.5M."
    assert [text[mark.start : mark.end] for mark in pending.typed_marks()] == typed
    assert segment("3", settings=replace(settings, spoken_language=None)).segment.text == "three"
    assert segment("**3**", settings=replace(settings, markup="speak")).segment.text == "**3**"
    assert segment("Drei.", settings=settings).segment.text == "Drei."


@given(st.text(max_size=40), st.integers(0, 999), st.integers(0, 99))
def test_the_same_text_has_the_same_seed_wherever_it_stands(text: str, at: int, index: int) -> None:
    moved = segments(text, at=at, index=index)
    assert [each.segment for each in moved] == [each.segment for each in segments(text)]


def test_another_text_has_another_seed() -> None:
    assert segment("Hello there.").segment.seed != segment("Hello there!").segment.seed


@pytest.mark.parametrize("text", ["---", "**", " ", "```\n"])
def test_what_holds_nothing_to_say_has_no_segment(text: str) -> None:
    assert segments(text) == []


def test_each_part_that_another_voice_reads_is_a_segment_with_the_next_number() -> None:
    def reader(settings: SpeechSettings, scripts: frozenset[str], language: str) -> SpeechSettings:
        return replace(settings, voice=language, reads=scripts)

    settings = replace(SETTINGS, reads=frozenset(), find_reader=reader)
    parts = segments("Say 你好 [laugh] twice.", at=5, index=3, settings=settings)
    assert [(each.index, each.segment.voice, each.segment.text) for each in parts] == [
        (3, "v", "Say"),
        (4, "zh", "你好"),
        (5, "v", "twice."),
    ]
    assert [warning.code for each in parts for warning in each.warnings] == ["script_switched", "tag_dropped"]


def test_a_segment_is_of_a_piece_that_begins_and_ends_where_it_does() -> None:
    pending = segment("Hello.", at=5)
    assert pending.covers(Piece("Hello.", 5, 11, " ", "en"))
    assert not pending.covers(Piece("Hello.", 6, 12, "", "en"))
    assert not pending.covers(Piece("Hello. You", 5, 15, "", "en"))


def test_a_segment_becomes_that_of_a_piece_of_which_the_same_is_said() -> None:
    pending, longer = segment("Hello.", at=5), segment("Hello. 🎉", at=5)
    assert pending.becomes(longer)
    assert (pending.piece, pending.spoken) == (longer.piece, longer.spoken)
    assert not pending.becomes(segment("Hello you.", at=5))
    assert not pending.becomes(segment("Hello.", at=6))


def test_marks_lie_where_their_words_stand_in_the_text_as_typed() -> None:
    pending = segment(TYPED, at=100)
    pending.marks = words_of(pending.segment.text)
    found = [TYPED[mark.start - 100 : mark.end - 100] for mark in pending.typed_marks()]
    assert found == ["Well:", "never", "mind."]
    assert pending.typed_marks(2) == pending.typed_marks()[2:]


def test_marks_keep_their_times_and_phonemes() -> None:
    pending = segment("Hi.")
    pending.marks = [WordMark("Hi", 20.0, 180.0, 0, 2, "haɪ")]
    assert pending.typed_marks() == (WordMark("Hi", 20.0, 180.0, 0, 2, "haɪ"),)


def test_word_times_are_estimated_where_the_engine_gave_none() -> None:
    pending = segment("Hello there.", settings=replace(SETTINGS, times_source="engine"))
    pending.rendered_bytes = SECOND_BYTES
    pending.complete_marks()
    assert [mark.word for mark in pending.marks] == ["Hello", "there"]
    assert 0.0 < pending.marks[-1].end_ms <= 1000.0
    assert pending.times_source == "estimate"


def test_an_engines_word_times_are_kept() -> None:
    pending = segment("Hello there.", settings=replace(SETTINGS, times_source="engine"))
    told = [WordMark("Hello", 0, 300, 0, 5), WordMark("there", 300, 900, 6, 11)]
    for mark in told:
        pending.add_mark(mark)
    pending.rendered_bytes = SECOND_BYTES
    pending.complete_marks()
    assert pending.marks == told
    assert pending.times_source == "engine"


def test_words_that_the_engine_left_out_are_said_between_those_that_it_timed() -> None:
    pending = segment("We saw the old man there.", settings=replace(SETTINGS, times_source="engine"))
    pending.rendered_bytes = SECOND_BYTES
    pending.add_mark(WordMark("saw", 200, 300, 3, 6))
    pending.add_mark(WordMark("man", 600, 700, 15, 18))
    pending.complete_marks()
    assert [mark.word for mark in pending.marks] == ["We", "saw", "the", "old", "man", "there"]
    assert [(mark.start_ms, mark.end_ms) for mark in pending.marks] == [
        (0, 200),
        (200, 300),
        (300, 450),
        (450, 600),
        (600, 700),
        (700, 1000),
    ]


def test_elements_of_ssml_are_no_words() -> None:
    pending = segment("Hi <break/> you.", settings=replace(SETTINGS, markup="speak", options={"ssml": True}))
    pending.add_mark(WordMark("Hi", 0, 100, 0, 2))
    pending.add_mark(WordMark("you", 400, 600, 12, 15))
    assert [mark.word for mark in pending.marks] == ["Hi", "you"]


@pytest.mark.parametrize(("begun_at", "queued_ms"), [(10.5, 500.0), (9.0, 0.0), (None, 0.0)])
def test_a_sentence_is_queued_from_its_certain_end_to_the_begin_of_its_render(
    begun_at: float | None, queued_ms: float
) -> None:
    pending = segment(TYPED, at=4, index=3)
    pending.certain_at, pending.begun_at, pending.start_s = 10.0, begun_at, 1.5
    told = pending.started_event()
    assert (told.index, told.text, told.spoken) == (3, TYPED, "Well: never mind.")
    assert (told.chars, told.at_ms, told.queued_ms) == ((4, 4 + len(TYPED)), 1500.0, queued_ms)


def test_the_first_audio_is_timed_from_the_certain_end_and_may_come_before_it() -> None:
    pending = rendered(2.0, certain_at=10.0, begun_at=9.0, ended_at=11.0)
    pending.first_audio_at, pending.gap_s = 9.75, 0.25
    told = pending.ended_event()
    assert (told.audio_ms, told.ttfa_ms, told.rtf, told.gap_ms) == (2000.0, -250.0, 1.0, 250.0)


def test_a_sentence_without_audio_was_first_heard_of_when_it_ended() -> None:
    told = rendered(0.0, certain_at=10.0, begun_at=10.0, ended_at=10.5).ended_event()
    assert (told.audio_ms, told.ttfa_ms, told.rtf) == (0.0, 500.0, 0.0)


def test_a_part_knows_where_its_words_begin_and_end() -> None:
    pending = segment("One two")
    pending.marks = [WordMark("One", 20.0, 80.0, 0, 3), WordMark("two", 90.0, 150.0, 4, 7)]
    part = pending.spoken_part()
    assert (list(part.word_starts_ms), list(part.word_ends)) == ([20.0, 90.0], [3, 7])


def test_a_rendered_part_is_as_long_as_its_audio() -> None:
    part = rendered(0.25, certain_at=0.0, begun_at=0.0, ended_at=1.0).spoken_part()
    assert (part.audio_s, part.span) == (0.25, (0, 12))


@pytest.mark.parametrize(("audio_s", "length_s"), [(0.25, 2.0), (3.0, 3.0)])
def test_a_part_that_still_renders_is_at_least_as_long_as_its_text_takes_to_say(
    audio_s: float, length_s: float
) -> None:
    pending = segment("a" * 30)
    pending.phase = SegmentPhase.RENDERING
    pending.rendered_bytes = int(audio_s * SECOND_BYTES)
    assert pending.spoken_part().audio_s == pytest.approx(length_s)


@given(st.integers(1, 300), st.integers(1, 300))
def test_a_longer_text_is_expected_to_take_longer(one: int, other: int) -> None:
    one_s, other_s = segment("a" * one).expected_s, segment("a" * other).expected_s
    assert (one < other) == (one_s < other_s)


PHONEMES = "In 2 [GIF](/dʒˈɪf/) files."
READS_PHONEMES = replace(SETTINGS, markup="speak", inline_phonemes=True)


def test_an_engine_that_says_phonemes_is_given_them() -> None:
    pending = segment(PHONEMES, settings=READS_PHONEMES)
    assert (pending.segment.text, pending.warnings) == (PHONEMES, [])


def test_an_engine_that_says_none_is_given_the_word_and_a_warning_tells_that() -> None:
    pending = segment(PHONEMES, at=10, settings=replace(SETTINGS, markup="speak"))
    assert pending.segment.text == "In 2 GIF files."
    assert [(each.code, each.message) for each in pending.warnings] == [
        (
            "phonemes_unread",
            "b reads no phonemes: words whose sound is given as IPA are said as written",
        )
    ]
    pending.marks = words_of("In 2 GIF files.")
    assert [PHONEMES[mark.start - 10 : mark.end - 10] for mark in pending.typed_marks()] == [
        "In",
        "2",
        "GIF",
        "files.",
    ]


def test_a_backend_in_place_of_another_may_be_given_the_text_without_phonemes() -> None:
    pending = segment(PHONEMES, at=10, settings=READS_PHONEMES)
    pending.redirect(Segment("c", PHONEMES, "w"))
    assert (pending.segment.backend, pending.spoken.text) == ("c", PHONEMES)
    pending.redirect(Segment("c", "In 2 GIF files.", "w"))
    assert (pending.segment.text, pending.spoken.text) == ("In 2 GIF files.", "In 2 GIF files.")
    pending.marks = words_of("In 2 GIF files.")
    assert [PHONEMES[mark.start - 10 : mark.end - 10] for mark in pending.typed_marks()][2] == "GIF"


WORDS = {
    "Nginx": {"say": "engine 2 x", "ipa": "ˌɛndʒɪnˈɛks"},
    "GIF": {"ipa": "dʒɪf"},
    "5 km": "a walk",
    "東京": "Tokyo",
    "ΑΒΓ": {"ipa": "alˈfa"},
}
PRONOUNCED = replace(
    SETTINGS,
    normalized_kinds=NORMALIZED_KINDS,
    dictionary=PronunciationDictionary(read_entries(WORDS, most=10)),
)


def test_words_are_said_as_the_dictionary_has_them_and_numbers_in_a_respelling_too() -> None:
    pending = segment("**Nginx** has 3, 5 km off.", at=7, settings=PRONOUNCED)
    assert pending.segment.text == "engine two x has three, a walk off."
    pending.marks = words_of(pending.segment.text)
    spans = [(mark.word, mark.start - 7, mark.end - 7) for mark in pending.typed_marks()]
    assert spans[:4] == [("engine", 2, 7), ("two", 2, 7), ("x", 2, 7), ("has", 10, 13)]
    assert spans[-3:] == [("a", 17, 21), ("walk", 17, 21), ("off.", 22, 26)]


def test_an_engine_that_says_phonemes_has_them_from_the_dictionary() -> None:
    pending = segment("3 Nginx", settings=replace(PRONOUNCED, inline_phonemes=True))
    assert pending.segment.text == "three [Nginx](/ˌɛndʒɪnˈɛks/)"
    pending.marks = [WordMark("Nginx", 0, 1, 7, 12)]
    assert [(mark.start, mark.end) for mark in pending.typed_marks()] == [(2, 7)]


def test_a_word_with_ipa_alone_is_said_as_written_by_others() -> None:
    pending = segment("A GIF.", settings=PRONOUNCED)
    assert (pending.segment.text, [each.code for each in pending.warnings]) == ("A GIF.", ["phonemes_unread"])


def test_a_word_that_has_a_pronunciation_needs_no_other_voice() -> None:
    reader = replace(SETTINGS, voice="other")
    settings = replace(PRONOUNCED, inline_phonemes=True, reads=frozenset(), find_reader=lambda *_: reader)
    pending = segment("In 東京 ΑΒΓ it is.", settings=settings)
    assert (pending.segment.text, pending.segment.voice) == ("In Tokyo [ΑΒΓ](/alfˈa/) it is.", "v")


def test_a_part_that_another_voice_reads_is_said_as_that_one_s_language_has_it() -> None:
    dictionary = PronunciationDictionary(read_entries({"你好": {"say": "nihao", "language": "zh"}}, most=1))
    reader = replace(SETTINGS, voice="li", spoken_language="zh", dictionary=dictionary)
    english = replace(SETTINGS, spoken_language="en", dictionary=dictionary)
    settings = replace(english, reads=frozenset(), find_reader=lambda *_: reader)
    assert [each.segment.text for each in segments("Say 你好 now.", settings=settings)] == [
        "Say",
        "nihao",
        "now.",
    ]


def test_with_markup_spoken_words_stay_as_they_are() -> None:
    assert segment("A Nginx.", settings=replace(PRONOUNCED, markup="speak")).segment.text == "A Nginx."


@given(
    st.lists(
        st.sampled_from(["Nginx ", "GIF's ", "5 km ", "the ", "$4.5M ", "東京", "x. ", "**", "\n"]),
        max_size=8,
    )
)
def test_every_spoken_character_leads_to_what_was_typed(words: list[str]) -> None:
    text = "".join(words)
    for pending in segments(text, settings=replace(PRONOUNCED, inline_phonemes=True)):
        spoken = pending.spoken.text
        spans = [pending.spoken.offsets.to_source(at, at + 1) for at in range(len(spoken))]
        assert all(0 <= start <= end <= len(text) for start, end in spans)
        assert spans == sorted(spans)
        for at in range(len(spoken) - 1):
            if spoken.startswith("[GIF's]", at):
                assert text[slice(*spans[at])] == "GIF's"


def test_phonemes_take_no_time_beside_their_word() -> None:
    plain, noted = segment("In 2 GIF files."), segment(PHONEMES, settings=READS_PHONEMES)
    assert 0 < noted.expected_s <= plain.expected_s * 1.2
