"""Which plugins there are: those that backends.yaml lists, in its order, then those of installed packages.

What the file lists and is not there, or does not load, is a mistake in the file. An installed package that
does not load is a `BrokenPlugin`: nobody asked for it by name, and the server speaks without it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Final

from voice_server.config import Config
from voice_server.errors import ConfigError, PluginFault
from voice_server.plugins.isolation import PluginThread

ENTRY_POINT_GROUP = "voice_server.plugins"

LOAD_LIMIT_S: Final = 60.0
"""How long a plugin may take to be imported: it may load a model."""


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """A plugin that has been loaded; `source` says where it comes from, for people."""

    name: str
    source: str
    implementation: object
    is_listed: bool


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that cannot be used, and why."""

    name: str
    source: str
    reason: str


async def find_plugins(
    config: Config, *, limit_s: float = LOAD_LIMIT_S
) -> tuple[list[FoundPlugin], list[BrokenPlugin]]:
    """Load all plugins, in order; imports their code. Raises ConfigError for one that the file lists."""
    installed = {each.name: each for each in sorted(entry_points(group=ENTRY_POINT_GROUP))}
    found: list[FoundPlugin] = []
    broken: list[BrokenPlugin] = []
    candidates = [_listed(item, installed.get(item), config.source) for item in config.plugins]
    candidates += [_installed(each) for name, each in installed.items() if name not in config.plugins]
    for each in candidates:
        loaded = await _loaded(each, limit_s)
        if isinstance(loaded, FoundPlugin):
            found.append(loaded)
        elif each.item is None:
            broken.append(loaded)
        else:
            raise ConfigError(
                f"{config.source.name}: plugins: {each.item!r} cannot be loaded: {loaded.reason}"
            )
    return _each_once(found, config.source), broken


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A plugin before it is loaded; `item` is what the file lists it as."""

    name: str
    source: str
    load: Callable[[], object]
    item: str | None = None


def _listed(item: str, entry_point: EntryPoint | None, source: Path) -> _Candidate:
    if entry_point is not None:
        return replace(_installed(entry_point), item=item)
    if item.endswith(".py"):
        path = source.parent / item
        if not path.is_file():
            raise ConfigError(f"{source.name}: plugins: there is no file {item!r}")
        return _Candidate(path.stem, item, partial(_module_of, path), item)
    return _Candidate(item, f"module {item}", partial(import_module, item), item)


def _installed(entry_point: EntryPoint) -> _Candidate:
    package = entry_point.dist
    source = entry_point.value if package is None else f"{package.name} {package.version}"
    return _Candidate(entry_point.name, source, entry_point.load)


async def _loaded(candidate: _Candidate, limit_s: float) -> FoundPlugin | BrokenPlugin:
    """The plugin, loaded in a thread that can be left alone."""

    def load() -> FoundPlugin | BrokenPlugin:
        name, source = candidate.name, candidate.source
        try:
            return FoundPlugin(name, source, candidate.load(), is_listed=candidate.item is not None)
        except BaseException as error:  # whatever it does while it is imported
            return BrokenPlugin(name, source, _reason(error))

    thread = PluginThread(candidate.name, limit_s)
    try:
        return await thread.call(load)
    except PluginFault:
        return BrokenPlugin(candidate.name, candidate.source, f"it took longer than {limit_s:g} s")
    finally:
        thread.close()


def _module_of(path: Path) -> object:
    """The file as a module of its own."""
    name = f"voice_server_plugin_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None  # for a name that ends with .py there is a loader
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickles look their module up
    spec.loader.exec_module(module)
    return module


def _each_once(found: Iterable[FoundPlugin], source: Path) -> list[FoundPlugin]:
    """The plugins without those that stand there before. Raises ConfigError for two of one name."""
    by_name: dict[str, FoundPlugin] = {}
    for plugin in found:
        if any(plugin.implementation is other.implementation for other in by_name.values()):
            continue
        if plugin.name in by_name:
            raise ConfigError(f"{source.name}: plugins: there are two of the name {plugin.name!r}")
        by_name[plugin.name] = plugin
    return list(by_name.values())


def _reason(error: BaseException) -> str:
    first_line = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
