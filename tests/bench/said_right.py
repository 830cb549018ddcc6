"""How many fragments of thirteen languages are said as they should be, by kind and by language, and what
that costs.

    python -m tests.bench.said_right

The fragments are those of the tests (tests/core/speech/fragments.txt): self-made, and rules were mended for
them, so they measure what is known and not what is left. Costs are medians in CPU time, with what finds the
sentences; `text_path` has them for whole answers and beside an engine's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from statistics import median
from time import process_time

from tests.core.speech.fragments import Fragment, fragments
from voice_server.core.speech.segments import prepare_text_path
from voice_server.core.types import NORMALIZED_KINDS, NormalizedKind

_ROUNDS = 5
_NOTHING: frozenset[NormalizedKind] = frozenset()


def _right(each: Fragment, kinds: frozenset[NormalizedKind]) -> bool:
    return each.spoken(kinds=kinds) in each.ways


def _cost_us(each: Fragment, kinds: frozenset[NormalizedKind]) -> float:
    costs = []
    for _ in range(_ROUNDS):
        began = process_time()
        each.spoken(kinds=kinds)
        costs.append(process_time() - began)
    return median(costs) * 1e6


def main(group_of: Callable[[Fragment], str]) -> None:
    """Measure and print."""
    prepare_text_path()
    groups: dict[str, list[Fragment]] = defaultdict(list)
    for each in fragments():
        groups[group_of(each)].append(each)
    groups["all"] = fragments()
    print(f"\n{'':15} {'right with':>12} {'without':>9} {'µs with':>9} {'without':>9}")
    for name, group in groups.items():
        with_words, without = (
            sum(_right(each, kinds) for each in group) for kinds in (NORMALIZED_KINDS, _NOTHING)
        )
        costs = [median(_cost_us(each, kinds) for each in group) for kinds in (NORMALIZED_KINDS, _NOTHING)]
        row = f"{with_words} of {len(group)}"
        print(f"{name:15} {row:>12} {without:>9} {costs[0]:>9.0f} {costs[1]:>9.0f}")


if __name__ == "__main__":
    main(lambda each: each.kind)
    main(lambda each: each.language)
