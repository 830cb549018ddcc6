"""An import may only point down, and above the I/O line nothing but arithmetic is imported."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "voice_server"

LAYERS = (
    # The first prefix that fits decides; a file that fits none belongs to layer 3.
    ("voice_server.errors", 0),
    ("voice_server.core.types", 0),
    ("voice_server.core.text", 1),
    ("voice_server.core.audio", 1),
    ("voice_server.core.wire", 1),
    ("voice_server.core", 2),
    ("voice_server.speech", 4),
    ("voice_server.playback", 4),
    ("voice_server.conformance", 4),
    ("voice_server.testing", 4),
    ("voice_server.endpoints", 5),
    ("voice_server.client", 5),
    ("voice_server.server", 6),
    ("voice_server.commands", 6),
    ("voice_server.cli", 6),
    ("voice_server.say", 6),
)
CORE_MAY_IMPORT = {"msgpack", "msgspec", "numpy", "soxr"}
IO_MODULES = {
    "asyncio", "os", "socket", "subprocess", "threading", "time", "random", "selectors", "signal", "io",
    "pathlib", "logging", "secrets",
}  # fmt: skip


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def layer_of(module: str) -> int:
    for prefix, layer in LAYERS:
        if module == prefix or module.startswith((prefix + ".", prefix + "_")):
            return layer
    return 3


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, as a script apart: there it hands over to its command."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [each for each in tree.body if not _is_script_part(each)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _is_script_part(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name == "main"
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


MODULES = dict(modules())


@pytest.mark.parametrize("module", [module for module in MODULES if layer_of(module) < 6])
def test_no_import_points_up(module: str) -> None:
    ours = {name for name in imports_of(MODULES[module]) if name in MODULES and name != module}
    higher = {name for name in ours if layer_of(name) > layer_of(module)}
    assert not higher, f"{module} (layer {layer_of(module)}) imports {higher}"


@pytest.mark.parametrize("module", [module for module in MODULES if layer_of(module) == 1])
def test_siblings_of_layer_1_do_not_know_each_other(module: str) -> None:
    family = ".".join(module.split(".")[:3])
    strangers = {
        name
        for name in imports_of(MODULES[module])
        if name in MODULES and layer_of(name) == 1 and not name.startswith(family)
    }
    assert not strangers


@pytest.mark.parametrize("module", [module for module in MODULES if layer_of(module) <= 2])
def test_the_core_does_no_io(module: str) -> None:
    roots = {name.split(".")[0] for name in imports_of(MODULES[module])}
    assert not roots & IO_MODULES
    third_party = roots - set(sys.stdlib_module_names) - {"voice_server"}
    assert third_party <= CORE_MAY_IMPORT


def test_the_client_needs_nothing_of_the_server() -> None:
    for module, path in MODULES.items():
        if module.startswith("voice_server.client"):
            ours = {name for name in imports_of(path) if name in MODULES}
            above = {name for name in ours if layer_of(name) > 1 and "client" not in name}
            assert above <= {"voice_server"}, f"{module} imports {above}"
