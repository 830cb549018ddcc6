"""Our code in a backend's environment: not in the engine's way, and the engine not in its pipes."""

from __future__ import annotations

import os
import venv
from pathlib import Path

import msgpack

from tests.worker.worker_process import WorkerProcess


def test_whatever_is_printed_lands_in_the_log_and_input_is_empty(tmp_path: Path) -> None:
    top = """
import ctypes
print("loaded PerthNet")
os.write(1, b"from descriptor one")
ctypes.CDLL(None).puts(b"from C")
ctypes.CDLL(None).fflush(None)
os.system("echo from a child")
assert sys.stdin.read() == ""
"""
    with WorkerProcess(tmp_path / "noisy", top=top, body="""print("S3 Token"); yield bytes(2)""") as worker:
        worker.greet()
        assert worker.render(1)[0] == bytes(2)
        status, said = worker.end()
        assert status == 0
        for line in ("loaded PerthNet", "from descriptor one", "from C", "from a child", "S3 Token"):
            assert line in said


def test_it_inherits_and_passes_on_no_descriptor_but_the_three_that_everybody_has(tmp_path: Path) -> None:
    body = """
        import subprocess
        own = sorted(os.listdir("/proc/self/fd"), key=int)
        child = subprocess.run(["ls", "/proc/self/fd"], capture_output=True).stdout.split()
        yield f"{len(own) - 1} {len(child) - 1}".ljust(8).encode()
    """
    extra = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(extra, True)
    with WorkerProcess(tmp_path / "open", body=body) as worker:
        worker.greet()
        own, child = map(int, worker.render(1)[0].split())
        assert own == 5
        assert child == 3
    os.close(extra)


def test_a_foreign_environment_sees_only_its_own_packages(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site / "msgpack").symlink_to(Path(msgpack.__file__).parent)
    (site / "kokoro.py").write_text("WHOSE = 'the library'")
    folder = tmp_path / "tts_backends" / "kokoro"
    folder.mkdir(parents=True)
    (folder / "kokoro.py").write_text("WHOSE = 'a file beside the adapter'")
    body = """
        import kokoro
        from importlib.util import find_spec
        seen = [name for name in ("numpy", "starlette", "loop", "stdio", "backend") if find_spec(name)]
        path = [entry for entry in sys.path if "voice_server" in entry or "tts_backends" in entry]
        said = repr((kokoro.WHOSE, seen, path, "numpy" in sys.modules)).ljust(200).encode()
        yield bytes(80) + said + bytes(80)
    """
    with WorkerProcess(folder, python=str(python), body=body) as worker:
        worker.greet()
        assert worker.render(1)[0].decode().strip("\0 ") == "('the library', [], [], False)"
