"""How loud speech is: the integrated loudness of ITU-R BS.1770-4 of one channel, in LUFS.

This file is imported in the backends' environments too, some of which have no numpy: it is imported when
something is measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

_BLOCK_S, _HOP_S = 0.4, 0.1
_OFFSET_LU = -0.691
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0


def measured_lufs(samples: npt.NDArray[Any], sample_rate_hz: int) -> float | None:
    """Return the loudness of a mono recording, float with full scale at ±1; None for silence.

    One that is shorter than a block of 400 ms is measured as if silence followed.
    """
    import numpy as np  # noqa: PLC0415 - see above

    block, hop = round(_BLOCK_S * sample_rate_hz), round(_HOP_S * sample_rate_hz)
    padded = np.zeros(max(len(samples), block) + sample_rate_hz // 2)
    padded[: len(samples)] = samples
    spectrum = np.fft.rfft(padded)
    z = np.exp(2j * math.pi * np.fft.rfftfreq(len(padded)))
    for (b0, b1, b2), (a1, a2) in _k_weighting(sample_rate_hz):
        spectrum *= (b0 + (b1 + b2 / z) / z) / (1 + (a1 + a2 / z) / z)
    squares = np.square(np.fft.irfft(spectrum, len(padded)))
    sums = np.concatenate(([0.0], np.cumsum(squares)))
    starts = np.arange(0, max(len(samples), block) - block + 1, hop)
    powers = (sums[starts + block] - sums[starts]) / block
    heard = powers[powers > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(heard):
        return None
    heard = heard[heard > heard.mean() * 10 ** (_RELATIVE_GATE_LU / 10)]
    return _OFFSET_LU + 10 * math.log10(float(heard.mean()))


def mean_lufs(parts: Iterable[tuple[float, float]]) -> float:
    """Return the loudness to expect of a mix, given the loudness and the weight of each voice in it."""
    voices = list(parts)
    return sum(lufs * weight for lufs, weight in voices) / sum(weight for _, weight in voices)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LU) / 10))


_Biquad = tuple[tuple[float, float, float], tuple[float, float]]


def _k_weighting(sample_rate_hz: int) -> tuple[_Biquad, _Biquad]:
    """The two filters of the recommendation, for any rate (design: Brecht De Man, as in libebur128)."""
    k = math.tan(math.pi * 1681.974450955533 / sample_rate_hz)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = (
        ((high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - band * k / q + k * k) / a0),
        (2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0),
    )
    k = math.tan(math.pi * 38.13547087602444 / sample_rate_hz)
    q = 0.5003270373238773
    a0 = 1 + k / q + k * k
    return shelf, ((1.0, -2.0, 1.0), (2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0))
