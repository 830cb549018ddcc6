"""An adapter file is loaded without getting onto the path; what is wrong with it is said in a sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voice_server.core.types import Capabilities, Option, Voice
from voice_server.errors import BackendError, UnknownName
from voice_server.worker.adapter import capabilities_of, load_backend, options_of, voices_of

GOOD = """
from voice_server.worker.api import Capabilities, Option, Voice

class Backend:
    sample_rate = 16_000
    options = (Option("speed", "number", 1.0),)
    capabilities = Capabilities(times="engine", tags=("laugh",))

    def __init__(self, model="small", *, device="cpu"):
        self.model = model

    def voices(self):
        yield Voice("a", "A", "en")

    def synthesize(self, text, voice, options):
        yield b""
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A backend's folder, forgotten by the interpreter afterwards."""
    before, path = set(sys.modules), list(sys.path)
    folder = tmp_path / "mine"
    folder.mkdir()
    yield folder
    assert sys.path == path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def load(folder: Path, content: str, **settings: Any) -> Any:
    file = folder / "backend.py"
    file.write_text(content)
    return load_backend(file, settings)


def test_a_backend_is_made_with_its_settings(folder: Path) -> None:
    backend = load(folder, GOOD, model="large")
    assert backend.model == "large"
    assert [voice.id for voice in voices_of(backend)] == ["a"]
    assert options_of(backend) == (Option("speed", "number", 1.0),)
    assert capabilities_of(backend) == Capabilities(options_of(backend), "engine", ("laugh",))


def test_what_an_adapter_leaves_out_has_the_plainest_value(folder: Path) -> None:
    plain = GOOD.replace("    options =", "    unused =").replace("    capabilities =", "    unused_too =")
    assert capabilities_of(load(folder, plain)) == Capabilities()


def test_a_backend_that_can_clone_says_so(folder: Path) -> None:
    backend = load(folder, GOOD + "\n    def clone(self, sample): ...\n")
    assert capabilities_of(backend).clones


def test_files_beside_the_adapter_are_imported_relatively_and_hide_no_library(folder: Path) -> None:
    (folder / "json.py").write_text("WHOSE = 'ours'")
    backend = load(
        folder, "import json\nfrom .json import WHOSE\n" + GOOD + "\n    whose = WHOSE, json.dumps(1)\n"
    )
    assert backend.whose == ("ours", "1")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", r"the adapter backend\.py defines no class Backend"),
        ("Backend = 7", r"defines no class Backend"),
        (GOOD.replace("def voices", "def speakers"), "has no method voices"),
        (GOOD.replace("def synthesize", "def speak"), "has no method synthesize"),
        (GOOD.replace("16_000", "16_000.0"), r"a whole number of Hz from 4000 to 192000, not 16000\.0"),
        (GOOD.replace("16_000", "100"), "a whole number of Hz from 4000 to 192000, not 100"),
        (GOOD.replace("    sample_rate = 16_000", ""), "not None"),
        (GOOD.replace('Option("speed", "number", 1.0)', '"speed"'), "holds something that is no Option"),
    ],
)
def test_what_is_no_backend_is_refused_with_what_is_wanting(
    content: str, sentence: str, folder: Path
) -> None:
    with pytest.raises(BackendError, match=sentence):
        load(folder, content)


def test_a_recording_with_the_name_of_a_built_in_voice_is_no_second_one(folder: Path) -> None:
    voices = 'return [Voice("a", "A", "en"), Voice("A", "A", "en", kind="sample")]'
    backend = load(folder, GOOD.replace('yield Voice("a", "A", "en")', voices))
    assert voices_of(backend) == (Voice("a", "A", "en"),)


@pytest.mark.parametrize(
    ("voices", "sentence"),
    [
        ("return ()", "offers no voice"),
        ('return ["a"]', "yields something that is no Voice"),
        ('return [Voice("a", "A", "en")] * 2', "two voices with the same id"),
    ],
)
def test_voices_that_cannot_be_told_apart_are_refused(voices: str, sentence: str, folder: Path) -> None:
    backend = load(folder, GOOD.replace('yield Voice("a", "A", "en")', voices))
    with pytest.raises(BackendError, match=sentence):
        voices_of(backend)


def test_an_unknown_setting_is_refused_with_the_list_of_those_there_are(folder: Path) -> None:
    with pytest.raises(
        UnknownName, match="unknown setting 'modle'; did you mean model; there are 2: device, model"
    ):
        load(folder, GOOD, modle="large")


def test_a_setting_that_is_wanting_is_named(folder: Path) -> None:
    with pytest.raises(BackendError, match="the setting 'model' is missing"):
        load(folder, GOOD.replace('model="small"', "model"))


def test_an_adapter_may_take_any_setting(folder: Path) -> None:
    assert load(
        folder,
        GOOD.replace("*, device=", "device=").replace(
            "):\n        self.model", ", **rest):\n        self.model"
        ),
        odd=1,
    )


def test_a_file_that_is_not_there_is_said_without_its_folder(folder: Path) -> None:
    with pytest.raises(BackendError, match=r"^there is no adapter file backend\.py$"):
        load_backend(folder / "backend.py", {})
