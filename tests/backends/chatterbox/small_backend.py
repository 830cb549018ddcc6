"""The product's adapter over classes made small; an adapter file of its own, since it comes first."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

_PRODUCT = Path(__file__).resolve().parents[3] / "tts_backends" / "chatterbox"
_package = ModuleType("chatterbox_adapter")
_package.__path__ = [str(_PRODUCT)]
sys.modules[_package.__name__] = _package
import_module("chatterbox_adapter.engine").allow_torchaudio_without_cuda()
import_module(".shrinking", __package__).shrink()

Backend = import_module("chatterbox_adapter.backend").Backend
