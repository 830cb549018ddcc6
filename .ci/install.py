#!/usr/bin/env python3
"""Run every command of docs/install.md as a new user would: each way to install, use, and uninstall again.

Needs uv, the wheel that .ci/release has left in dist/, and the network. A way is tried in a home and a folder
of its own, with nothing of ours on the PATH. Nothing may be written into the home but where the page says,
and nothing of ours be left at the end. pip is tried with every Python from 3.11 to 3.14 that there is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PASSED = re.compile(r"(UV|PIP)_\w+|SSL_\w+|\w+_PROXY|\w+_proxy|LANG|LC_\w+|NODE_EXTRA_CA_CERTS")
OTHERS = (
    *(
        ".cache/uv",
        ".cache/pip",
        ".cache/pipx",
        ".config/uv",
        ".local/bin",
        ".local/pipx",
        ".local/state/pipx",
    ),
    *(".local/share/uv", ".local/share/pipx", ".config/pulse"),
)
"""What the installers, and the sound system, keep in a home."""
DOCUMENTED = (
    *(
        ".config/voice-server",
        ".local/share/voice-server",
        ".local/state/voice-server",
        ".cache/voice-server",
    ),
    ".cache/huggingface",
)


PIPX_LOCK = ".voice-server.lock"
"""An empty file that pipx leaves in its own folder."""


def blocks() -> dict[str, list[str]]:
    """The shell commands of the page by their chapter."""
    found: dict[str, list[str]] = {}
    for chapter in (ROOT / "docs" / "install.md").read_text().split("\n## ")[1:]:
        found[chapter.partition("\n")[0]] = re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)
    return found


def found_python(version: str) -> Path | None:
    """A Python of this version, None where the machine has none."""
    command = ["uv", "python", "find", "--no-python-downloads", "--system", version]
    answer = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return Path(answer.stdout.strip())
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    return kept[-1] if kept else None


class User:
    """A home with nothing in it, an empty folder to work in, and a PATH with installers and the system."""

    def __init__(self, folder: Path, wheel: Path, python: Path) -> None:
        self.home, self.work = folder / "home", folder / "work"
        self._wheel, tools = wheel, folder / "tools"
        runtime = folder / "run"
        for each in (self.home, self.work, tools, runtime):
            each.mkdir(parents=True)
        runtime.chmod(0o700)
        for name in ("uv", "uvx"):
            (tools / name).symlink_to(real_program(name))
        (tools / "python3").write_text(f'#!/bin/sh\nexec {python} "$@"\n')
        (tools / "pipx").write_text('#!/bin/sh\nexec uvx --quiet pipx "$@"\n')
        for name in ("python3", "pipx"):
            (tools / name).chmod(0o755)
        self._environ = {name: value for name, value in os.environ.items() if PASSED.fullmatch(name)} | {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(runtime),  # of the same user's servers there may be others
            "PATH": f"{self.home}/.local/bin:{tools}:/usr/bin:/bin",
            "UV_PYTHON": str(python),
            "PIPX_DEFAULT_PYTHON": str(python),
            "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or real_cache("uv"),
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR") or real_cache("pip"),
        }

    def run(self, commands: str, folder: Path | None = None) -> None:
        """Run a block of the page; ends the script where a command of it fails."""
        for line in commands.replace("WHEEL", str(self._wheel)).strip().splitlines():
            began = time.monotonic()
            print(f"$ {line}", flush=True)
            subprocess.run(["sh", "-ec", line], cwd=folder or self.work, env=self._environ, check=True)
            print(f"  ({time.monotonic() - began:.0f} s)", flush=True)

    def check_written(self, allowed: Sequence[str]) -> None:
        """End the script where the home holds something that none of the `allowed` folders holds."""
        files = [path.relative_to(self.home) for path in self.home.rglob("*") if not path.is_dir()]
        strange = [path for path in files if not any(path.is_relative_to(each) for each in allowed)]
        if strange:
            sys.exit(f"written into the home, and not documented: {', '.join(map(str, strange[:20]))}")
        ours = [path for path in files if "voice" in str(path) and path.name != PIPX_LOCK]
        if allowed == OTHERS and ours:
            sys.exit(f"left in the home: {', '.join(map(str, ours[:20]))}")


def real_program(name: str) -> str:
    """The program itself, where the PATH has a script of pyenv's that looks for it."""
    found = shutil.which(name)
    assert found is not None, f"{name} is not on the PATH"
    if "shims" not in Path(found).parts:
        return found
    return subprocess.run(["pyenv", "which", name], capture_output=True, text=True, check=True).stdout.strip()


def real_cache(program: str) -> str:
    """The cache of whoever runs this script, so that nothing is downloaded for each way anew."""
    return str(Path.home() / ".cache" / program)


def copy_checkout(target: Path) -> None:
    """Copy what a clone of this checkout would hold, with changes that are not committed."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)


def main() -> None:
    """Try all ways."""
    (wheel,) = (ROOT / "dist").glob("*.whl")
    page = blocks()
    remove = page["Uninstall"][-1]
    pythons = {version: found_python(version) for version in PYTHONS}
    first = next(filter(None, pythons.values()))

    def user(name: str, python: Path) -> User:
        print(f"\n# {name}, {python}", flush=True)
        return User(folder / name.replace(" ", "-"), wheel, python)

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        one = user("uvx", first)
        one.run(page["uvx"][0])
        one.check_written((*OTHERS, *DOCUMENTED))
        one = user("uv tool", first)
        one.run(
            page["uv tool or pipx"][0]
            + page["A natural voice"][0]
            + page["Where your files lie"][0]
            + page["Update"][0]
        )
        one.check_written((*OTHERS, *DOCUMENTED))
        one.run(page["Uninstall"][0] + remove)
        one.check_written(OTHERS)
        one = user("pipx", first)
        one.run(page["uv tool or pipx"][1])
        one.check_written((*OTHERS, *DOCUMENTED))
        one.run(page["Uninstall"][1] + remove)
        one.check_written(OTHERS)
        one = user("checkout", first)
        copy_checkout(one.work)
        one.run(page["A checkout"][0] + "rm -r .venv\n" + page["A checkout"][1])
        one.check_written((*OTHERS, *DOCUMENTED))
        for version, python in pythons.items():
            if python is None:
                print(f"\n# NOT TRIED: this machine has no Python {version}", flush=True)
                continue
            one = user(f"pip {version}", python)
            one.run(page["pip"][0] + "voice/bin/python -m voice_server --version\n")
            one.check_written((*OTHERS, *DOCUMENTED))
    print("\nEvery way to install works, and leaves nothing behind.")


if __name__ == "__main__":
    main()
