"""When a moment of a sound comes after the sound was made longer or shorter, piece by piece."""

from __future__ import annotations

from bisect import bisect_right


class TimeMap:
    """Leads from times in the sound as it was to times in the sound as it became, both in seconds.

    Inside a piece times are stretched as the piece was; behind the last one they are only moved.
    """

    def __init__(self) -> None:
        self._starts_s = [0.0]
        self._became_s = [0.0]

    @property
    def known_s(self) -> float:
        """Up to which time of the sound as it was the map is final."""
        return self._starts_s[-1]

    def add(self, was_s: float, became_s: float) -> None:
        """A further piece, which lasted `was_s` and now lasts `became_s`."""
        self._starts_s.append(self._starts_s[-1] + was_s)
        self._became_s.append(self._became_s[-1] + became_s)

    def moved(self, time_s: float) -> float:
        """When what was at `time_s` comes now."""
        at = bisect_right(self._starts_s, time_s) - 1
        into_s = time_s - self._starts_s[at]
        if at + 1 < len(self._starts_s):
            into_s *= (self._became_s[at + 1] - self._became_s[at]) / (
                self._starts_s[at + 1] - self._starts_s[at]
            )
        return self._became_s[at] + into_s
