"""A project, a uv that only writes down what it was asked for, and what was reported."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from voice_server.config import BackendConfig
from voice_server.provisioning.installation import Provisioner

_FAKE_UV = f"""#!{sys.executable}
import json, os, pathlib, sys
log = pathlib.Path(os.environ["UV_LOG"])
with log.open("a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
pathlib.Path(f"{{log}}.folder").write_text(f"{{os.getcwd()}}: {{sorted(os.listdir())}}")
if sys.argv[1] == "venv":
    venv = pathlib.Path(sys.argv[-1])
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    (venv / "pyvenv.cfg").touch()
if sys.argv[1] == "export":
    listed = "torch==2.13.0 \\\\\\n    --hash=sha256:0\\nx[y]==1 ; python_version == '3'\\n"
    pathlib.Path(sys.argv[-1].partition("=")[2]).write_text(listed)
for failing, complaint in json.loads(os.environ.get("UV_FAILS", "{{}}")).items():
    if failing in " ".join(sys.argv):
        sys.exit(complaint)
print("Installed 3 packages", file=sys.stderr)
"""
LOCK = """
version = 1
[[package]]
name = "torch"
version = "2.13.0"
[[package]]
name = "nvidia-cublas"
version = "13.0"
[[package]]
name = "kokoro"
version = "0.9.4"
"""


class Bench:
    """A project, a uv that obeys the test, and what it was told."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.project.mkdir()
        (self.project / "uv.lock").write_text(LOCK)
        self.backend = BackendConfig(adapter=self.project / "backend.py", environment=self.project)
        self.log = folder / "log"
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "uv").write_text(_FAKE_UV)
        (self.bin / "uv").chmod(0o755)
        self.said: list[str] = []

    def provisioning(
        self,
        device: str = "cpu",
        fails: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Provisioner:
        variables = {"PATH": str(self.bin), "UV_LOG": str(self.log), "UV_FAILS": json.dumps(fails or {})}
        return Provisioner(device, environ=variables | dict(environ or {}), report=self.said.append)  # type: ignore[arg-type]

    def make(self, device: str = "cpu", fails: Mapping[str, str] | None = None, **environ: str) -> Path:
        return self.provisioning(device, fails, environ).set_up("kokoro", self.backend).environment

    @property
    def calls(self) -> list[str]:
        if not self.log.exists():
            return []
        return [" ".join(json.loads(line)) for line in self.log.read_text().splitlines()]

    def write_weights_script(self, text: str) -> None:
        """Give the backend a script for its weights, and an environment that can run it."""
        self.make()
        (self.project / "weights.py").write_text(text)
        python = self.project / ".venv" / "bin" / "python"
        python.unlink()
        python.symlink_to(sys.executable)
