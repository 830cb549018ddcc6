from __future__ import annotations

from voice_server.commands.benchmark.cpu_meter import CpuMeter


def test_the_first_sound_is_measured_in_cpu_time_from_the_token_that_makes_its_sentence_certain() -> None:
    times = iter((1.0, 1.5, 2.0, 2.25))
    meter = CpuMeter(lambda: next(times))
    meter.sent("Hi.")
    meter.sent(" You.")
    meter.finished()
    meter.heard()
    meter.heard()  # only the first counts, and the clock is read no more
    assert meter.first_ms(3) == 750
    assert meter.first_ms(8) == 250


def test_what_was_not_measured_is_none() -> None:
    silent = CpuMeter(lambda: 1.0)
    silent.sent("Hi.")
    silent.finished()
    assert silent.first_ms(3) is None
    without_clock = CpuMeter()
    without_clock.sent("Hi.")
    without_clock.finished()
    without_clock.heard()
    assert without_clock.first_ms(3) is None
