"""Environments are made as locked or not at all, with a uv that only writes down what it was asked for."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.provisioning.fake_uv import LOCK, Bench
from voice_server.config import BackendConfig
from voice_server.errors import BackendDown, BackendError, NotSetUp
from voice_server.home.home_folders import HOME_VARIABLE
from voice_server.provisioning import installation
from voice_server.provisioning.environments import is_being_set_up, lock_set_up, python_of
from voice_server.provisioning.installation import Provisioner, is_set_up
from voice_server.provisioning.set_up_stamp import STAMP, UNFINISHED


def test_a_made_environment_is_used_and_made_only_once(bench: Bench) -> None:
    venv = bench.make()
    assert python_of("kokoro", bench.project) == str(venv / "bin" / "python")
    calls = bench.calls
    assert bench.make() == venv
    assert bench.calls == calls


def test_a_shipped_engine_s_environment_lies_in_the_home_and_nothing_is_written_where_it_came_with(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran_in = bench.log.with_suffix(".folder")
    bench.make()
    assert ran_in.read_text().startswith(f"{bench.project}: ")
    shutil.rmtree(bench.project / ".venv")
    (bench.project / "pyproject.toml").touch()
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setattr("voice_server.home.shipped_files.shipped_folder", lambda: bench.project.parent)
    venv = bench.make()
    assert venv == tmp_path / "home" / "environments" / "project" / ".venv"
    assert python_of("kokoro", bench.project) == str(venv / "bin" / "python")
    assert (venv / STAMP).is_file()
    assert sorted(path.name for path in bench.project.iterdir()) == ["pyproject.toml", "uv.lock"]
    folder, _, files = ran_in.read_text().partition(": ")
    assert not folder.startswith(str(bench.project.parent))
    assert files == "['pyproject.toml', 'uv.lock']"
    assert not Path(folder).exists()


def test_without_a_gpu_everything_but_torch_and_cuda_comes_as_locked(bench: Bench) -> None:
    bench.make("cpu")
    _, torch, export, packages = bench.calls
    assert export.startswith("export --quiet --frozen")
    assert {"--no-emit-package=torch", "--no-emit-package=nvidia-cublas"} <= set(export.split())
    assert "--no-emit-package=kokoro" not in export
    assert packages.startswith("pip install")
    assert "--requirements=" in packages
    assert torch.endswith("--index=https://download.pytorch.org/whl/cpu torch==2.13.0+cpu")


def test_for_cuda_the_lock_is_followed_to_the_letter(bench: Bench) -> None:
    bench.make("cuda")
    _, export, packages = bench.calls
    assert "--no-emit-package" not in export
    assert packages.startswith("pip install")


def test_no_other_build_of_a_locked_version_is_taken_from_a_folder_of_wheels(bench: Bench) -> None:
    venv = bench.make("cuda")
    listed = (venv / "voice-server-requirements.txt").read_text().splitlines()
    assert listed == ["torch===2.13.0 \\", "    --hash=sha256:0", "x[y]===1 ; python_version == '3'"]


def test_a_device_once_chosen_is_kept_until_another_one_is(bench: Bench) -> None:
    bench.make("cuda")
    calls = len(bench.calls)
    bench.make("auto")
    assert len(bench.calls) == calls
    bench.make("cpu")
    assert [call for call in bench.calls if call.endswith("torch==2.13.0+cpu")]


@pytest.mark.parametrize(
    ("variable", "value"), [("PIP_FIND_LINKS", "/wheels  /more"), ("UV_FIND_LINKS", "/wheels, /more,")]
)
def test_folders_of_wheels_come_before_the_index(bench: Bench, variable: str, value: str) -> None:
    bench.make("cpu", None, **{variable: value})
    _, torch, _, packages = bench.calls
    assert "--find-links=/wheels --find-links=/more --requirements=" in packages
    assert "--no-index --find-links=/wheels --find-links=/more torch==2.13.0+cpu" in torch
    assert not [call for call in bench.calls if "--index=" in call]


def test_the_index_is_asked_for_what_the_folder_of_wheels_lacks(bench: Bench) -> None:
    bench.make("cpu", {"--no-index": "no such wheel"}, PIP_FIND_LINKS="/wheels")
    assert "--index=https://download.pytorch.org/whl/cpu" in bench.calls[2]


@pytest.mark.parametrize("step", ["export", "--requirements", "torch=="])
def test_a_half_made_environment_is_never_used_and_made_again(bench: Bench, step: str) -> None:
    with pytest.raises(BackendError):
        bench.make("cpu", {step: "error: disk full"})
    assert (bench.project / ".venv" / UNFINISHED).exists()
    with pytest.raises(BackendDown, match="was broken off; run: voice-server setup kokoro") as caught:
        python_of("kokoro", bench.project)
    assert caught.value.code == "not_set_up"
    bench.make()
    assert python_of("kokoro", bench.project)


def test_an_environment_of_an_older_lock_file_is_not_used_and_made_again(bench: Bench) -> None:
    venv = bench.make()
    (bench.project / "uv.lock").write_text(LOCK.replace("0.9.4", "0.9.5"))
    with pytest.raises(BackendDown, match="has new requirements; run: voice-server setup kokoro"):
        python_of("kokoro", bench.project)
    calls = len(bench.calls)
    bench.make()
    assert len(bench.calls) > calls
    assert (venv / STAMP).exists()


def test_an_environment_that_the_user_made_is_left_to_the_user(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    (tmp_path / "uv.lock").write_text("whatever")
    assert python_of("mine", tmp_path)


def test_a_backend_without_a_lock_file_has_nothing_to_set_up(bench: Bench) -> None:
    (bench.project / "uv.lock").unlink()
    with pytest.raises(BackendError, match=r"no uv\.lock"):
        bench.make()


def test_weights_are_fetched_once_and_again_for_other_settings(bench: Bench) -> None:
    bench.write_weights_script("import sys; print('fetched') if len(sys.argv) == 2 else None; print('.')")
    assert not is_set_up(bench.backend)
    bench.make()
    assert bench.said[-1] == "fetched"
    assert is_set_up(bench.backend)
    other = BackendConfig(adapter=bench.backend.adapter, environment=bench.project, settings={"model": "x"})
    assert not is_set_up(other)


def test_an_environment_without_its_weights_is_not_wholly_set_up(bench: Bench) -> None:
    (bench.project / "weights.py").write_text("")
    bench.provisioning().set_up("kokoro", bench.backend, weights=False)
    assert python_of("kokoro", bench.project)
    assert not is_set_up(bench.backend)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_weights_of_an_environment_that_nobody_may_write_are_looked_for_each_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    bench.write_weights_script("print('looked'); print('.')")
    bench.provisioning().set_up("kokoro", bench.backend, weights=False)

    def refuse(*_arguments: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(installation, "write_stamp", refuse)
    for _ in range(2):
        assert bench.provisioning().set_up("kokoro", bench.backend).weights is not None
        assert bench.said[-1] == "looked"
        assert not is_set_up(bench.backend)


def test_a_note_that_fails_otherwise_is_an_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.write_weights_script("print('.')")
    bench.provisioning().set_up("kokoro", bench.backend, weights=False)

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(installation, "write_stamp", refuse)
    with pytest.raises(BackendError, match="kokoro cannot be set up here: no space left on device"):
        bench.make()


def test_an_engine_without_weights_fetches_none(bench: Bench) -> None:
    assert bench.provisioning().set_up("kokoro", bench.backend).weights is None
    assert is_set_up(bench.backend)


def test_a_set_up_waits_for_one_that_another_program_is_at(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other program hands the lock down and dies, as a `setup` that is killed leaves its uv behind.
    lock = lock_set_up(bench.project)
    assert lock is not None
    heir = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[lock])
    os.close(lock)
    assert is_being_set_up(bench.project)
    with pytest.raises(NotSetUp, match="kokoro is being set up, which takes some minutes"):
        python_of("kokoro", bench.project)

    def report(line: str) -> None:
        bench.said.append(line)
        if len(bench.said) == 1:
            heir.communicate(b"\n")

    monkeypatch.setattr("voice_server.provisioning.installation._LOCK_POLL_S", 0.001)
    variables = {"PATH": str(bench.bin), "UV_LOG": str(bench.log)}
    Provisioner("cpu", environ=variables, report=report).set_up("kokoro", bench.backend)
    assert bench.said[0] == "kokoro: another program is setting it up; waiting for it"
    assert not is_being_set_up(bench.project)


def test_what_is_left_of_an_old_environment_is_never_taken_for_one_of_the_users(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = bench.make()
    (bench.project / "uv.lock").write_text(LOCK.replace("0.9.4", "0.9.5"))

    def killed(folder: Path, **_: object) -> None:
        if folder.exists():
            (folder / STAMP).unlink()
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            bench.make()
    with pytest.raises(NotSetUp, match="is not set up"):
        python_of("kokoro", bench.project)
    assert bench.make() == venv


PROJECT_WITH_GROUPS = '[tool.uv]\ndefault-groups = ["ja", "zh"]\n'


def exported(bench: Bench) -> list[set[str]]:
    """The groups that each environment was made without."""
    exports = [call.split() for call in bench.calls if call.startswith("export")]
    return [{word.partition("=")[2] for word in words if "--no-group=" in word} for words in exports]


def set_up_with(bench: Bench, *, without: Iterable[str] = (), with_groups: Iterable[str] = ()) -> None:
    provisioner = replace(
        bench.provisioning(), without=frozenset(without), with_groups=frozenset(with_groups)
    )
    provisioner.set_up("kokoro", bench.backend)


def test_groups_that_were_left_out_stay_out_until_they_are_asked_for(bench: Bench) -> None:
    (bench.project / "pyproject.toml").write_text(PROJECT_WITH_GROUPS)
    set_up_with(bench)
    set_up_with(bench, without=["ja", "zh"])
    set_up_with(bench)
    set_up_with(bench, without=["ja"])
    assert exported(bench) == [set(), {"ja", "zh"}]
    set_up_with(bench, with_groups=["ja"])
    set_up_with(bench, with_groups=["ja", "zh"])
    assert exported(bench)[2:] == [{"zh"}, set()]


def test_what_was_chosen_is_kept_where_the_set_up_was_broken_off(bench: Bench) -> None:
    (bench.project / "pyproject.toml").write_text(PROJECT_WITH_GROUPS)
    broken = replace(bench.provisioning("cuda", {"export": "error: no"}), without=frozenset({"ja"}))
    with pytest.raises(BackendError):
        broken.set_up("kokoro", bench.backend)
    bench.make("auto")
    assert exported(bench)[-1] == {"ja"}
    assert not [call for call in bench.calls if call.endswith("torch==2.13.0+cpu")]


def test_an_environment_of_a_version_that_knew_no_groups_is_kept(bench: Bench) -> None:
    venv = bench.make()
    stamp = json.loads((venv / STAMP).read_text())
    (venv / STAMP).write_text(json.dumps({key: stamp[key] for key in ("lock", "torch", "device")}))
    calls = bench.calls
    bench.make()
    assert bench.calls == calls


def test_byte_code_is_left_to_the_first_start(bench: Bench) -> None:
    bench.make()
    installs = [call for call in bench.calls if call.startswith("pip install")]
    assert all("--no-compile-bytecode" in call for call in installs)


def test_an_engine_is_tried_out_while_others_still_take_it_for_one_that_is_being_set_up(bench: Bench) -> None:
    seen: list[tuple[str, bool]] = []

    def try_out(made: BackendConfig) -> None:
        seen.append((python_of("kokoro", made.environment), is_being_set_up(bench.project)))

    bench.provisioning().set_up("kokoro", bench.backend, try_out=try_out)
    assert seen == [(str(bench.project / ".venv" / "bin" / "python"), True)]
    assert not is_being_set_up(bench.project)


def test_what_a_set_up_downloads_is_told_with_cuda_where_torch_brings_it(bench: Bench) -> None:
    facts = "[tool.voice-server]\ndownload_mb = 500\ndisk_mb = 1000\n"
    (bench.project / "pyproject.toml").write_text(facts)
    assert bench.provisioning("cpu").told_sizes("kokoro", bench.backend).startswith("0.5 GB to download, ")
    with_cuda = bench.provisioning("cuda").told_sizes("kokoro", bench.backend)
    assert with_cuda == "3 GB to download, about 9 minutes at 50 Mbit/s, 5 GB on the disk"
    (bench.project / "uv.lock").write_text(LOCK.replace('"torch"', '"numpy"'))
    assert bench.provisioning("cuda").told_sizes("kokoro", bench.backend).startswith("0.5 GB to download, ")


def test_where_the_engine_s_folder_says_nothing_that_is_told(bench: Bench) -> None:
    assert "size is not known" in bench.provisioning().told_sizes("kokoro", bench.backend)
