"""The scripts say in one sentence what helps where the Python that runs them lacks the packages."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from voice_server import missing_packages
from voice_server.missing_packages import OLDEST_PYTHON, PACKAGES, require_packages

ROOT = Path(__file__).resolve().parent.parent


def test_every_dependency_is_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {each.partition(">=")[0] for each in project["dependencies"]}
    brings = packages_distributions()
    assert {name.lower().replace("_", "-") for module in PACKAGES for name in brings[module]} == wanted
    assert project["requires-python"] == ">=" + ".".join(map(str, OLDEST_PYTHON))


@pytest.mark.parametrize(
    "arguments",
    [
        ("voice_server/say.py", "hi"),
        ("voice_server/server.py",),
        ("voice_server/cli.py", "voices"),
        ("voice_server/client.py",),
        ("voice_server/api.py",),
        ("voice_server/tts_api_server.py",),
        ("-m", "voice_server", "voices"),
    ],
)
def test_a_python_without_the_packages_is_told_what_helps(arguments: tuple[str, ...]) -> None:
    bare = [sys.executable, "-I", "-S"]
    run = f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); sys.argv = sys.argv[1:]; "
    if arguments[0] == "-m":
        run += "sys.argv = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
    else:
        run += "runpy.run_path(sys.argv[0], run_name='__main__')"
    ended = subprocess.run(
        [*bare, "-c", run, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    program = " ".join(("python", *arguments[:2]) if arguments[0] == "-m" else arguments[:1])
    assert ended.stderr.startswith(f"error: this Python ({sys.executable}) lacks packages")
    assert ended.stderr.endswith(
        f"; run: uv run {program} (or, in an environment of yours: pip install -r {ROOT}/requirements.txt)\n"
    )


def test_an_older_python_is_told_what_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(
        SystemExit, match=r"needs Python 3\.11 or later, and this is 3\.9; run: uv run say\.py$"
    ):
        require_packages("say.py")


def test_one_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing_packages, "PACKAGES", (*PACKAGES, "no_such_package"))
    with pytest.raises(SystemExit, match=r"lacks packages that voice-server needs \(no_such_package\); run"):
        require_packages("say.py")


def test_a_python_that_has_all_is_told_nothing() -> None:
    require_packages("say.py")
