"""PCM as bytes: whatever an engine returns becomes int16, little endian, mono.

This file is imported in the backends' environments too, some of which have no numpy. So numpy is imported
only when there is an array to convert; bytes are returned without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voice_server.core.types import BYTES_PER_SAMPLE

if TYPE_CHECKING:
    import numpy.typing as npt

_FULL_SCALE = 32767.0
_PCM_FORMATS = {"B", "b", "c", "h", "<h"}


def to_pcm(samples: object) -> bytes:
    """Return `samples` as int16 little-endian mono PCM.

    Bytes-like objects are PCM already. Arrays and tensors of any shape are flattened: int16 is kept; floats
    are full scale at ±1, are clipped beyond it and rounded to the nearest integer, and not-a-number becomes
    silence. Anything else is a TypeError, half a sample a ValueError.
    """
    if isinstance(samples, bytes | bytearray | memoryview) and memoryview(samples).format in _PCM_FORMATS:
        pcm = bytes(samples)
        samples_in(pcm)
        return pcm
    return _array_to_pcm(_as_array(samples))


def samples_in(pcm: bytes) -> int:
    """Return the number of whole samples; half a sample is a ValueError."""
    count, rest = divmod(len(pcm), BYTES_PER_SAMPLE)
    if rest:
        raise ValueError(f"PCM is int16, so it has an even number of bytes, not {len(pcm)}")
    return count


def duration_ms(n_bytes: int, sample_rate_hz: int) -> float:
    """Return how many milliseconds `n_bytes` of PCM play at this rate."""
    return n_bytes * 1000 / (BYTES_PER_SAMPLE * sample_rate_hz)


def _as_array(samples: object) -> npt.NDArray[Any]:
    import numpy as np  # noqa: PLC0415 - some backends have none, see above

    tensor: Any = samples
    if hasattr(tensor, "detach"):
        # A torch tensor may require a gradient, be on a GPU or hold bfloat16; numpy supports none of these.
        tensor = tensor.detach()
        if tensor.is_floating_point():
            tensor = tensor.float()
        tensor = tensor.cpu().numpy()
    if not hasattr(tensor, "__array__"):
        raise TypeError(
            f"audio is bytes of int16 PCM or an array or tensor, float or int16, not {type(samples).__name__}"
        )
    return np.asarray(tensor)


def _array_to_pcm(array: npt.NDArray[Any]) -> bytes:
    import numpy as np  # noqa: PLC0415 - some backends have none, see above

    flat = array.reshape(-1)
    if flat.dtype.kind == "i" and flat.dtype.itemsize == BYTES_PER_SAMPLE:
        return flat.astype("<i2", copy=False).tobytes()
    if flat.dtype.kind != "f":
        raise TypeError(f"an array of audio is float or int16, not {array.dtype}")
    # Clipped before the conversion to float32, in which a huge float64 would overflow.
    scaled = np.clip(flat, -1.0, 1.0).astype(np.float32, copy=False)
    np.nan_to_num(scaled, copy=False, nan=0.0)
    np.multiply(scaled, np.float32(_FULL_SCALE), out=scaled)
    pcm: bytes = np.rint(scaled, out=scaled).astype("<i2").tobytes()
    return pcm
