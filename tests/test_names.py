"""One name for one thing: classes and files are unique, and what a user can import stands in the glossary."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "voice_server"
FILES = sorted(PACKAGE.rglob("*.py"))
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in GLOSSARY.splitlines()
        if line.startswith("|") and not line.startswith("| ---")]  # fmt: skip
LISTING = (
    "voice_server.client",
    "voice_server.worker.api",
    "voice_server.pool",
    "voice_server.playback",
    "voice_server.plugins.plugin_api",
    "voice_server.speech",
)
"""The modules whose `__all__` is what users import."""


def repeated(names: Iterable[str]) -> set[str]:
    """The names that come more than once."""
    listed = list(names)
    return {name for name in listed if listed.count(name) > 1}


def public_classes(path: Path) -> list[str]:
    """The classes that a file defines at its top, without those of its own use."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node.name for node in body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def nouns_of_the_surface() -> set[str]:
    """The types that the listing modules export, and the public classes of the package's top folder."""
    exported = {name for module in LISTING for name in import_module(module).__all__}
    own = {name for path in PACKAGE.glob("*.py") for name in public_classes(path)}
    return {name for name in exported | own if re.fullmatch(r"(?:[A-Z][a-z]+)+", name)}


def classes_of_the_glossary() -> list[str]:
    """The names in the column of classes."""
    return [name for row in ROWS for name in re.findall(r"`(\w+)`", row[2])]


def test_no_public_class_has_another_s_name() -> None:
    assert not repeated(name for path in FILES for name in public_classes(path))


def test_no_file_has_another_s_name() -> None:
    script = PACKAGE / "api.py"  # its users know it by this name
    assert not repeated(path.name for path in FILES if not path.name.startswith("__") and path != script)


def test_every_noun_of_the_public_surface_stands_in_the_glossary() -> None:
    assert not nouns_of_the_surface() - set(classes_of_the_glossary())


def test_every_class_of_the_glossary_exists() -> None:
    defined = {name for path in FILES for name in public_classes(path)} | nouns_of_the_surface()
    assert not set(classes_of_the_glossary()) - defined


def test_no_word_of_a_chapter_is_explained_twice() -> None:
    for chapter in GLOSSARY.split("\n## ")[1:]:
        words = [line.split("|")[1].strip() for line in chapter.splitlines() if line.startswith("| ")]
        assert not repeated(words)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_word_has_a_meaning(row: list[str]) -> None:
    assert len(row) == 3
    assert row[0]
    assert len(row[1]) > 3


def test_a_repeated_name_is_found() -> None:
    assert repeated(["Frame", "Voice", "Frame"]) == {"Frame"}
