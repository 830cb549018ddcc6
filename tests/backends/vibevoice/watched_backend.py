"""VibeVoice with a gate before each chunk of sound."""

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
_package = ModuleType("vibevoice_adapter")
_package.__path__ = [str(_TESTS.parents[1] / "tts_backends" / "vibevoice")]
sys.modules[_package.__name__] = _package


class Backend(import_module("vibevoice_adapter.backend").Backend):  # type: ignore[misc]
    """VibeVoice, watched."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        gate = _gate.Gate(Path(os.environ[_gate.GATE_VARIABLE]))
        network = self._model._network
        decode = network._decode_audio_latent

        def watched(*arguments: Any, **options: Any) -> Any:
            gate.step()
            return decode(*arguments, **options)

        network._decode_audio_latent = watched
