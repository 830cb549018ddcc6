from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from voice_server.commands.doctor import listening_checks
from voice_server.core.speech.text_stages import TEXT_STAGES
from voice_server.errors import NotSetUp
from voice_server.home.home_folders import home_folders


def findings(output: str) -> dict[str, tuple[bool, str]]:
    lines = [json.loads(line) for line in output.splitlines()]
    return {each["name"]: (each["passed"], each["detail"]) for each in lines}


def test_a_backend_that_keeps_the_contract_passes_every_check(run_command: Any) -> None:
    result = run_command("doctor", "tone", "--json")
    found = findings(result.stdout)
    assert result.exit_code == 0, found
    assert all(passed for passed, _ in found.values())
    assert f"Python {sys.version.split()[0]} on " in found["environment"][1]
    assert "24000 Hz, 4 voices in 3 languages" in found["starts"][1]
    assert len(found) > 5


def test_a_backend_that_does_not_start_fails_with_its_reason(run_command: Any) -> None:
    result = run_command("doctor", "--quick")
    assert result.exit_code == 1
    assert re.search(r"✗ starts +there is no file /", result.stdout)
    assert "/missing.py" in result.stdout
    assert "1 check failed" in result.stderr


def test_all_folders_are_listed_and_the_file_that_was_read(run_command: Any) -> None:
    listed = run_command("doctor", "--quick").stdout.partition("where your files lie\n")[2].splitlines()
    assert listed[0].split() == ["read", "now", os.environ["VOICE_SERVER_CONFIG"]]
    assert {str(folder) for folder in home_folders().listed().values()} == {
        row.split()[-1] for row in listed[1:]
    }
    assert run_command("doctor", "--quick", "tone").stdout.count("where your files lie") == 0


@pytest.mark.parametrize(
    ("project", "name", "detail"),
    [
        (
            '[project]\ndependencies = ["no-such-package>=1"]',
            "packages",
            "not installed: no-such-package",
        ),
        ('[project]\ndependencies = ["numpy>=2", "x; python_version<\'3\'"]', "packages", "numpy 2."),
        ("[broken", "environment", "Python 3."),
    ],
)
def test_the_packages_that_a_backends_project_asks_for_are_looked_up(
    run_command: Any, tmp_path: Path, project: str, name: str, detail: str
) -> None:
    environment = tmp_path / "project"
    venv = environment / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    own_venv = Path(sys.prefix)
    shutil.copy(own_venv / "pyvenv.cfg", venv)
    (venv / "lib").symlink_to(own_venv / "lib")
    (environment / "pyproject.toml").write_text(project)
    adapter = Path(__file__).parents[3] / "tts_backends" / "tone" / "backend.py"
    own = tmp_path / "own.yaml"
    own.write_text(f"backends: {{tone: {{adapter: {adapter}, environment: {environment}}}}}")
    result = run_command("doctor", "--quick", "--json", "--config", str(own))
    assert detail in findings(result.stdout)[name][1]


def test_a_missing_environment_names_the_command_that_makes_it(run_command: Any, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("backends: {kokoro: {adapter: a.py, environment: project}}")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "uv.lock").touch()
    result = run_command("doctor", "kokoro", "--json", "--config", str(own))
    assert result.exit_code == 1
    assert "voice-server setup kokoro" in findings(result.stdout)["is set up"][1]


def test_a_backend_that_was_neither_named_nor_set_up_is_no_failure(run_command: Any, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("backends: {kokoro: {adapter: a.py, environment: project}}")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "uv.lock").touch()
    result = run_command("doctor", "--config", str(own))
    assert result.exit_code == 0
    assert "– is set up" in result.stdout
    assert "voice-server setup kokoro" in result.stdout
    assert result.stderr == "what is set up is well; not set up: kokoro\n"


def test_an_unknown_backend_is_an_error_that_lists_them(run_command: Any) -> None:
    result = run_command("doctor", "kokoro")
    assert result.exit_code == 2
    assert "there are 2: broken, tone" in result.stderr


