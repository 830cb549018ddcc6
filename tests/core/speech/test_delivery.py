"""What is rendered is handed out sentence by sentence, and counted."""

from __future__ import annotations

from tests.core.speech.rendering import SETTINGS
from voice_server.core.speech import utterance_events
from voice_server.core.speech.delivery import Delivery
from voice_server.core.speech.segments import PendingSegment, SegmentPhase, new_segments
from voice_server.core.text.splitting.splitter import Piece
from voice_server.core.types import PCM_BYTES_PER_SECOND, WordMark

SECOND = b"\1\0" * (PCM_BYTES_PER_SECOND // 2)


def certain(delivery: Delivery, index: int, *, at: int = 0) -> PendingSegment:
    (pending,) = new_segments(index, Piece("Hello there.", at, at + 12, "", "en"), SETTINGS, 0.0)
    pending.certain_at = pending.begun_at = pending.ended_at = 0.0
    pending.phase = SegmentPhase.RENDERED
    delivery.open(pending)
    return pending


def take_all(delivery: Delivery, now: float = 0.0) -> list[utterance_events.UtteranceEvent]:
    taken = []
    while (event := delivery.take(now)) is not None:
        taken.append(event)
    return taken


def test_audio_that_waits_is_handed_out_in_one_message_up_to_a_limit() -> None:
    delivery = Delivery()
    pending = certain(delivery, 0)
    for _ in range(10):
        delivery.add_audio(pending, SECOND)
    delivery.close(pending)
    assert delivery.waiting_bytes == 10 * len(SECOND)
    sizes = [
        len(event.pcm) for event in take_all(delivery) if isinstance(event, utterance_events.SentenceAudio)
    ]
    assert sizes == [5 * len(SECOND)] * 2
    assert (delivery.waiting_bytes, delivery.taken_bytes) == (0, 10 * len(SECOND))
    assert delivery.is_empty


def test_nothing_of_a_sentence_leaves_before_its_end_is_certain() -> None:
    delivery = Delivery()
    pending = certain(delivery, 0)
    pending.certain_at = None
    delivery.add_audio(pending, SECOND)
    assert not delivery.has_event
    assert delivery.take(0.0) is None
    pending.certain_at = 0.0
    assert delivery.has_event
    assert isinstance(delivery.take(0.0), utterance_events.SentenceStarted)


def test_audio_for_a_dropped_sentence_is_not_counted() -> None:
    delivery = Delivery()
    pending = certain(delivery, 0)
    delivery.add_audio(pending, SECOND)
    delivery.drop(pending)
    delivery.add_audio(pending, SECOND)
    assert pending not in delivery
    assert delivery.waiting_bytes == 0


def test_a_flush_mark_is_an_event_of_its_own() -> None:
    delivery = Delivery()
    delivery.add_flush("a")
    assert delivery.has_event
    assert take_all(delivery) == [utterance_events.FlushReached("a")]
    assert not delivery.has_event


def test_word_marks_leave_before_the_audio_behind_them() -> None:
    delivery = Delivery()
    pending = certain(delivery, 0)
    mark = WordMark("Hello", 0.0, 250.0, 0, 5)
    delivery.add_marks(pending, (mark,))
    delivery.add_audio(pending, SECOND)
    delivery.close(pending)
    assert [type(event) for event in take_all(delivery)] == [
        utterance_events.SentenceStarted,
        utterance_events.SentenceWords,
        utterance_events.SentenceAudio,
        utterance_events.SentenceEnded,
    ]


def test_audio_does_not_overtake_the_word_marks_between_it() -> None:
    delivery = Delivery()
    pending = certain(delivery, 0)
    delivery.add_audio(pending, SECOND)
    delivery.add_marks(pending, (WordMark("there", 1000.0, 1250.0, 6, 11),))
    delivery.add_audio(pending, SECOND)
    assert [type(event) for event in take_all(delivery)] == [
        utterance_events.SentenceStarted,
        utterance_events.SentenceAudio,
        utterance_events.SentenceWords,
        utterance_events.SentenceAudio,
    ]


def test_a_sentence_without_sound_begins_and_ends_all_the_same() -> None:
    delivery = Delivery()
    delivery.close(certain(delivery, 0))
    started, ended = take_all(delivery)
    assert isinstance(started, utterance_events.SentenceStarted)
    assert isinstance(ended, utterance_events.SentenceEnded)
    assert ended.audio_ms == 0.0


def test_a_sentence_that_failed_without_sound_never_began() -> None:
    delivery = Delivery()
    pending = certain(delivery, 0)
    pending.failure = ("render_failed", "no")
    delivery.close(pending)
    assert take_all(delivery) == [utterance_events.SentenceFailed(0, "render_failed", "no")]


def test_what_was_handed_out_of_a_sentence_counts_as_heard_before_its_end() -> None:
    delivery = Delivery()
    pending = certain(delivery, 0)
    pending.marks = [WordMark("Hello", 0.0, 500.0, 0, 5), WordMark("there.", 600.0, 900.0, 6, 12)]
    delivery.add_audio(pending, SECOND)
    take_all(delivery, 0.0)
    answer = delivery.heard("Hello there.", 0.25)
    assert (answer.heard, answer.unheard, answer.dropped_ms) == ("Hello", " there.", 750.0)


def test_nothing_follows_what_has_been_handed_out_until_more_is_rendered() -> None:
    delivery = Delivery()
    pending = certain(delivery, 0)
    delivery.add_audio(pending, SECOND)
    assert len(take_all(delivery)) == 2
    assert not delivery.has_event
    delivery.add_audio(pending, SECOND)
    assert delivery.has_event


def test_clear_returns_the_sentences_that_were_not_handed_over() -> None:
    delivery = Delivery()
    first = certain(delivery, 0)
    delivery.add_flush(1)
    second = certain(delivery, 1, at=13)
    delivery.add_audio(first, SECOND)
    assert delivery.clear() == [first, second]
    assert delivery.is_empty
    assert delivery.waiting_bytes == 0


def test_an_hour_of_speech_leaves_a_short_record_and_right_heard_text() -> None:
    delivery, now = Delivery(), 0.0
    text = "Hello there. " * 400
    for index in range(400):
        pending = certain(delivery, index, at=13 * index)
        for _ in range(9):
            delivery.add_audio(pending, SECOND)
        delivery.close(pending)
        take_all(delivery, now)
        now += 9.0
    assert len(delivery._parts) < 12
    assert delivery.heard(text, now - 9.0).heard == text[: 13 * 399 - 1]
    assert delivery.heard(text, now).heard == text[: 13 * 400 - 1]


def test_without_a_record_nothing_is_kept_of_what_was_handed_over() -> None:
    delivery = Delivery(keeps_record=False)
    for index in range(3):
        pending = certain(delivery, index, at=13 * index)
        delivery.add_audio(pending, SECOND)
        delivery.close(pending)
    take_all(delivery)
    assert not delivery._parts
    assert delivery.heard("Hello there.", 100.0).heard == ""
