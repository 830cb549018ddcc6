"""A worker that rests gives back what its largest render took."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

LIBRARY = ctypes.CDLL(None)
CODE = """
from voice_server.process.freed_memory import FreedMemory, _resident_bytes

memory = FreedMemory()
memory.trim()
before = _resident_bytes()
# Blocks too small to be mapped one by one, and one at the end that keeps the others in the heap.
blocks = [bytearray(100_000) for _ in range(1000)]
kept = bytearray(100_000)
del blocks
freed = _resident_bytes()
memory.trim()
print(before, freed, _resident_bytes())
"""


@pytest.mark.skipif(not hasattr(LIBRARY, "malloc_trim"), reason="only glibc can be asked for it")
def test_what_was_freed_goes_back_to_the_kernel() -> None:
    output = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True).stdout
    before, freed, after = map(int, output.split())
    assert freed - before > 90_000_000, "the C library kept nothing"
    assert after - before < 5_000_000
