"""`voice-server serve` on asyncio's own event loop, whose longest callbacks are written to a file.

    python measured_server.py MEASURED ARGUMENTS…

A line of MEASURED is a JSON object: `ms` of processor time that one callback took, `callback`, and `stack`,
where it was when it had taken too long. Processor time of the loop's thread, because other programs take
turns on the same processors; asyncio's loop, because uvloop's callbacks cannot be measured from outside.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

LIMIT_MS = 40.0
_REPORTED_MS = LIMIT_MS / 8
_PERIOD_S = 0.005


class CallbackTimes:
    """Measures every callback of the loop that runs in the calling thread."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("w", buffering=1, encoding="utf-8")
        self._began_at: float | None = None
        self._stack: list[str] = []
        self._thread = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._thread)

    def install(self) -> None:
        """Measure from now on."""
        run = asyncio.Handle._run

        def measured_run(handle: Any) -> None:
            if threading.get_ident() != self._thread:
                run(handle)
                return
            self._began_at = began_at = time.thread_time()
            try:
                run(handle)
            finally:
                self._began_at = None
                self._note(handle, (time.thread_time() - began_at) * 1000)

        asyncio.Handle._run = measured_run  # type: ignore[method-assign, assignment]
        threading.Thread(target=self._watch, name="callback watch", daemon=True).start()

    def _note(self, handle: Any, ms: float) -> None:
        if ms >= _REPORTED_MS:
            line = {"ms": round(ms, 2), "callback": repr(handle)[:300], "stack": self._stack[-3:]}
            self._file.write(json.dumps(line) + "\n")
        self._stack = []

    def _watch(self) -> None:
        """Keep where the loop's thread is once a callback has taken long."""
        while True:
            time.sleep(_PERIOD_S)
            began_at = self._began_at
            if began_at is not None and (time.clock_gettime(self._clock) - began_at) * 1000 > _REPORTED_MS:
                frame = sys._current_frames()[self._thread]
                self._stack.append("".join(traceback.format_stack(frame)[-8:]))


if __name__ == "__main__":
    sys.modules["uvloop"] = None  # type: ignore[assignment]  # as on a platform that has none
    CallbackTimes(Path(sys.argv[1])).install()
    from voice_server.cli import main

    sys.argv[1:2] = ["serve"]
    main()
