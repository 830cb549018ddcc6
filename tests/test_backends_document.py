"""docs/backends.md and docs/engines.md say what the adapters do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.backends.speaking import Adapter
from tts_backends.espeak.backend import Backend as Espeak
from tts_backends.kokoro.speakers import LANGUAGES, SPEAKERS
from tts_backends.tone.backend import Backend as Tone
from voice_server.config import load_config
from voice_server.provisioning.engine_facts import facts_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "docs" / "backends.md").read_text(encoding="utf-8")
ENGINES = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
STATE_THE_LANGUAGES = (
    "README.md",
    "CHANGELOG.md",
    "backends.yaml",
    "docs/backends.md",
    "docs/engines.md",
    "tts_backends/espeak/backend.py",
)
ROW = re.compile(r"^\s*\| `(\w+)` \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)


@pytest.mark.parametrize(("name", "adapter"), [("espeak", Espeak), ("tone", Tone)])
def test_every_option_is_described_with_its_range_and_default(name: str, adapter: type[Adapter]) -> None:
    chapter = DOCUMENT.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    described = {option: (values, default) for option, values, default in ROW.findall(chapter)}
    options = adapter().options
    assert list(described) == [option.name for option in options]
    for option in options:
        values, default = described[option.name]
        if option.kind in {"number", "integer"}:
            assert values == f"{option.minimum:g} to {option.maximum:.0f}"
        elif option.kind == "choice":
            assert sorted(values.split(", ")) == sorted(option.choices)
        assert default == str(option.default).lower().removesuffix(".0")


@pytest.mark.parametrize("name", STATE_THE_LANGUAGES)
def test_the_number_of_languages_is_that_of_espeak_s_voice_list(name: str) -> None:
    languages = {voice.language for voice in Espeak().voices()} - {"mul"}
    text = (ROOT / name).read_text(encoding="utf-8")
    assert f"in {len(languages)} languages" in text
    assert not re.search(r"\babout [\w ]+ languages", text)


def test_kokoro_s_numbers_of_voices_and_languages_are_those_of_its_table_of_speakers() -> None:
    n_languages, n_voices = len(LANGUAGES), len(SPEAKERS)
    assert re.search(rf"^\| kokoro \|([^|]*\|){{4}} {n_languages} \|", ENGINES, re.MULTILINE)
    assert re.search(rf"^\| languages \|[^|]*\| {n_languages} \|", DOCUMENT, re.MULTILINE)
    assert f"**Voices.** {n_voices} speakers" in DOCUMENT
    facts = facts_of("kokoro", load_config(ROOT / "backends.yaml").backends["kokoro"])
    assert facts is not None
    assert facts.languages.startswith(f"{n_languages} languages, {n_voices} voices")
    n_left = sum(speaker[0] not in "jz" for speaker in SPEAKERS)
    assert f"{n_left} voices, {n_languages - 2} languages" in DOCUMENT


@pytest.mark.parametrize("name", ["piper", "kokoro", "pocket", "chatterbox", "vibevoice"])
def test_the_sizes_of_an_engine_are_those_that_its_folder_states(name: str) -> None:
    facts = facts_of(name, load_config(ROOT / "backends.yaml").backends[name])
    assert facts is not None
    row = re.search(rf"^\| {name} \| [^|]* \| ([\d.]+ GB) \| ([\d.]+ GB) \|", ENGINES, re.MULTILINE)
    assert row is not None
    assert row.groups() == (f"{facts.download_mb / 1000:.2g} GB", f"{facts.disk_mb / 1000:.2g} GB")
    if name == "piper":  # what the first command of the README sets up
        readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
        assert f"(piper: {facts.sizes})" in readme
