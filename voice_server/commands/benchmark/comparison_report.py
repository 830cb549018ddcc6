"""The figures of a comparison: medians and least values of all rounds, and their ratios."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from voice_server.commands.benchmark.benchmark_report import Json
from voice_server.commands.benchmark.engine_floor import FloorOutcome
from voice_server.commands.benchmark.load_client import LoadOutcome

REFERENCE = "stream-tokens"
AGAIN = "stream-tokens again"
"""The second half of the same: both together are what everything else is compared with."""
WITH_TIMES = "stream-tokens, words"
"""With word times, which some dialects always tell."""


@dataclass(slots=True)
class ComparisonReport:
    """Everything a comparison measured; `with_times` are the dialects that always tell times."""

    tokens: Sequence[str]
    rounds: int
    others_load: float
    with_times: set[str] = field(default_factory=set)
    floors: list[FloorOutcome] = field(default_factory=list)
    loads: dict[str, dict[str, list[LoadOutcome]]] = field(default_factory=dict)

    def add(self, load: str, side: str, outcome: LoadOutcome) -> None:
        """Add a round of a load over one side."""
        self.loads.setdefault(load, {}).setdefault(side, []).append(outcome)

    def figures(self) -> Json:
        """The figures as plain values for JSON; times in milliseconds, CPU for a second of audio."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return {
            "cores": cores,
            "rounds": self.rounds,
            "others_load": _rounded(self.others_load),
            "text": {"chars": sum(map(len, self.tokens)), "tokens": len(self.tokens)},
            "floor": _floor(self.floors),
            "loads": {name: self._sides(sides) for name, sides in self.loads.items()},
        }

    def _sides(self, sides: dict[str, list[LoadOutcome]]) -> Json:
        both = [*sides[REFERENCE], *sides[AGAIN]]
        figures = {}
        for name, outcomes in sides.items():
            figures[name] = _figures(outcomes)
            if name == AGAIN:
                figures[name]["to_stream_tokens"] = _ratios(outcomes, sides[REFERENCE])
            elif name != REFERENCE:
                figures[name]["to_stream_tokens"] = _ratios(outcomes, both)
            if name in self.with_times:
                figures[name]["to_stream_tokens_with_words"] = _ratios(outcomes, sides[WITH_TIMES])
        return figures


def _floor(floors: Sequence[FloorOutcome]) -> Json | None:
    """The engine alone with splitter and resampler, measured in every round."""
    if not floors:
        return None
    return {
        "first_ms": _spread([each.sentence_ms[0] for each in floors]),
        "cpu_ms_per_audio_s": _rounded(median(each.cpu_ms_per_audio_s for each in floors)),
    }


def _figures(outcomes: Sequence[LoadOutcome]) -> Json:
    return {
        "first_ms": _spread(_first_ms(outcomes)),
        "first_cpu_ms": _spread(_first_cpu_ms(outcomes)),
        "cpu_ms_per_audio_s": _rounded(_cpu(outcomes)),
        "server_cpu_ms_per_audio_s": _rounded(_cpu(outcomes, workers=False)),
        "audio_s": _rounded(median(each.audio_s for each in outcomes)),
        "errors": sorted({error for each in outcomes for error in each.errors}),
    }


def _ratios(outcomes: Sequence[LoadOutcome], to: Sequence[LoadOutcome]) -> Json:
    first, to_first = _first_ms(outcomes), _first_ms(to)
    return {
        "first": _ratio_of(median, first, to_first),
        "least_first": _ratio_of(min, first, to_first),
        "first_cpu": _ratio_of(median, _first_cpu_ms(outcomes), _first_cpu_ms(to)),
        "cpu": _ratio(_cpu(outcomes), _cpu(to)),
        "server_cpu": _ratio(_cpu(outcomes, workers=False), _cpu(to, workers=False)),
    }


def _first_ms(outcomes: Sequence[LoadOutcome]) -> list[float]:
    return [ms for each in outcomes for ms in each.first_ms]


