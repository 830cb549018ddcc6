"""A language whose packages are not there is left out, with the command that adds them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tts_backends.kokoro import language_packages
from tts_backends.kokoro.language_packages import left_out_languages
from voice_server.config import BackendConfig
from voice_server.provisioning.engine_facts import facts_of
from voice_server.provisioning.package_groups import groups_of

KOKORO = Path(__file__).resolve().parents[2] / "tts_backends" / "kokoro"


@pytest.mark.parametrize(
    ("absent", "left_out"),
    [
        (set(), ""),
        ({"unidic_lite"}, "j"),
        ({"fugashi"}, "j"),
        ({"jieba"}, "z"),
        ({"pypinyin", "fugashi"}, "jz"),
    ],
)
def test_a_language_is_left_out_where_a_package_of_it_is_absent(
    monkeypatch: pytest.MonkeyPatch, absent: set[str], left_out: str
) -> None:
    monkeypatch.setattr(language_packages, "find_spec", lambda name: None if name in absent else name)
    assert "".join(left_out_languages()) == left_out


def test_the_command_that_is_told_names_a_group_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_packages, "find_spec", lambda name: None)
    sentences = left_out_languages().values()
    assert "Japanese needs packages that were left out; run: voice-server setup kokoro --with ja" in sentences
    assert {sentence.split()[-1] for sentence in sentences} == groups_of(KOKORO)


def test_each_group_says_its_size_and_holds_the_packages_that_are_looked_for() -> None:
    facts = facts_of("kokoro", BackendConfig(adapter=KOKORO / "backend.py"))
    assert facts is not None
    assert facts.groups.keys() == groups_of(KOKORO)
    locked = {each["name"]: each for each in tomllib.loads((KOKORO / "uv.lock").read_text())["package"]}
    groups = locked["tts-backend-kokoro"]["dev-dependencies"]
    extras = locked["misaki"]["optional-dependencies"]
    brought = {
        group: {each["name"] for each in (*wanted, *extras[group])} for group, wanted in groups.items()
    }
    assert {"fugashi", "unidic-lite"} <= brought["ja"]
    assert {"jieba", "pypinyin"} <= brought["zh"]
    always = {each["name"] for each in locked["tts-backend-kokoro"]["dependencies"]}
    assert not always & {"fugashi", "unidic-lite", "jieba", "pypinyin"}
