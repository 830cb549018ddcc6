"""The listener's program is another one here; tests/heard has the real one."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from pathlib import Path

import pytest

from voice_server.commands.shared import listener
from voice_server.commands.shared.listener import Heard, Sound, hear, listener_config, word_error_rate
from voice_server.config import BackendConfig
from voice_server.errors import BackendError, NotSetUp

_PROGRAM = """
import base64, json, sys
asked = json.load(sys.stdin)
print(json.dumps({"heard": [
    {"text": asked["language"], "reading": each["readings"][0], "words": each["rate_hz"],
     "errors": len(base64.b64decode(each["pcm"])), "loudness_lufs": None}
    for each in asked["sounds"]]}))
"""
SOUND = Sound(bytes(6), 8000, ["one", "two"])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose environment is this one, and whose program only repeats what it is given."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", venv)
    (tmp_path / "uv.lock").touch()
    (tmp_path / "hear.py").write_text(_PROGRAM)
    config = BackendConfig(adapter=tmp_path / "hear.py", environment=tmp_path)
    monkeypatch.setattr(listener, "listener_config", lambda: config)
    return tmp_path


def test_sounds_go_to_the_listener_s_own_python_and_come_back_heard(project: Path) -> None:
    del project
    heard = asyncio.run(hear([SOUND, SOUND], "en"))
    assert heard == [Heard("en", "one", 8000, 6, None)] * 2


def test_the_program_s_python_loads_nothing_of_the_user_s(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "elsewhere").mkdir()
    (project / "elsewhere" / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.setenv("PYTHONPATH", str(project / "elsewhere"))
    assert asyncio.run(hear([SOUND], "en"))


def test_without_an_environment_the_error_says_what_makes_it(project: Path) -> None:
    shutil.rmtree(project / ".venv")
    with pytest.raises(NotSetUp, match=r"^listener is not set up; run: voice-server setup listener$"):
        asyncio.run(hear([SOUND], "en"))


def test_a_listener_that_fails_says_why_and_what_may_help(project: Path) -> None:
    (project / "hear.py").write_text("raise SystemExit('no module whisper')")
    with pytest.raises(BackendError, match=r"\(no module whisper\); run: voice-server setup listener$"):
        asyncio.run(hear([SOUND], "en"))


def test_a_listener_that_does_not_answer_is_ended(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "hear.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(listener, "_LIMIT_S", 0.1)
    with pytest.raises(BackendError, match="not answered"):
        asyncio.run(hear([SOUND], "en"))


def test_the_project_of_this_checkout_is_found() -> None:
    config = listener_config()
    assert config.adapter.is_file()
    assert (config.environment / "uv.lock").is_file()


def test_the_lock_names_the_public_index_only_and_a_hash_for_every_file() -> None:
    lock = (listener_config().environment / "uv.lock").read_text()
    assert set(re.findall(r'registry = "([^"]*)"', lock)) == {"https://pypi.org/simple"}
    files = re.findall(r"\{ url = .*\}", lock)
    assert files
    assert all(
        'url = "https://files.pythonhosted.org/' in each and 'hash = "sha256:' in each for each in files
    )


def test_errors_are_counted_over_all_words() -> None:
    heard = [Heard("", "", 10, 1, None), Heard("", "", 30, 3, None)]
    assert word_error_rate(heard) == pytest.approx(0.1)
