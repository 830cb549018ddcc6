"""The product's adapter in a library with bad manners: it prints to stdout, forks, and takes signals."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

_PRODUCT = Path(__file__).resolve().parents[3] / "tts_backends" / "kokoro"
_package = ModuleType("kokoro_adapter")
_package.__path__ = [str(_PRODUCT)]
sys.modules[_package.__name__] = _package
_Kokoro: Any = import_module("kokoro_adapter.backend").Backend


def _misbehave() -> None:
    print("from Python", flush=True)
    os.write(1, b"VSw1 from descriptor 1")
    library = ctypes.CDLL(None)
    library.puts(b"from C")
    library.fflush(None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP):
        signal.signal(number, lambda *_: print("a signal was taken"))
    if os.fork() == 0:
        os.write(1, b"from a child that stays")
        signal.pause()


class Backend(_Kokoro):  # type: ignore[misc]
    """Misbehaves when it is loaded and before every text."""

    def __init__(self, **settings: Any) -> None:
        _misbehave()
        super().__init__(**settings)

    def push(self, text: str, voice: str, options: Mapping[str, Any], give: Any) -> None:
        _misbehave()
        super().push(text, voice, options, give)
