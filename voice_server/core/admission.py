"""Whether one more listener can be spoken to in time, and when to ask again where not.

A backend's workers make sound at a pace that is learned from what they rendered. A listener has some seconds
of sound in store, and hears one more each second as long as there is text. By every moment within the next
seconds the workers must have made what has been heard until then, the new listener's sound among it (the
demand criterion of scheduling by earliest deadlines); else somebody would fall silent, so the new one is
refused before that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HORIZON_S: Final = 20.0
"""How far the demand is looked at, in seconds: what is longer than this ends or is cancelled, mostly."""
SHARE: Final = 0.9
"""How much of the workers' time new listeners are promised; the rest is for those that were let in."""
_TOLERANCE_S: Final = 0.25
"""How much of a worker's time may be missing: a first sentence may come so much later."""
_LONGEST_WAIT_S: Final = 60.0
_MEMORY_AUDIO_S: Final = 60.0
"""After so many seconds of sound, what was learned before counts for 1/e."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a listener needs, in seconds of sound: what it has in store, and what is still to be rendered.

    `needed_s` is infinite while its text goes on.
    """

    store_s: float
    needed_s: float


class RenderSpeed:
    """How fast a backend renders, by the number of its workers that were busy: they share processors."""

    def __init__(self) -> None:
        self._sums: dict[int, tuple[float, float]] = {}
        self._fastest = math.inf

    def learn(self, busy_workers: int, render_s: float, audio_s: float) -> None:
        """Take note of a render of `audio_s` of sound that took `render_s`, with so many workers busy."""
        if audio_s > 0:
            kept = math.exp(-audio_s / _MEMORY_AUDIO_S)
            render_sum, audio_sum = self._sums.get(busy_workers, (0.0, 0.0))
            render_sum, audio_sum = render_sum * kept + render_s, audio_sum * kept + audio_s
            self._sums[busy_workers] = (render_sum, audio_sum)
            self._fastest = min(self._fastest, render_sum / audio_sum)

    @property
    def real_time_factor(self) -> float:
        """Seconds of a worker for a second of sound, when most of them are busy; 0.0 at first."""
        if not self._sums:
            return 0.0
        render_sum, audio_sum = self._sums[max(self._sums)]
        return render_sum / audio_sum

    @property
    def is_slower_than_speech(self) -> bool:
        """Whether a worker has never made sound as fast as it is heard, also when it was left alone."""
        return self._fastest >= 1.0 and bool(self._sums)


def wait_for_room_s(new: Demand, others: Sequence[Demand], workers: int, speed: RenderSpeed) -> float:
    """In how many seconds there is room for one more listener; 0.0 where there is room now.

    Where nobody else is spoken to there is room, and so there is with an engine that is slower than speech
    whatever it is asked for.
    """
    if not others or speed.is_slower_than_speech:
        return 0.0
    real_time_factor = speed.real_time_factor
    changes: list[tuple[float, int]] = [(HORIZON_S, 0)]
    for demand in (new, *others):
        if demand.store_s < HORIZON_S and demand.needed_s > 0:
            end_s = min(HORIZON_S, demand.store_s + demand.needed_s)
            changes += ((demand.store_s, 1), (end_s, -1))
    missing_s = most_missing_s = heard_until_s = 0.0
    listening = 0
    for at_s, change in sorted(changes):
        missing_s += (at_s - heard_until_s) * (listening * real_time_factor - workers * SHARE)
        most_missing_s = max(most_missing_s, missing_s)
        heard_until_s = at_s
        listening += change
    if most_missing_s <= _TOLERANCE_S:
        return 0.0
    return min(_LONGEST_WAIT_S, max(1.0, most_missing_s / workers))
