"""Which plugins there are: those that backends.yaml lists, in its order, then those of installed packages.

What the file lists and is not there, or does not load, is a mistake in the file. An installed package that
does not load is a `BrokenPlugin`: nobody asked for it by name, and the server speaks without it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from voice_server.config import Config
from voice_server.errors import ConfigError

ENTRY_POINT_GROUP = "voice_server.plugins"


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


def find_plugins(config: Config) -> tuple[list[FoundPlugin], list[BrokenPlugin]]:
    """Load all plugins, in order; imports their code. Raises ConfigError for one that the file lists."""
    installed = {each.name: each for each in sorted(entry_points(group=ENTRY_POINT_GROUP))}
    found = [_listed(item, installed.get(item), config.source) for item in config.plugins]
    broken = []
    for name, entry_point in installed.items():
        if name in config.plugins:
            continue
        try:
            found.append(FoundPlugin(name, _package(entry_point), entry_point.load(), is_listed=False))
        except (Exception, SystemExit) as error:
            broken.append(BrokenPlugin(name, _package(entry_point), _reason(error)))
    return _each_once(found, config.source), broken


def _listed(item: str, entry_point: EntryPoint | None, source: Path) -> FoundPlugin:
    try:
        if entry_point is not None:
            return FoundPlugin(item, _package(entry_point), entry_point.load(), is_listed=True)
        if item.endswith(".py"):
            path = source.parent / item
            return FoundPlugin(path.stem, item, _module_of(path), is_listed=True)
        return FoundPlugin(item, f"module {item}", import_module(item), is_listed=True)
    except FileNotFoundError as error:
        if item.endswith(".py") and error.filename == str(source.parent / item):
            raise ConfigError(f"{source.name}: plugins: there is no file {item!r}") from None
        raise _refused(item, source, error) from None
    except (Exception, SystemExit) as error:
        raise _refused(item, source, error) from None


def _refused(item: str, source: Path, error: BaseException) -> ConfigError:
    return ConfigError(f"{source.name}: plugins: {item!r} cannot be loaded: {_reason(error)}")


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


def _package(entry_point: EntryPoint) -> str:
    package = entry_point.dist
    return entry_point.value if package is None else f"{package.name} {package.version}"


def _reason(error: BaseException) -> str:
    first_line = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
