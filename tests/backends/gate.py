"""Holds an engine at one step of its model until the test lets it go on, and counts the steps.

Used at both ends: by an adapter in the worker, and by the test, which share a folder. Standard library only.
"""

from __future__ import annotations

import os
from pathlib import Path

GATE_VARIABLE = "TEST_GATE"
HELD_STEP = 2


class Gate:
    """The gate of one folder; closed once, at step number `HELD_STEP` after it was armed."""

    def __init__(self, folder: Path) -> None:
        self._armed = folder / "armed"
        self._steps = folder / "steps"
        self._reached = folder / "reached"
        self._go = folder / "go"

    # For the test.

    def arm(self) -> None:
        """Have the next steps counted, and one of them held."""
        for pipe in (self._reached, self._go):
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe)
        self._steps.write_bytes(b"")
        self._armed.touch()

    def wait_until_reached(self) -> None:
        """Return when the engine is held."""
        self._reached.read_bytes()

    def open(self) -> None:
        """Let the engine go on."""
        self._go.write_bytes(b"")

    def disarm(self) -> int:
        """Count no longer; return how many steps were begun."""
        self._armed.unlink()
        return self._steps.stat().st_size

    # For the adapter.

    def step(self, *_: object) -> None:
        """The model begins a step."""
        if not self._armed.exists():
            return
        with self._steps.open("ab") as steps:
            steps.write(b".")
        if self._steps.stat().st_size == HELD_STEP:
            # Opening a pipe waits for the other end.
            self._reached.write_bytes(b"")
            self._go.read_bytes()