def test_missing_weights_are_one_finding_and_the_backend_is_not_started(
    run_command: Any, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (project / ".venv" / "pyvenv.cfg").touch()
    (project / "uv.lock").touch()
    (project / "weights.py").write_text("import sys; print('the weights are not here'); sys.exit(1)")
    own = tmp_path / "own.yaml"
    own.write_text("backends: {mine: {adapter: project/backend.py, environment: project}}")
    found = findings(run_command("doctor", "mine", "--json", "--config", str(own)).stdout)
    assert found["weights"] == (False, "mine: the weights are not here")
    assert list(found) == ["environment", "weights"]
    assert run_command("doctor", "mine", "--config", str(own)).exit_code == 1
    assert run_command("doctor", "--config", str(own)).exit_code == 0


def test_a_python_that_cannot_run_is_a_finding_with_the_remedy(run_command: Any, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").write_text("no program")
    (project / ".venv" / "pyvenv.cfg").touch()
    (project / "uv.lock").touch()
    own = tmp_path / "own.yaml"
    own.write_text("backends: {mine: {adapter: project/backend.py, environment: project}}")
    result = run_command("doctor", "--json", "--config", str(own))
    assert result.exit_code == 1
    detail = findings(result.stdout)["environment"][1]
    assert "its python cannot run (permission denied); delete it and run: voice-server setup mine" in detail


def test_a_folder_without_an_environment_is_a_failure(run_command: Any, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("backends: {mine: {adapter: a.py, environment: nowhere}}")
    result = run_command("doctor", "--config", str(own))
    assert result.exit_code == 1
    assert "mine has no environment: nowhere is neither a python nor a folder with a uv.lock" in result.stdout


def test_a_recogniser_that_is_not_there_is_a_failure_with_the_command_that_gets_it(
    run_command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise NotSetUp("listener is not set up; run: voice-server setup listener")

    monkeypatch.setattr(listening_checks, "hear", refuse)
    result = run_command("doctor", "tone", "--quick", "--listen", "--json")
    assert result.exit_code == 1
    name, (passed, detail) = list(findings(result.stdout).items())[-1]
    assert (name, passed) == ("a recogniser hears the words", False)
    assert detail.endswith("run: voice-server setup listener")


def test_the_pipeline_is_listed_and_no_backend_started(run_command: Any, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("backends: {kokoro: {adapter: missing.py}}")
    result = run_command("doctor", "--pipeline", "--config", str(own))
    assert result.exit_code == 0
    assert "  5. normalization  voice-server\n" in result.stdout
    assert "missing.py" not in result.stdout
    rows = run_command("doctor", "--pipeline", "--json", "--config", str(own)).stdout.splitlines()
    assert [json.loads(row)["name"] for row in rows] == [*(stage.name for stage in TEXT_STAGES), "resampling"]


def test_a_plugin_that_cannot_do_what_it_wants_fails(run_command: Any, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("plugins: [bad.py]\nbackends: {kokoro: {adapter: missing.py}}")
    (tmp_path / "bad.py").write_text(
        "from voice_server.plugins.plugin_api import hookimpl\n"
        "@hookimpl\ndef customize_pipeline(pipeline):\n    raise OSError\n"
    )
    result = run_command("doctor", "--pipeline", "--config", str(own))
    assert result.exit_code == 1
    assert "✗ bad (bad.py): it raised OSError; its customize_pipeline is left out" in result.stdout


def test_the_pipeline_is_not_one_backend_s(run_command: Any) -> None:
    result = run_command("doctor", "tone", "--pipeline")
    assert result.exit_code == 2
    assert "name none with it" in result.stderr


def test_a_broken_file_of_pronunciations_is_an_error(run_command: Any, tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text("GIF: {ipa: 7}\n")
    config = tmp_path / "backends.yaml"
    config.write_text("pronunciations: words.yaml\nbackends: {tone: {adapter: tone.py}}\n")
    result = run_command("doctor", "--pipeline", "--config", str(config))
    assert result.exit_code == 2
    assert "words.yaml" in result.output
