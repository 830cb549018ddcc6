"""Pocket TTS with a gate before each frame."""

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
_package = ModuleType("pocket_adapter")
_package.__path__ = [str(_TESTS.parents[1] / "tts_backends" / "pocket")]
sys.modules[_package.__name__] = _package


class Backend(import_module("pocket_adapter.backend").Backend):  # type: ignore[misc]
    """Pocket TTS, watched."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        gate = _gate.Gate(Path(os.environ[_gate.GATE_VARIABLE]))
        flow = self._model._model.flow_lm
        flow.flow_net.register_forward_pre_hook(gate.step)
