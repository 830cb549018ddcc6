"""Loads an adapter file and checks that what it defines is a backend.

The adapter's folder becomes a package with a private name, so that its files can import each other relatively
(`from .engine import Engine`) while none of them can hide a library: the folder is not on the path.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from voice_server.core.types import Capabilities, Option, Voice
from voice_server.errors import BackendError, UnknownName
from voice_server.worker.api import Backend
from voice_server.worker.samples import without_hidden_samples

_LOWEST_HZ, _HIGHEST_HZ = 4_000, 192_000


def load_backend(file: Path, settings: Mapping[str, Any]) -> Backend:
    """Return the adapter's Backend, made with `settings`. What is wrong with it is a BackendError.

    A package that is missing, and whatever the constructor raises, comes through as it is.
    """
    package = ModuleType(f"voice_backend_{file.parent.name}")
    package.__path__ = [str(file.parent)]
    sys.modules[package.__name__] = package
    if not file.is_file():
        raise BackendError(f"there is no adapter file {file.name}")
    kind = getattr(import_module(f"{package.__name__}.{file.stem}"), "Backend", None)
    if not isinstance(kind, type):
        raise BackendError(f"the adapter {file.name} defines no class Backend")
    _check_settings(kind, settings)
    backend: Backend = kind(**settings)
    _check(backend)
    return backend


def voices_of(backend: Backend) -> tuple[Voice, ...]:
    """Return the backend's voices; none, or two with the same id, is a BackendError.

    A recording with the name of a built-in voice is left out, whatever the case of its letters.
    """
    voices = tuple(backend.voices())
    if not voices:
        raise BackendError("the adapter offers no voice")
    if not all(isinstance(voice, Voice) for voice in voices):
        raise BackendError("the adapter's voices() yields something that is no Voice")
    voices = without_hidden_samples(voices)
    ids = {voice.id for voice in voices}
    if len(ids) < len(voices):
        raise BackendError("the adapter offers two voices with the same id")
    return voices


def options_of(backend: Backend) -> tuple[Option, ...]:
    """Return the options that the backend understands."""
    return tuple(getattr(backend, "options", ()))


def capabilities_of(backend: Backend) -> Capabilities:
    """Return what the backend says it can do, with its options."""
    stated: Capabilities = getattr(backend, "capabilities", Capabilities())
    return replace(stated, options=options_of(backend), clones=stated.clones or hasattr(backend, "clone"))


def _check_settings(kind: type, settings: Mapping[str, Any]) -> None:
    parameters = inspect.signature(kind).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return
    known = {parameter.name for parameter in parameters}
    for name in settings:
        if name not in known:
            raise UnknownName("setting", name, known)
    for parameter in parameters:
        if parameter.default is parameter.empty and parameter.name not in settings:
            raise BackendError(f"the setting {parameter.name!r} is missing")


def _check(backend: Backend) -> None:
    for member in ("voices", "synthesize"):
        if not callable(getattr(backend, member, None)):
            raise BackendError(f"the adapter's Backend has no method {member}")
    rate = getattr(backend, "sample_rate", None)
    if type(rate) is not int or not _LOWEST_HZ <= rate <= _HIGHEST_HZ:
        allowed = f"a whole number of Hz from {_LOWEST_HZ} to {_HIGHEST_HZ}"
        raise BackendError(f"the adapter's sample_rate is {allowed}, not {rate!r}")
    if not all(isinstance(option, Option) for option in options_of(backend)):
        raise BackendError("the adapter's options holds something that is no Option")
