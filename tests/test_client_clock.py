"""Where the listener is, by the sound that was handed out and the time that has passed."""

from __future__ import annotations

import pytest

from voice_server.client_clock import PlaybackClock, PlayPosition
from voice_server.client_events import Audio, Event, Sentence, Word, Words


class Clock:
    """A clock in seconds that is set."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def sentence(turn: str, index: int, text: str, at_ms: float, start: int) -> Sentence:
    return Sentence(turn, index, text, text, at_ms, 0.0, (start, start + len(text)))


def sound(ms: float) -> Audio:
    return Audio(b"", audio_ms=ms)


TWO: list[Event] = [
    sentence("a", 0, "One is here.", 0, 0),
    Words("a", 0, (Word("One", 0, 300, 0, 3), Word("is", 400, 500, 4, 6)), "model"),
    Words("a", 0, (Word("here", 600, 900, 7, 11),), "model"),
    sound(500),
    sound(500),
    sentence("a", 1, "Two.", 1000, 13),
    sound(1000),
]  # fmt: skip


def clock_of(*events: Event) -> tuple[PlaybackClock, Clock]:
    time = Clock()
    clock = PlaybackClock(time)
    for event in events:
        clock.receive(event)
    return clock, time


def test_before_any_sound_there_is_no_position() -> None:
    clock, time = clock_of(TWO[0])
    time.now_s += 5
    assert (clock.position, clock.word, clock.played_ms, clock.heard()) == (None, None, 0, "")


@pytest.mark.parametrize(
    ("after_s", "position", "word", "heard"),
    [
        (0.0, PlayPosition("a", 0, 0.0), "One", ""),
        (0.45, PlayPosition("a", 0, 450.0), "is", "One is"),
        (0.95, PlayPosition("a", 0, 950.0), "here", "One is here"),
        (1.0, PlayPosition("a", 1, 1000.0), None, "One is here."),
        (1.5, PlayPosition("a", 1, 1500.0), None, "One is here. Tw"),
        (9.0, PlayPosition("a", 1, 2000.0), None, "One is here. Two."),
    ],
)
def test_playback_runs_in_real_time_and_stands_still_at_its_end(
    after_s: float, position: PlayPosition, word: str | None, heard: str
) -> None:
    clock, time = clock_of(*TWO)
    time.now_s += after_s
    found = clock.position
    assert found is not None
    assert (found.turn, found.index) == (position.turn, position.index)
    assert found.played_ms == pytest.approx(position.played_ms)
    assert (clock.word.word if clock.word else None) == word
    assert clock.heard() == heard
    assert "One is here. Two."[: clock.heard_until("a")].strip() == heard
    assert clock.ahead_ms == pytest.approx(max(0.0, 2000 - after_s * 1000))


def test_sound_that_comes_late_is_heard_from_then_on() -> None:
    clock, time = clock_of(*TWO[:5])
    time.now_s += 60
    clock.receive(TWO[5])
    clock.receive(TWO[6])
    assert clock.played_ms == 1000
    time.now_s += 0.25
    assert clock.played_ms == pytest.approx(1250)


def test_the_sound_device_knows_better() -> None:
    clock, time = clock_of(*TWO)
    time.now_s += 1.9
    clock.report(450)
    assert clock.heard("a") == "One is"
    time.now_s += 0.2
    assert clock.played_ms == pytest.approx(650)
    clock.report(99_999)
    assert clock.ahead_ms == 0


def test_a_pause_stops_the_position() -> None:
    clock, time = clock_of(*TWO)
    time.now_s += 0.5
    clock.pause()
    time.now_s += 30
    assert clock.played_ms == pytest.approx(500)
    clock.resume()
    time.now_s += 0.5
    assert clock.played_ms == pytest.approx(1000)


def test_what_was_thrown_away_is_never_heard_and_the_next_turn_follows() -> None:
    clock, time = clock_of(*TWO)
    time.now_s += 0.45
    clock.clear()
    assert clock.ahead_ms == 0
    clock.receive(sentence("b", 0, "New.", 0, 0))
    clock.receive(sound(400))
    time.now_s += 0.1
    position = clock.position
    assert position is not None
    assert position.turn == "b"
    assert position.played_ms == pytest.approx(100)
    time.now_s += 9
    assert (clock.heard("a"), clock.heard("b"), clock.heard()) == ("One is", "New.", "New.")


def test_text_of_which_some_was_left_out_is_heard_in_proportion() -> None:
    shortened = Sentence("a", 0, "Four bits left", "Four bits left", 0.0, 0.0, (0, 28))
    words = Words("a", 0, (Word("Four", 0, 1, 0, 4), Word("bits", 300, 400, 14, 20)), "estimate")
    clock, time = clock_of(shortened, words, sound(1000))
    time.now_s += 0.35
    assert clock.heard() == "Four bits "


def test_sentences_without_a_blank_between_them_are_joined_without_one() -> None:
    clock, time = clock_of(
        sentence("a", 0, "你好。", 0, 0), sound(100), sentence("a", 1, "再见。", 100, 3), sound(100)
    )
    time.now_s += 1
    assert clock.heard() == "你好。再见。"
