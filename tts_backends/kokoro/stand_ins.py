"""Imports misaki and spaCy without packages that they name and that reading never asks.

They are not installed, or lack what they import (pyproject.toml says why): joblib is for phonemizing in
several processes, `spacy.cli` is spaCy's command line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec

_NAMES = {
    "pyopenjtalk": (),
    "segments": ("Tokenizer", "Profile"),
    "joblib": (),
    "spacy.cli": (),
    "spacy.cli.info": ("info",),
}
"""Modules, each with what is taken from it when it is imported."""


@contextmanager
def stand_ins() -> Iterator[None]:
    """Have empty modules take the place of those that nothing has imported so far."""
    absent = [name for name in _NAMES if name not in sys.modules]
    for name in absent:
        sys.modules[name] = module_from_spec(ModuleSpec(name, None))
        vars(sys.modules[name]).update(dict.fromkeys(_NAMES[name], object))
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
