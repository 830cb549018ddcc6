"""Tests mirror the package file for file: what holds of a module is tested at the module's own path."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "voice_server"

ROOMS = (
    "commands", "core", "endpoints", "home", "playback", "plugins", "pool", "process", "provisioning",
    "serving", "sound_files", "speech", "voices", "worker",
)  # fmt: skip
"""The package's folders; its own files are tested in tests/."""

OF_SEVERAL_MODULES = {
    "core/speech/fragments": "filter, splitter and all rules against fragments of thirteen languages",
    "core/text/splitting/own_sets": "the splitter against labelled texts",
    "core/text/splitting/splitter_answers": "the splitter against whole answers, token by token",
    "endpoints/page/contrast": "the page's style sheet",
    "endpoints/page/page_texts": "the page's texts in all its languages",
}
"""Tests of more than one module, or of what is no module; each with what it tests."""


def modules() -> set[str]:
    """Every module in a room, as "room/…/name"; a package's own file only says what the folder holds."""
    return {
        path.relative_to(PACKAGE).with_suffix("").as_posix()
        for room in ROOMS
        for path in (PACKAGE / room).rglob("*.py")
        if path.name != "__init__.py"
    }


def mirrored() -> dict[str, Path]:
    """Every file of tests in a room by the module that its path names."""
    paths = [path for room in ROOMS for path in (TESTS / room).rglob("test_*.py")]
    return {
        (path.parent / path.stem.removeprefix("test_")).relative_to(TESTS).as_posix(): path for path in paths
    }


MODULES = modules()
MIRRORED = mirrored()


def test_every_folder_of_the_package_is_held_to_this() -> None:
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(ROOMS)


def test_every_module_has_tests_at_its_own_path() -> None:
    missing = {f"tests/{Path(name).parent}/test_{Path(name).name}.py" for name in MODULES - MIRRORED.keys()}
    assert not missing


def test_every_file_of_tests_is_a_modules_or_says_what_else_it_tests() -> None:
    assert MIRRORED.keys() - MODULES == OF_SEVERAL_MODULES.keys()


@pytest.mark.parametrize("name", sorted(MIRRORED))
def test_no_file_of_tests_is_empty(name: str) -> None:
    tree = ast.parse(MIRRORED[name].read_text(encoding="utf-8"))
    functions = [
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [function for function in functions if function.startswith("test_")]
