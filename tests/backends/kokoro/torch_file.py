"""Writes files as torch.save does, without torch: a ZIP archive of one pickle and each tensor's numbers."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np


def _module(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    for member, value in members.items():
        value.__module__, value.__qualname__ = name, member
        setattr(module, member, value)
    return module


def _rebuild_tensor_v2(*_: Any) -> None:
    """Only named in the pickle."""


class _FloatStorage:
    """Only named in the pickle."""


_MODULES = {
    "torch": _module("torch", FloatStorage=_FloatStorage),
    "torch._utils": _module("torch._utils", _rebuild_tensor_v2=_rebuild_tensor_v2),
}


class _Storage:
    def __init__(self, array: np.ndarray) -> None:
        self.array = array


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=2)
        self.storages: list[np.ndarray] = []

    def reducer_override(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return NotImplemented
        strides = tuple(step // value.itemsize for step in value.strides)
        return _rebuild_tensor_v2, (_Storage(value), 0, value.shape, strides, False, OrderedDict())

    def persistent_id(self, value: Any) -> Any:
        if not isinstance(value, _Storage):
            return None
        self.storages.append(value.array)
        return ("storage", _FloatStorage, str(len(self.storages) - 1), "cpu", value.array.size)


def save(value: Any, file: Path) -> None:
    """Write dictionaries and float32 arrays to `file`."""
    pickled = io.BytesIO()
    with mock.patch.dict(sys.modules, _MODULES):
        pickler = _Pickler(pickled)
        pickler.dump(value)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickled.getvalue())
        for number, array in enumerate(pickler.storages):
            archive.writestr(f"archive/data/{number}", array.tobytes())
        archive.writestr("archive/version", "3\n")
