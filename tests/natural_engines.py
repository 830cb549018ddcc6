"""Configurations with natural engines, which are folders that say so of themselves."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from voice_server.config import Config, load_config
from voice_server.provisioning.set_up_stamp import STAMP, lock_digest, write_stamp

TONE = Path(__file__).parents[1] / "tts_backends" / "tone"
_FACTS = '[tool.voice-server]\nnatural = true\nlanguages = "English"\ndownload_mb = {}\ndisk_mb = 100\n'


def natural_config(
    folder: Path, engines: Sequence[tuple[str, int]] = (("best", 900), ("quick", 100)), top: str = ""
) -> Config:
    """`plain`, which is not natural, and these natural engines by their MB to download; none is set up."""
    lines = ["default_backend: auto", top, "backends:", f"  plain: {{adapter: {TONE}/backend.py}}"]
    for name, download_mb in engines:
        own = folder / name
        own.mkdir(parents=True)
        (own / "pyproject.toml").write_text(_FACTS.format(download_mb))
        (own / "uv.lock").write_text("version = 1\npackage = []\n")
        lines.append(
            f"  {name}: {{adapter: {name}/backend.py, environment: {name}, fallback: plain, workers: 1}}"
        )
    file = folder / "backends.yaml"
    file.write_text("\n".join(lines) + "\n")
    return load_config(str(file))


def set_up(config: Config, name: str) -> None:
    """Leave what a finished set-up leaves: an environment, which is the tests' own."""
    project, own = config.backends[name].environment, Path(sys.prefix)
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (project / ".venv" / "lib").symlink_to(own / "lib")
    shutil.copy(own / "pyvenv.cfg", project / ".venv")
    write_stamp(project, {"lock": lock_digest(project)})


def outdate(config: Config, name: str) -> None:
    """Change what the engine needs after its set-up."""
    assert (config.backends[name].environment / ".venv" / STAMP).is_file()
    (config.backends[name].environment / "uv.lock").write_text("version = 1\npackage = []\n# new\n")
