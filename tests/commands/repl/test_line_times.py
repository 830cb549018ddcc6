from __future__ import annotations

from voice_server.client_events import Audio, Event, Sentence, SentenceEnd, TurnDone
from voice_server.commands.repl.line_times import LineTimes
from voice_server.commands.simulate.turn_timing import SentenceTiming


def events_of_turn(turn: str, text: str) -> list[Event]:
    return [
        Sentence(turn, 0, text, text, 0.0, 0.0, (0, len(text))),
        Audio(bytes(48 * 100), turn),
        SentenceEnd(turn, 0, 100.0, 5.0, 0.02, 0.0),
        TurnDone(turn, "complete", 100.0, len(text), 1),
    ]


def timings(times: LineTimes, events: list[Event], now: float) -> list[SentenceTiming]:
    return [timing for each in events if (timing := times.receive(each, now)) is not None]


def test_the_delay_of_a_sentence_runs_from_the_moment_its_line_was_sent() -> None:
    times = LineTimes()
    times.sent("One.", 10.0)
    times.sent("Two.", 11.0)
    first, second = (
        *timings(times, events_of_turn("1", "One."), 10.5),
        *timings(times, events_of_turn("2", "Two."), 11.25),
    )
    assert (first.text, first.delay_ms, first.audio_ms, first.rtf) == ("One.", 500.0, 100.0, 0.02)
    assert (second.text, second.delay_ms) == ("Two.", 250.0)


def test_a_line_without_sound_leaves_the_next_one_its_own_time() -> None:
    times = LineTimes()
    times.sent("…", 1.0)
    times.sent("Two.", 2.0)
    events: list[Event] = [TurnDone("1", "complete", 0.0, 0, 0), *events_of_turn("2", "Two.")]
    assert [each.delay_ms for each in timings(times, events, 2.5)] == [500.0]


def test_what_comes_when_no_line_was_sent_is_nobodys() -> None:
    assert timings(LineTimes(), events_of_turn("1", "One."), 1.0) == []