def _first_cpu_ms(outcomes: Sequence[LoadOutcome]) -> list[float]:
    return [ms for each in outcomes for ms in each.first_cpu_ms]


def _cpu(outcomes: Sequence[LoadOutcome], *, workers: bool = True) -> float | None:
    rounds = [each.cpu_ms_per_audio_s(workers=workers) for each in outcomes]
    known = [each for each in rounds if each is not None]
    return median(known) if known else None


def _spread(values: Sequence[float]) -> Json | None:
    if not values:
        return None
    return {"p50": _rounded(median(values)), "least": _rounded(min(values)), "n": len(values)}


def _ratio_of(
    summary: Callable[[Sequence[float]], float], values: Sequence[float], to: Sequence[float]
) -> float | None:
    return _ratio(summary(values), summary(to)) if values and to else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return _rounded(one / other) if one is not None and other else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


# ------------------------------------------------------------------ for people

_COLUMNS = (
    ("", 24),
    ("first p50", 10),
    ("ratio", 7),
    ("least", 8),
    ("ratio", 7),
    ("in CPU", 8),
    ("ratio", 7),
    ("CPU", 7),
    ("ratio", 7),
    ("server", 8),
    ("ratio", 7),
)
_LEGEND = (
    "first: sound, from the token that makes the first sentence certain; in CPU: the same in CPU time of\n"
    "the server and its workers; CPU: for a second of audio, server: without workers. Ratios are to both\n"
    "halves of stream-tokens, of 'again' to the other half: as little cannot be told from 1"
)


def comparison_table(figures: Json) -> list[str]:
    """Return the figures of a comparison as lines."""
    return [*_lines(figures)]


def _lines(figures: Json) -> Iterator[str]:
    text = figures["text"]
    yield (
        f"{figures['cores']} cores, {figures['rounds']} rounds, {text['chars']} characters in "
        f"{text['tokens']} tokens, load {figures['others_load']} before the start; times in ms, "
        "CPU in ms per second of audio"
    )
    yield ""
    yield "".join(f"{name:<{width}}" if not name else f"{name:>{width}}" for name, width in _COLUMNS)
    if (floor := figures["floor"]) is not None:
        first = floor["first_ms"]
        yield _row("floor", first["p50"], None, first["least"], *[None] * 3, floor["cpu_ms_per_audio_s"])
    for load, sides in figures["loads"].items():
        yield load
        for name, side in sides.items():
            yield _side_row(f"  {name}", side, side.get("to_stream_tokens"))
            if (ratios := side.get("to_stream_tokens_with_words")) is not None:
                yield _side_row(f"  {name}, to words", side, ratios)
    yield ""
    yield _LEGEND
    sides_of_all = [side for sides in figures["loads"].values() for side in sides.values()]
    yield from (f"error: {error}" for side in sides_of_all for error in side["errors"])


def _side_row(name: str, side: Json, ratios: Json | None) -> str:
    first = side["first_ms"] or {"p50": None, "least": None}
    ratios = ratios or dict.fromkeys(("first", "least_first", "first_cpu", "cpu", "server_cpu"))
    return _row(
        name,
        *(first["p50"], ratios["first"], first["least"], ratios["least_first"]),
        *((side["first_cpu_ms"] or {"p50": None})["p50"], ratios["first_cpu"]),
        *(side["cpu_ms_per_audio_s"], ratios["cpu"]),
        *(side["server_cpu_ms_per_audio_s"], ratios["server_cpu"]),
    )


def _row(name: str, *cells: float | None) -> str:
    widths = [width for _, width in _COLUMNS[1:]]
    padded = [*cells, *[None] * (len(widths) - len(cells))]
    return f"{name:<{_COLUMNS[0][1]}}" + "".join(
        f"{_shown(cell):>{width}}" for cell, width in zip(padded, widths, strict=True)
    )


def _shown(cell: float | None) -> str:
    return "–" if cell is None else f"{cell:g}"
