"""The figures of a benchmark: medians and percentiles over all of its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from voice_server.commands.benchmark.engine_floor import FloorOutcome
from voice_server.commands.benchmark.load_client import LoadOutcome

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoadRun:
    """One run of one load; the peak is None where the server's process is not known."""

    outcome: LoadOutcome
    peak_server_mib: float | None = None


@dataclass(slots=True)
class BenchmarkReport:
    """Everything a benchmark measured; `others_load` is the machine's load average before it started."""

    text_chars: int
    tokens: int
    cores: int
    runs: int
    others_load: float
    loads: dict[str, list[LoadRun]] = field(default_factory=dict)
    overloads: list[tuple[LoadRun, LoadRun]] = field(default_factory=list)
    """Runs with as many clients as are let in, each with the one with twice as many that came after it."""
    floors: list[FloorOutcome] = field(default_factory=list)
    cancels: list[LoadOutcome] = field(default_factory=list)
    start_s: list[float] = field(default_factory=list)
    memory: Json = field(default_factory=dict)

    def add(self, name: str, run: LoadRun) -> None:
        """Add a run of the load called `name`."""
        self.loads.setdefault(name, []).append(run)

    def figures(self) -> Json:
        """The figures as plain values for JSON; times in milliseconds, memory in MiB."""
        floor_cpu = median([each.cpu_ms_per_audio_s for each in self.floors]) if self.floors else None
        floor_ms = [ms for each in self.floors for ms in each.sentence_ms]
        return {
            "cores": self.cores,
            "runs": self.runs,
            "others_load": _rounded(self.others_load),
            "text": {"chars": self.text_chars, "tokens": self.tokens},
            "floor": {
                "cpu_ms_per_audio_s": _rounded(floor_cpu),
                "first_ms": _rounded(_median([each.sentence_ms[0] for each in self.floors])),
                "sentence_ms": _spread(floor_ms),
            },
            "loads": {name: _load_figures(runs, floor_cpu) for name, runs in self.loads.items()},
            "overload": _overload_figures(self.overloads, floor_cpu) if self.overloads else None,
            "cancel": {
                "clients": self.cancels[0].clients if self.cancels else None,
                "answered_ms": _spread([ms for each in self.cancels for ms in each.cancel_ms]),
                "frames_after": sum(each.frames_after_cancel for each in self.cancels),
            },
            "start_s": _rounded(_median(self.start_s)),
            "memory_mib": {name: _rounded(value) for name, value in self.memory.items()},
        }


def _load_figures(runs: Sequence[LoadRun], floor_cpu: float | None) -> Json:
    outcomes = [run.outcome for run in runs]
    cpu = _median([each.cpu_ms_per_audio_s() for each in outcomes])
    return {
        "clients": outcomes[0].clients,
        "first_ms": _spread([ms for each in outcomes for ms in each.first_ms]),
        "first_from_last_token_ms": _spread(
            [ms for each in outcomes for ms in each.first_from_last_token_ms]
        ),
        "sentence_ms": _spread([ms for each in outcomes for ms in each.sentence_ms]),
        "refused": sum(each.refused for each in outcomes),
        "gaps": sum(len(each.gaps_ms) for each in outcomes),
        "longest_gap_ms": _rounded(max((ms for each in outcomes for ms in each.gaps_ms), default=0.0)),
        "rtf": _rounded(_median([rtf for each in outcomes for rtf in each.rtfs]), 4),
        "audio_s": _rounded(_median([each.audio_s for each in outcomes])),
        "wall_s": _rounded(_median([each.wall_s for each in outcomes])),
        "cpu_ms_per_audio_s": _rounded(cpu),
        "server_cpu_ms_per_audio_s": _rounded(
            _median([each.cpu_ms_per_audio_s(workers=False) for each in outcomes])
        ),
        "cpu_to_floor": _rounded(cpu / floor_cpu if cpu is not None and floor_cpu else None),
        "peak_server_mib": _rounded(_median([run.peak_server_mib for run in runs])),
        "errors": sorted({error for each in outcomes for error in each.errors}),
    }


def _overload_figures(pairs: Sequence[tuple[LoadRun, LoadRun]], floor_cpu: float | None) -> Json:
    """How those that are let in fare beside as many that are not; ratios are medians over the runs."""
    quiet, full = (_load_figures(runs, floor_cpu) for runs in zip(*pairs, strict=True))
    p95 = [
        (percentile(each.outcome.first_ms, 0.95) if each.outcome.first_ms else None, percentile(alone, 0.95))
        for before, each in pairs
        if (alone := before.outcome.first_ms)
    ]
    return {"let_in_alone": quiet, "twice_as_many": full, "first_p95_ratio": _median_ratio(p95)}


def _median_ratio(pairs: Sequence[tuple[float | None, float | None]]) -> float | None:
    return _rounded(_median([one / other for one, other in pairs if one is not None and other]))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _spread(values: Sequence[float]) -> Json | None:
    if not values:
        return None
    return {
        "p50": _rounded(median(values)),
        "p95": _rounded(percentile(values, 0.95)),
        "max": _rounded(max(values)),
        "n": len(values),
    }


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
