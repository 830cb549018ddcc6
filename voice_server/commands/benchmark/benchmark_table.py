"""The table of a benchmark, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice_server.commands.benchmark.benchmark_report import Json

_COLUMNS = (
    ("load", 22),
    ("TTFA p50", 9),
    ("p95", 8),
    ("from token", 11),
    ("p95", 8),
    ("sentences", 10),
    ("p95", 8),
    ("gaps", 5),
    ("CPU", 6),
    ("x floor", 8),
    ("server", 7),
    ("MiB", 6),
)
_LEGEND = "TTFA and sentences: from the token that makes the sentence certain; from token: from its last one"


def table(figures: Json) -> list[str]:
    """Return the figures of a report as lines."""
    return [*_header(figures), *_rows(figures), *_busy_note(figures), "", _LEGEND, *_footer(figures)]


def _header(figures: Json) -> Iterator[str]:
    yield (
        f"{figures['cores']} cores, {figures['runs']} runs, {figures['text']['chars']} characters in "
        f"{figures['text']['tokens']} tokens; times in ms, CPU in ms per second of audio"
    )
    yield ""
    yield "".join(f"{name:<{width}}" if name == "load" else f"{name:>{width}}" for name, width in _COLUMNS)


def _rows(figures: Json) -> Iterator[str]:
    floor = figures["floor"]
    if floor["sentence_ms"]:
        cells = [floor["first_ms"], None, None, None, *_pair(floor["sentence_ms"]), None]
        yield _row("floor", [*cells, floor["cpu_ms_per_audio_s"], 1.0, None, None])
    for name, load in figures["loads"].items():
        yield _load_row(name, load)
    if figures["overload"]:
        yield from _overload_rows(figures["overload"])


def _overload_rows(overload: Json) -> Iterator[str]:
    alone, twice = overload["let_in_alone"], overload["twice_as_many"]
    yield _load_row(f"{alone['clients']}, all let in", alone)
    yield _load_row(f"{twice['clients']}, of them let in", twice)


def _load_row(name: str, load: Json) -> str:
    cells = [
        *_pair(load["first_ms"]),
        *_pair(load["first_from_last_token_ms"]),
        *_pair(load["sentence_ms"]),
    ]
    cost = [load["cpu_ms_per_audio_s"], load["cpu_to_floor"], load["server_cpu_ms_per_audio_s"]]
    return _row(name, [*cells, load["gaps"], *cost, load["peak_server_mib"]])


def _busy_note(figures: Json) -> Iterator[str]:
    if figures["others_load"] > figures["cores"] / 4:
        yield f"the machine was busy with something else: load {figures['others_load']} before the start"


def _footer(figures: Json) -> Iterator[str]:
    if overload := figures["overload"]:
        twice, ratio = overload["twice_as_many"], _times(overload["first_p95_ratio"])
        yield (
            f"of {twice['clients']} clients in each of {figures['runs']} runs {twice['refused']} in all were "
            f"told to come again; TTFA p95 of the others {ratio} of theirs alone"
        )
    cancel = figures["cancel"]
    if cancel["answered_ms"]:
        p50, p95 = _pair(cancel["answered_ms"])
        yield (
            f"cancel under load of {cancel['clients']}: acknowledged in {p50} ms (p95 {p95}), "
            f"{cancel['frames_after']} frames after it"
        )
    if figures["start_s"] is not None:
        yield f"ready {figures['start_s']} s after the command"
    yield from (f"memory, {name}: {value} MiB" for name, value in figures["memory_mib"].items())
    every_load = [*figures["loads"].values()]
    if overload:
        every_load += [overload["let_in_alone"], overload["twice_as_many"]]
    yield from (f"error: {error}" for load in every_load for error in load["errors"])


def _times(ratio: float | None) -> str:
    return "–" if ratio is None else f"x{ratio:g}"


def _pair(spread: Json | None) -> tuple[float | None, float | None]:
    return (None, None) if spread is None else (spread["p50"], spread["p95"])


def _row(name: str, cells: Sequence[float | None]) -> str:
    widths = [width for _, width in _COLUMNS[1:]]
    formatted = (
        f"{'–' if cell is None else f'{cell:g}':>{width}}" for cell, width in zip(cells, widths, strict=True)
    )
    return f"{name:<{_COLUMNS[0][1]}}" + "".join(formatted)
