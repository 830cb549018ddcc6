"""Plugins are found by the file's list and by installed packages, in order, and each once."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from msgspec.structs import replace

from tests.arithmetic_pool import config_of
from tests.plugins.plugging import SHORT_S
from voice_server.config import Config
from voice_server.errors import ConfigError
from voice_server.plugins.discovery import LOAD_LIMIT_S, BrokenPlugin, FoundPlugin, find_plugins


@pytest.fixture(autouse=True)
def no_module_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path, in which `install` puts packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def install(folder: Path, name: str, content: str = "") -> None:
    """What an installer leaves of a package with an entry point of its own name."""
    (folder / f"{name}.py").write_text(content)
    information = folder / f"{name}-1.5.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
    (information / "entry_points.txt").write_text(f"[voice_server.plugins]\n{name} = {name}\n")


def find(
    configuration: Config, limit_s: float = LOAD_LIMIT_S
) -> tuple[list[FoundPlugin], list[BrokenPlugin]]:
    return asyncio.run(find_plugins(configuration, limit_s=limit_s))


def config(folder: Path, *plugins: str) -> Config:
    return replace(config_of("one"), plugins=plugins, source=folder / "backends.yaml")


def test_there_may_be_none(tmp_path: Path) -> None:
    assert find(config(tmp_path)) == ([], [])


def test_a_file_a_module_and_a_package_are_found_in_the_order_of_the_list(
    tmp_path: Path, packages: Path
) -> None:
    install(packages, "zebra_plugin")
    install(packages, "aardvark_plugin")
    install(packages, "mouse_plugin")
    (packages / "plain_module.py").touch()
    (tmp_path / "own.py").write_text("from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n")
    found, broken = find(config(tmp_path, "mouse_plugin", "own.py", "plain_module"))
    assert [(each.name, each.source, each.is_listed) for each in found] == [
        ("mouse_plugin", "mouse_plugin 1.5", True),
        ("own", "own.py", True),
        ("plain_module", "module plain_module", True),
        ("aardvark_plugin", "aardvark_plugin 1.5", False),
        ("zebra_plugin", "zebra_plugin 1.5", False),
    ]
    assert broken == []


def test_a_package_that_does_not_load_is_broken_unless_the_file_lists_it(
    tmp_path: Path, packages: Path
) -> None:
    install(packages, "broken_plugin", "raise ValueError('no\\nway')")
    install(packages, "leaving_plugin", "import sys; sys.exit()")
    found, broken = find(config(tmp_path))
    assert found == []
    assert [(each.name, each.reason) for each in broken] == [
        ("broken_plugin", "ValueError: no"),
        ("leaving_plugin", "SystemExit"),
    ]
    with pytest.raises(ConfigError, match="plugins: 'broken_plugin' cannot be loaded: ValueError: no"):
        find(config(tmp_path, "broken_plugin"))


@pytest.mark.parametrize(
    ("content", "item", "message"),
    [
        ("", "none.py", "there is no file 'none.py'"),
        ("", "voice_server.nothing", "'voice_server.nothing' cannot be loaded: ModuleNotFoundError"),
        ("1 +", "own.py", "'own.py' cannot be loaded: SyntaxError"),
        ("open('x.txt')", "own.py", "'own.py' cannot be loaded: FileNotFoundError"),
    ],
)
def test_what_the_list_names_and_does_not_load_is_a_mistake_in_the_file(
    tmp_path: Path, content: str, item: str, message: str
) -> None:
    (tmp_path / "own.py").write_text(content)
    with pytest.raises(ConfigError) as raised:
        find(config(tmp_path, item))
    assert raised.value.message.startswith(f"backends.yaml: plugins: {message}")


def test_what_is_installed_and_listed_as_a_module_is_one_plugin(tmp_path: Path, packages: Path) -> None:
    install(packages, "twice_plugin")
    (packages / "other.py").write_text("import twice_plugin as plugin\n")
    found, _ = find(config(tmp_path, "twice_plugin", "twice_plugin"))
    assert [each.name for each in found] == ["twice_plugin"]


def test_two_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "own.py").touch()
    with pytest.raises(ConfigError, match="there are two of the name 'own'"):
        find(config(tmp_path, "a/own.py", "b/own.py"))


def test_one_that_hangs_while_it_is_imported_is_given_up(tmp_path: Path) -> None:
    released = threading.Event()
    module = ModuleType("holder_of_an_event")
    module.released = released  # type: ignore[attr-defined]
    sys.modules["holder_of_an_event"] = module
    (tmp_path / "own.py").write_text("from holder_of_an_event import released\nreleased.wait()\n")
    try:
        with pytest.raises(ConfigError, match=r"'own\.py' cannot be loaded: it took longer than 0\.05 s"):
            find(config(tmp_path, "own.py"), limit_s=SHORT_S)
    finally:
        released.set()
