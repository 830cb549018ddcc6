"""The page "Your own engine" in docs/backends.md, followed to the letter."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from voice_server.cli import cli

_PAGE = (Path(__file__).resolve().parents[1] / "docs" / "backends.md").read_text()
_ENGINE = """
import math
import struct


class Engine:
    def __init__(self, model):
        assert model == "large"

    def stream(self, text, speed, seed):
        for word in text.split():
            samples = round(24_000 * (0.05 * len(word) + 0.05) / speed)
            yield struct.pack(f"<{samples}h", *(round(8000 * math.sin(n / 9)) for n in range(samples)))
"""


def _blocks(language: str) -> list[str]:
    own = _PAGE[_PAGE.index("## Your own engine") :]
    found = re.findall(rf"^   ```{language}\n(.*?)^   ```", own, re.DOTALL | re.MULTILINE)
    return [re.sub(r"^ {3}", "", block, flags=re.MULTILINE) for block in found]


def test_whoever_follows_the_page_has_an_engine_that_the_doctor_finds_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (adapter,) = _blocks("python")
    (configuration,) = _blocks("yaml")
    folder = tmp_path / "tts_backends" / "mine"
    folder.mkdir(parents=True)
    (folder / "backend.py").write_text(adapter)
    (tmp_path / "backends.yaml").write_text(configuration)
    # In place of `uv sync`: an environment with the server's packages and the engine's.
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    own = Path(sys.prefix)
    (folder / ".venv" / "pyvenv.cfg").write_text((own / "pyvenv.cfg").read_text())
    packages = Path(*("lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages"))
    (folder / ".venv" / packages).mkdir(parents=True)
    (folder / ".venv" / packages / "shared.pth").write_text(str(own / packages))
    (folder / ".venv" / packages / "mine.py").write_text(_ENGINE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VOICE_SERVER_CONFIG", raising=False)
    result = CliRunner().invoke(cli, ["doctor", "mine"])
    assert result.exit_code == 0, result.output
    assert "speaks a sentence in whole samples" in result.output


def test_the_page_s_adapter_has_fewer_than_40_lines() -> None:
    (adapter,) = _blocks("python")
    assert len(adapter.splitlines()) < 40
