"""The small Chatterbox with a gate before each token, or before each step of the vocoder."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))
_gate = import_module("gate")
_small = import_module(".small_backend", __package__)


class Backend(_small.Backend):  # type: ignore[misc, name-defined]
    """Chatterbox, watched."""

    def __init__(self, watched: str = "tokens", **settings: Any) -> None:
        super().__init__(**settings)
        gate = _gate.Gate(Path(os.environ[_gate.GATE_VARIABLE]))
        model = self._model
        ((_, blocks, _), *_) = model.s3gen.flow.decoder.estimator.down_blocks
        transformer = model.t3.tfmr
        last = transformer.ln_f if model.t3.is_gpt else transformer.norm
        part = last if watched == "tokens" else blocks[0]
        part.register_forward_pre_hook(gate.step)
