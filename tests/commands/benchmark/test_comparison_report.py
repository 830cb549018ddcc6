from __future__ import annotations

import json

from voice_server.commands.benchmark.comparison_report import (
    AGAIN,
    REFERENCE,
    WITH_TIMES,
    ComparisonReport,
    comparison_table,
)
from voice_server.commands.benchmark.engine_floor import FloorOutcome
from voice_server.commands.benchmark.load_client import LoadOutcome
from voice_server.commands.benchmark.process_usage import ProcessUsage


def outcome(first_ms: float, server_cpu_s: float, *, errors: list[str] | None = None) -> LoadOutcome:
    """Ten seconds of sound, whose workers took 10 ms."""
    return LoadOutcome(
        1,
        audio_s=10.0,
        first_ms=[first_ms],
        first_cpu_ms=[first_ms / 2],
        errors=errors or [],
        before=ProcessUsage(1.0, 1.0, 50, 50),
        after=ProcessUsage(1.0 + server_cpu_s, 1.01, 50, 50),
    )


def report() -> ComparisonReport:
    made = ComparisonReport(["Hi", "."], rounds=2, others_load=3.456, with_times={"elevenlabs"})
    made.floors = [FloorOutcome(1.0, [0.5, 9.0]), FloorOutcome(2.0, [1.5, 9.0])]
    for first_ms, server_cpu_s in ((1.0, 0.01), (3.0, 0.01)):
        made.add("1 in a burst", REFERENCE, outcome(first_ms, server_cpu_s))
        made.add("1 in a burst", WITH_TIMES, outcome(first_ms * 2, server_cpu_s * 2))
        made.add("1 in a burst", "elevenlabs", outcome(first_ms * 3, server_cpu_s * 4, errors=["it broke"]))
        made.add("1 in a burst", AGAIN, outcome(first_ms, server_cpu_s * 3))
    return made


def test_ratios_are_to_both_halves_of_the_reference_and_of_the_second_half_to_the_first() -> None:
    figures = report().figures()
    sides = figures["loads"]["1 in a burst"]
    assert figures["text"] == {"chars": 3, "tokens": 2}
    assert figures["floor"] == {
        "first_ms": {"p50": 1.0, "least": 0.5, "n": 2},
        "cpu_ms_per_audio_s": 1.5,
    }
    assert sides[REFERENCE]["first_ms"] == {"p50": 2.0, "least": 1.0, "n": 2}
    assert sides[REFERENCE]["first_cpu_ms"] == {"p50": 1.0, "least": 0.5, "n": 2}
    assert (sides[REFERENCE]["cpu_ms_per_audio_s"], sides[REFERENCE]["server_cpu_ms_per_audio_s"]) == (2, 1)
    assert "to_stream_tokens" not in sides[REFERENCE]
    assert sides[AGAIN]["to_stream_tokens"] == {
        "first": 1.0,
        "least_first": 1.0,
        "first_cpu": 1.0,
        "cpu": 2.0,
        "server_cpu": 3.0,
    }
    assert sides["elevenlabs"]["to_stream_tokens"] == {
        "first": 3.0,
        "least_first": 3.0,
        "first_cpu": 3.0,
        "cpu": 1.67,  # 5 to the median of 2 and 4
        "server_cpu": 2.0,
    }
    assert sides["elevenlabs"]["to_stream_tokens_with_words"]["cpu"] == 1.67
    assert json.loads(json.dumps(figures)) == figures


def test_what_was_not_measured_is_null_and_a_dash() -> None:
    made = ComparisonReport(["Hi."], rounds=1, others_load=0.0)
    for side in (REFERENCE, "wyoming", AGAIN):
        made.add("1 in a burst", side, LoadOutcome(1))
    figures = made.figures()
    side = figures["loads"]["1 in a burst"]["wyoming"]
    assert figures["floor"] is side["first_ms"] is side["cpu_ms_per_audio_s"] is None
    assert set(side["to_stream_tokens"].values()) == {None}
    row = next(line for line in comparison_table(figures) if "wyoming" in line)
    assert row.split() == ["wyoming", *["–"] * 10]


def test_the_table_has_a_row_for_each_side_and_errors_at_its_end() -> None:
    lines = comparison_table(report().figures())
    header, floor, load, *rows = lines[2:9]
    assert load == "1 in a burst"
    assert len({len(each) for each in (header, floor, *rows)}) == 1
    assert floor.split() == ["floor", "1", "–", "0.5", "–", "–", "–", "1.5", "–", "–", "–"]
    names = [row[:24].strip() for row in rows]
    assert names == [REFERENCE, WITH_TIMES, "elevenlabs", "elevenlabs, to words"]
    assert rows[2].split()[1:] == ["6", "3", "3", "3", "3", "3", "5", "1.67", "4", "2"]
    assert lines[-1] == "error: it broke"
