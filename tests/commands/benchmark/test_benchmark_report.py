from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.commands.benchmark.benchmark_report import BenchmarkReport, LoadRun, percentile
from voice_server.commands.benchmark.engine_floor import FloorOutcome
from voice_server.commands.benchmark.load_client import LoadOutcome
from voice_server.commands.benchmark.process_usage import ProcessUsage


def outcome(clients: int, first_ms: list[float], **more: object) -> LoadOutcome:
    result = LoadOutcome(clients, audio_s=10.0, wall_s=1.0, first_ms=first_ms, sentence_ms=[*first_ms, 5.0])
    for name, value in more.items():
        setattr(result, name, value)
    return result


def report() -> BenchmarkReport:
    made = BenchmarkReport(text_chars=853, tokens=203, cores=2, runs=2, others_load=0.1)
    made.floors = [FloorOutcome(2.0, [1.0, 3.0]), FloorOutcome(4.0, [2.0, 4.0])]
    made.add(
        "2 at 50 tokens/s",
        LoadRun(
            outcome(2, [1.0, 2.0], before=ProcessUsage(0, 0, 50, 50), after=ProcessUsage(0.01, 0.03, 51, 50)),
            52.0,
        ),
    )
    made.add(
        "2 at 50 tokens/s",
        LoadRun(
            outcome(2, [3.0, 9.0], before=ProcessUsage(1, 1, 50, 50), after=ProcessUsage(1.02, 1.06, 51, 50)),
            54.0,
        ),
    )
    made.cancels = [LoadOutcome(16, cancel_ms=[1.0, 2.0], frames_after_cancel=1)]
    made.start_s = [0.5, 0.7, 0.9]
    made.memory = {"server": 50.0}
    return made


def test_figures_of_several_runs_are_medians_and_percentiles_over_all_of_them() -> None:
    figures = report().figures()
    load = figures["loads"]["2 at 50 tokens/s"]
    assert load["first_ms"] == {"p50": 2.5, "p95": 9.0, "max": 9.0, "n": 4}
    assert load["cpu_ms_per_audio_s"] == 6.0
    assert load["server_cpu_ms_per_audio_s"] == 1.5
    assert load["cpu_to_floor"] == 2.0
    assert load["peak_server_mib"] == 53.0
    assert figures["floor"] == {
        "cpu_ms_per_audio_s": 3.0,
        "first_ms": 1.5,
        "sentence_ms": {"p50": 2.5, "p95": 4.0, "max": 4.0, "n": 4},
    }
    assert figures["cancel"] == {
        "clients": 16,
        "answered_ms": {"p50": 1.5, "p95": 2.0, "max": 2.0, "n": 2},
        "frames_after": 1,
    }
    assert figures["start_s"] == 0.7


def test_what_was_not_measured_is_null() -> None:
    made = BenchmarkReport(text_chars=1, tokens=1, cores=2, runs=1, others_load=3.5)
    made.add("1 in a burst", LoadRun(outcome(1, [1.0], errors=["it broke"])))
    figures = made.figures()
    load = figures["loads"]["1 in a burst"]
    assert load["cpu_ms_per_audio_s"] is load["cpu_to_floor"] is load["peak_server_mib"] is None
    assert figures["cancel"]["answered_ms"] is figures["start_s"] is None


def test_the_figures_are_json() -> None:
    figures = report().figures()
    assert json.loads(json.dumps(figures)) == figures


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_with_its_share_below(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) or found == max(values)


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 51), (0.95, 96), (1.0, 100)])
def test_percentiles_of_a_hundred_values(share: float, value: int) -> None:
    assert percentile(list(range(1, 101)), share) == value
