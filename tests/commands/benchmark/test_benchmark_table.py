from __future__ import annotations

from voice_server.commands.benchmark.benchmark_report import BenchmarkReport, LoadRun
from voice_server.commands.benchmark.benchmark_table import table
from voice_server.commands.benchmark.engine_floor import FloorOutcome
from voice_server.commands.benchmark.load_client import LoadOutcome
from voice_server.commands.benchmark.process_usage import ProcessUsage


def outcome(clients: int, **more: object | int) -> LoadOutcome:
    result = LoadOutcome(clients, audio_s=10.0, wall_s=1.0, first_ms=[1.0], sentence_ms=[1.0, 5.0])
    for name, value in more.items():
        setattr(result, name, value)
    return result


def report(*, others_load: float = 0.1) -> BenchmarkReport:
    return BenchmarkReport(text_chars=853, tokens=203, cores=2, runs=2, others_load=others_load)


def test_every_load_is_a_row_below_the_floor() -> None:
    made = report()
    made.floors = [FloorOutcome(2.0, [1.0, 3.0]), FloorOutcome(4.0, [2.0, 4.0])]
    before, after = ProcessUsage(0, 0, 50, 50), ProcessUsage(0.015, 0.045, 51, 50)
    made.add("2 at 50 tokens/s", LoadRun(outcome(2, before=before, after=after), 53.0))
    lines = table(made.figures())
    assert lines[0].startswith("2 cores, 2 runs, 853 characters in 203 tokens")
    header, floor, load = lines[2:5]
    assert len(header) == len(floor) == len(load)
    assert floor.split() == ["floor", "1.5", "–", "–", "–", "2.5", "4", "–", "3", "1", "–", "–"]
    assert load.split()[-5:] == ["0", "6", "2", "1.5", "53"]


def test_what_was_not_measured_is_a_dash() -> None:
    made = report()
    made.add("1 in a burst", LoadRun(outcome(1)))
    row = next(line for line in table(made.figures()) if line.startswith("1 in a burst"))
    assert row.split()[-4:] == ["–", "–", "–", "–"]


def test_errors_are_the_last_lines() -> None:
    made = report()
    made.memory = {"server": 50.0}
    made.add("1 in a burst", LoadRun(outcome(1, errors=["it broke"])))
    assert table(made.figures())[-2:] == ["memory, server: 50.0 MiB", "error: it broke"]


def test_cancelling_and_the_start_are_lines_below_the_table() -> None:
    made = report()
    made.cancels = [LoadOutcome(16, cancel_ms=[1.0, 2.0], frames_after_cancel=1)]
    made.start_s = [0.5, 0.7, 0.9]
    assert table(made.figures())[-2:] == [
        "cancel under load of 16: acknowledged in 1.5 ms (p95 2.0), 1 frames after it",
        "ready 0.7 s after the command",
    ]


def test_a_machine_that_was_busy_before_the_start_is_mentioned() -> None:
    sentence = "the machine was busy with something else: load 3.5 before the start"
    assert sentence in table(report(others_load=3.5).figures())
    assert sentence not in table(report().figures())


def test_an_overload_is_two_rows_and_a_sentence() -> None:
    made = report()
    made.overloads = [(LoadRun(outcome(3)), LoadRun(outcome(6, refused=3, errors=["it broke"])))]
    lines = table(made.figures())
    assert lines[3].startswith("3, all let in")
    assert lines[4].startswith("6, of them let in")
    assert any(
        "of 6 clients in each of 2 runs 3 in all were told to come again; TTFA p95" in x for x in lines
    )
    assert "error: it broke" in lines
