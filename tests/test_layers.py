"""Imports point down, nothing imports in a circle, and above the I/O line there is only arithmetic."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "voice_server"

LAYERS = (
    # Every module is in the row of the first prefix that fits; one that fits none is a mistake.
    ("voice_server.errors", 0),
    ("voice_server.version", 0),
    ("voice_server.core.types", 0),
    ("voice_server.core.text", 1),
    ("voice_server.core.audio", 1),
    ("voice_server.core.wire", 1),
    ("voice_server.core", 2),
    ("voice_server.home", 3),
    ("voice_server.config", 3),
    ("voice_server.missing_packages", 3),
    ("voice_server.process", 3),
    ("voice_server.worker", 4),
    ("voice_server.sound_files", 4),
    ("voice_server.provisioning", 5),
    ("voice_server.pool", 6),
    ("voice_server.voices", 7),
    ("voice_server.metrics", 7),
    ("voice_server.plugins", 7),
    ("voice_server.speech", 8),
    ("voice_server.playback", 9),
    ("voice_server.endpoints", 10),
    ("voice_server.client_addresses", 10),
    ("voice_server.client_clock", 10),
    ("voice_server.client_events", 10),
    ("voice_server.client_link", 10),
    ("voice_server.client_streams", 10),
    ("voice_server.serving", 11),
    ("voice_server.commands", 12),
    ("voice_server.client", 13),
    ("voice_server.server", 13),
    ("voice_server.say", 13),
    ("voice_server.api", 13),
    ("voice_server.tts_api_server", 13),
    ("voice_server.tts_service", 13),
    ("voice_server.cli", 13),
    ("voice_server.__main__", 14),
)
ENTRY_POINTS = 13
CORE_MAY_IMPORT = {
    "babel", "emoji", "latex2mathml", "msgpack", "msgspec", "numpy", "regex", "soxr", "unicode_rbnf",
}  # fmt: skip
IO_MODULES = {
    "asyncio", "os", "socket", "subprocess", "threading", "time", "random", "selectors", "signal", "io",
    "pathlib", "logging", "secrets",
}  # fmt: skip


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def layer_of(module: str) -> int | None:
    """The layer of a module; None for one that no row of the table names."""
    return next((layer for prefix, layer in LAYERS if (module + ".").startswith(prefix + ".")), None)


def imports_of(path: Path) -> set[str]:
    """All that a file imports, wherever in it, and by name too: `import_module("voice_server.…")`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            found |= {str(each.value) for each in node.args if isinstance(each, ast.Constant)}
    return found


MODULES = {name: path for name, path in modules() if name != "voice_server"}
IMPORTS = {
    name: {each for each in imports_of(path) if each in MODULES} - {name} for name, path in MODULES.items()
}


def room_of(module: str) -> str:
    """The folder of a module, or the module itself where it lies in the package's own folder."""
    return ".".join(module.split(".")[:2])


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """The names along a circle, if there is one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_layer(module: str) -> None:
    assert layer_of(module) is not None, f"{module} is in no row of LAYERS: say where it belongs"


@pytest.mark.parametrize("module", MODULES)
def test_no_import_points_up(module: str) -> None:
    own = layer_of(module) or 0
    higher = {name for name in IMPORTS[module] if (layer_of(name) or 0) > own}
    assert not higher, f"{module} (layer {own}) imports {higher}"


def test_nothing_but_the_program_imports_an_entry_point() -> None:
    entries = {name for name in MODULES if layer_of(name) == ENTRY_POINTS}
    importing = {(name, each) for name, imported in IMPORTS.items() for each in imported & entries}
    assert importing == {("voice_server.__main__", "voice_server.cli")}


def test_no_files_import_each_other_in_a_circle() -> None:
    assert not circle_in(IMPORTS)


def test_no_rooms_import_each_other_in_a_circle() -> None:
    rooms: dict[str, set[str]] = {}
    for name, imported in IMPORTS.items():
        rooms.setdefault(room_of(name), set()).update({room_of(each) for each in imported} - {room_of(name)})
    assert not circle_in(rooms)


def test_a_route_imports_no_route() -> None:
    routes = {name for name in MODULES if name.startswith("voice_server.endpoints.routes.")}
    assert not {(name, each) for name in routes for each in IMPORTS[name] & routes}


def test_a_circle_is_found() -> None:
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}


@pytest.mark.parametrize("module", [module for module in MODULES if layer_of(module) == 1])
def test_siblings_of_layer_1_do_not_know_each_other(module: str) -> None:
    family = ".".join(module.split(".")[:3])
    strangers = {name for name in IMPORTS[module] if layer_of(name) == 1 and not name.startswith(family)}
    assert not strangers


@pytest.mark.parametrize("module", [module for module in MODULES if (layer_of(module) or 0) <= 2])
def test_the_core_does_no_io(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    roots = {name.split(".")[0] for node in ast.walk(tree) for name in _imported(node)}
    if module != "voice_server.version":  # it asks the installation, and only when it is asked
        assert not roots & IO_MODULES
    third_party = roots - set(sys.stdlib_module_names) - {"voice_server"}
    assert third_party <= CORE_MAY_IMPORT


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_the_client_needs_nothing_of_the_server() -> None:
    for module in (name for name in MODULES if name.startswith("voice_server.client_")):
        above = {name for name in IMPORTS[module] if (layer_of(name) or 0) > 1 and "client" not in name}
        assert not above, f"{module} imports {above}"


def test_an_adapter_imports_only_what_is_written_for_it() -> None:
    for path in sorted((PACKAGE.parent / "tts_backends").glob("*/*.py")):
        ours = {name for name in imports_of(path) if name.startswith("voice_server")}
        strangers = {name for name in ours if not name.startswith("voice_server.worker.api")}
        assert not strangers, f"{path.parent.name}/{path.name} imports {strangers}"
