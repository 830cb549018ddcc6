"""tone: predictable audio, settable pace, and every fault on request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backends.speaking import speak
from tts_backends.tone import backend as adapter
from tts_backends.tone import faults
from tts_backends.tone.backend import Backend
from tts_backends.tone.faults import FAULTS, KINDS, Trigger
from voice_server.worker.api import RenderError, UnknownName, complete_options

SENTENCE = "one two three"


class JumpingClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> JumpingClock:
    clock = JumpingClock()
    monkeypatch.setattr(adapter, "time", clock)
    return clock


@given(st.text(max_size=60), st.sampled_from(["low", "middle", "high", "top"]))
def test_the_same_text_gives_the_same_samples(text: str, voice: str) -> None:
    assert speak(Backend(), text, voice) == speak(Backend(), text, voice)


@given(st.text(max_size=60), st.integers(10, 4000))
def test_the_size_of_the_pieces_changes_nothing(text: str, piece_ms: int) -> None:
    assert speak(Backend(), text, "low", piece_ms=piece_ms) == speak(Backend(), text, "low")


@given(st.text(max_size=60))
def test_words_lie_within_text_and_audio(text: str) -> None:
    pcm, marks = speak(Backend(), text, "low")
    assert [mark.word for mark in marks] == [text[mark.start : mark.end] for mark in marks]
    assert all(mark.start_ms < mark.end_ms <= len(pcm) / 48 + 1e-6 for mark in marks)
    assert len(pcm) % 2 == 0


def test_words_and_voices_sound_different() -> None:
    assert speak(Backend(), "one", "low") != speak(Backend(), "two", "low")
    assert speak(Backend(), "one", "low")[0] != speak(Backend(), "one", "top")[0]


@pytest.mark.parametrize("speed", [0.1, 0.5, 2.0, 10.0])
def test_speed_divides_the_time(speed: float) -> None:
    usual, pcm = speak(Backend(), SENTENCE, "top")[0], speak(Backend(), SENTENCE, "top", speed=speed)[0]
    assert len(pcm) * speed == pytest.approx(len(usual), rel=0.15)


def test_without_words_it_is_one_note_of_the_same_length() -> None:
    pcm, marks = speak(Backend(), SENTENCE, "low", words=False)
    assert marks == []
    assert len(pcm) == pytest.approx(len(speak(Backend(), SENTENCE, "low")[0]), rel=0.2)
    assert any(pcm)


def test_the_sample_rate_is_a_setting() -> None:
    slow, usual = speak(Backend(sample_rate=8000), SENTENCE, "low")[0], speak(Backend(), SENTENCE, "low")[0]
    assert len(slow) * 3 == pytest.approx(len(usual), rel=0.02)


def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(UnknownName, match="there are 4"):
        speak(Backend(), SENTENCE, "tenor")


def test_warming_up_is_no_render() -> None:
    backend = Backend(fault_at=1)
    backend.warm_up()
    with pytest.raises(RenderError):
        speak(backend, SENTENCE, "low", fault="fail")


def test_latency_and_pace_are_as_asked(clock: JumpingClock) -> None:
    pcm, _ = speak(Backend(), SENTENCE, "low", latency_ms=500, render_factor=0.5)
    assert clock.now == pytest.approx(0.5 + 0.5 * len(pcm) / 48_000)


def test_the_first_piece_waits_for_the_latency_only(clock: JumpingClock) -> None:
    options = complete_options(Backend.options, {"latency_ms": 500, "render_factor": 1, "piece_ms": 100})
    next(iter(Backend().synthesize(SENTENCE, "low", options)))
    assert clock.now == pytest.approx(0.6)


def test_unhurried_it_never_sleeps(clock: JumpingClock) -> None:
    speak(Backend(), SENTENCE, "low")
    assert clock.now == 0


def test_a_stall_is_as_long_as_asked(clock: JumpingClock) -> None:
    usual = speak(Backend(), SENTENCE, "low")
    assert speak(Backend(), SENTENCE, "low", fault="stall", fault_after_ms=200, stall_ms=3000) == usual
    assert clock.now == 3


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ("fail", RenderError),
        ("fail_retryable", RenderError),
        ("raise", ZeroDivisionError),
        ("exit", SystemExit),
    ],
)
def test_a_fault_comes_after_the_audio_asked_for(fault: str, raised: type[BaseException]) -> None:
    options = complete_options(Backend.options, {"fault": fault, "fault_after_ms": 300, "piece_ms": 50})
    heard = b""
    pieces = Backend().synthesize(SENTENCE, "low", options)
    with pytest.raises(raised) as caught:  # noqa: PT012 - how much was heard before is the point
        for piece in pieces:
            heard += piece if isinstance(piece, bytes) else b""
    assert 300 <= len(heard) / 48 <= 350
    assert getattr(caught.value, "retryable", None) == {"fail": False, "fail_retryable": True}.get(fault)


def test_empty_gives_no_audio_and_odd_half_a_sample() -> None:
    assert speak(Backend(), SENTENCE, "low", fault="empty") == (b"", [])
    assert len(speak(Backend(), SENTENCE, "low", fault="odd")[0]) % 2 == 1


def run_with_fault(fault: str) -> subprocess.Popen[bytes]:
    program = (
        "import sys; from tts_backends.tone.backend import Backend;"
        "from voice_server.worker.api import complete_options;"
        "backend = Backend(); options = complete_options(backend.options, {'fault': sys.argv[1]});"
        "print('begins', flush=True); list(backend.synthesize('one two', 'low', options))"
    )
    return subprocess.Popen([sys.executable, "-c", program, fault], stdout=subprocess.PIPE)


def test_crash_ends_the_process_at_once() -> None:
    with run_with_fault("crash") as process:
        assert process.communicate()[0] == b"begins\n"
    assert process.returncode == 70


def test_print_writes_to_standard_output_in_two_ways_and_goes_on() -> None:
    with run_with_fault("print") as process:
        written = process.communicate()[0]
    assert b"printed by" in written
    assert b"written to file descriptor 1" in written
    assert process.returncode == 0


def test_hang_makes_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slept(Exception):
        pass

    def sleep(seconds: float) -> None:
        raise Slept

    monkeypatch.setattr("time.sleep", sleep)
    with pytest.raises(Slept):
        FAULTS["hang"]()


def test_freeze_stops_the_whole_process(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr("os.kill", lambda *signal_to: sent.append(signal_to))
    FAULTS["freeze"]()
    assert sent == [(os.getpid(), signal.SIGSTOP)]


def test_refuse_to_end_ignores_the_signal_and_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_hang", lambda: None)
    before = signal.getsignal(signal.SIGTERM)
    try:
        FAULTS["refuse_to_end"]()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


class TestTrigger:
    def test_without_conditions_every_render_goes_wrong(self) -> None:
        trigger = Trigger()
        assert [trigger.pulled("x", "fail") for _ in range(3)] == [True] * 3

    def test_at_counts_renders_from_one(self) -> None:
        trigger = Trigger(at=2)
        assert [trigger.pulled("x", "fail") for _ in range(4)] == [False, True, False, False]

    def test_a_marker_must_be_in_the_text(self) -> None:
        trigger = Trigger(marker="boom")
        assert [trigger.pulled(text, "fail") for text in ("a", "a boom", "b")] == [False, True, False]

    def test_a_render_without_a_fault_is_counted_and_uses_nothing_up(self, tmp_path: Path) -> None:
        trigger = Trigger(at=2, once=str(tmp_path / "done"))
        assert [trigger.pulled("x", fault) for fault in ("none", "fail")] == [False, True]

    def test_once_holds_across_processes(self, tmp_path: Path) -> None:
        once = str(tmp_path / "done")
        assert Trigger(once=once).pulled("x", "fail")
        assert not Trigger(once=once).pulled("x", "fail")


def test_every_kind_of_fault_is_an_allowed_choice() -> None:
    assert next(option for option in Backend.options if option.name == "fault").choices == KINDS
