"""Kokoro with a gate before each run of one of its graphs."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

_TESTS = Path(__file__).resolve().parents[1]
sys.path.append(str(_TESTS))
_gate = import_module("gate")
_package = ModuleType("kokoro_adapter")
_package.__path__ = [str(_TESTS.parents[1] / "tts_backends" / "kokoro")]
sys.modules[_package.__name__] = _package


class Backend(import_module("kokoro_adapter.backend").Backend):  # type: ignore[misc]
    """Kokoro, watched."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        gate = _gate.Gate(Path(os.environ[_gate.GATE_VARIABLE]))
        run = self._model._run

        def watched(*arguments: Any, **named: Any) -> Any:
            gate.step()
            return run(*arguments, **named)

        self._model._run = watched
