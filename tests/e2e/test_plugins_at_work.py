"""Plugins in a whole server with an engine: what they change is heard, and what they break is not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from websockets.sync.client import connect

from tests.e2e.live import live_server
from tests.endpoints.serving import Received
from voice_server.config import Config, load_config

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
HEAD = "from voice_server.plugins.plugin_api import hookimpl\n"
TEXT = "Deploy k8s now. "
PLUGINS = {
    "words": "@hookimpl\ndef pre_process_text(text):\n    return text.replace('k8s', 'kubernetes')\n",
    "raises": "@hookimpl\ndef pre_process_text(text):\n    raise ValueError(text)\n",
    "number": "@hookimpl\ndef post_process_text(text):\n    return 3\n",
    "hangs": (
        "import threading\nreleased = threading.Event()\n"
        "@hookimpl\ndef post_process_text(text):\n    released.wait()\n"
    ),
    "first": "@hookimpl\ndef post_process_text(text):\n    return text.replace('now', 'first')\n",
    "second": "@hookimpl\ndef post_process_text(text):\n    return text.replace('first', 'second')\n",
    "half": "@hookimpl\ndef post_process_audio(samples):\n    return samples * 0.5\n",
    "shape": "@hookimpl\ndef pre_process_audio(samples):\n    return samples.reshape(1, -1)\n",
    "longer": (
        "import numpy\n@hookimpl\ndef post_process_audio(samples):\n    return numpy.repeat(samples, 2)\n"
    ),
}


def config_with(folder: Path, *plugins: str, backend: str = "tone") -> Config:
    for name in plugins:
        (folder / f"{name}.py").write_text(HEAD + PLUGINS[name])
    listed = [f"{name}.py" for name in plugins]
    adapter = ROOT / "tts_backends" / backend / "backend.py"
    file = folder / "backends.yaml"
    file.write_text(f"plugins: {listed}\nbackends: {{{backend}: {{adapter: {adapter}}}}}\n")
    return load_config(file)


@pytest.fixture(autouse=True)
def hanging_plugins_end() -> Iterator[None]:
    """Let the threads of plugins that hang end with the test."""
    yield
    module = sys.modules.pop("voice_server_plugin_hangs", None)
    if module is not None:
        module.released.set()


def heard(url: str, text: str = TEXT) -> Received:
    """What a server says to a client of version 2 that has a text spoken, letter by letter."""
    received = Received()
    address = url.replace("http", "ws", 1) + "/stream-tokens?v=2"
    with connect(address, compression=None) as socket:
        socket.send(json.dumps({"timestamps": "word"}))
        for letter in text:
            socket.send(json.dumps({"token": letter}))
        socket.send(json.dumps({"done": True}))
        received.messages.extend(socket)
    return received


def spoken(received: Received) -> list[str]:
    return [message["spoken"] for message in received.of("sentence")]


def warnings(received: Received) -> list[str]:
    return [message["msg"] for message in received.of("warning")]


def samples(pcm: bytes) -> list[int]:
    return [int(each) for each in np.frombuffer(pcm, "<i2")]


def test_text_and_sound_are_changed_in_the_order_of_the_list(tmp_path: Path) -> None:
    with live_server(config_with(tmp_path)) as url:
        plain = heard(url, "Deploy kubernetes second. ")
    with live_server(config_with(tmp_path, "words", "first", "second", "half")) as url:
        changed = heard(url)
    assert spoken(changed) == ["Deploy kubernetes second."]
    assert warnings(changed) == []
    words = [word for message in changed.of("words") for word in message["words"]]
    assert [TEXT[start:end] for _, _, _, start, end in words] == ["Deploy", "k8s", "now."]
    assert len(plain.audio) == len(changed.audio)
    assert samples(changed.audio) == [round(each / 2) for each in samples(plain.audio)]


def test_the_other_order_is_another_text(tmp_path: Path) -> None:
    with live_server(config_with(tmp_path, "second", "first")) as url:
        assert spoken(heard(url)) == ["Deploy k8s first."]


def test_what_plugins_break_is_told_and_everything_else_is_heard(tmp_path: Path) -> None:
    with live_server(config_with(tmp_path)) as url:
        plain = heard(url, "Deploy kubernetes now. And go on. ")
    off = "did not return within 1 s and is switched off until the server is started again"
    faults = [
        "raises raised ValueError; raises.pre_process_text",
        "number returned int and not str; number.post_process_text",
        f"hangs {off}; hangs.post_process_text",
        "shape returned an array of 2 dimensions, and only one is allowed; shape.pre_process_audio",
    ]
    faulty = ("raises", "number", "hangs", "shape", "words")
    with live_server(config_with(tmp_path, *faulty)) as url:
        for _ in range(2):
            received = heard(url, TEXT + "And go on. ")
            assert spoken(received) == ["Deploy kubernetes now.", "And go on."]
            assert received.audio == plain.audio
            assert warnings(received) == [f"the plugin {fault} is left out" for fault in faults]
        answer = httpx.post(f"{url}/tts/stream", json={"text": TEXT})
    assert answer.status_code == 200


def test_word_times_keep_to_sound_that_became_longer(tmp_path: Path) -> None:
    def times(received: Received) -> list[tuple[str, float, float]]:
        return [tuple(word[:3]) for message in received.of("words") for word in message["words"]]

    with live_server(config_with(tmp_path, backend="espeak")) as url:
        plain = heard(url, "This is said. ")
    with live_server(config_with(tmp_path, "longer", backend="espeak")) as url:
        longer = heard(url, "This is said. ")
    assert len(longer.audio) == 2 * len(plain.audio)
    assert [word for word, _, _ in times(longer)] == [word for word, _, _ in times(plain)]
    for (_, start, end), (_, longer_start, longer_end) in zip(times(plain), times(longer), strict=True):
        assert longer_start == pytest.approx(2 * start, abs=1)
        assert longer_end == pytest.approx(2 * end, abs=1)
    (ended,) = longer.of("sentence_end")
    assert ended["audio_ms"] == pytest.approx(len(longer.audio) / 48, abs=1)


# ------------------------------------------------------------------ the package of the document


@pytest.fixture(scope="module")
def scratch_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A python with the server's packages and the document's example, as an author would install it."""
    folder = tmp_path_factory.mktemp("scratch")
    files = re.findall(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
    package = folder / "voice-server-example"
    for name, content in files:
        path = package / name
        if name != "spell.py":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    install = [
        "uv",
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--python",
        str(python),
        str(package),
    ]
    subprocess.run(install, check=True, env=os.environ | {"UV_PROJECT_ENVIRONMENT": str(environment)})
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "server.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    return python


def run_there(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "voice_server", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=15)


def test_the_document_s_package_is_found_where_it_is_installed(scratch_python: Path) -> None:
    listed = run_there(scratch_python, "doctor", "--pipeline")
    assert listed.returncode == 0, listed.stderr
    assert re.findall(r"\d\. ([\w.]+) +([\w-]+)(?: \((.*)\))?", listed.stdout) == [
        ("markup", "voice-server", ""),
        ("example.pre_process_text", "example", "voice-server-example 1.0"),
        ("pronunciation", "voice-server", ""),
        ("scripts", "voice-server", ""),
        ("phonemes", "voice-server", ""),
        ("normalization", "voice-server", ""),
        ("resampling", "voice-server", ""),
        ("example.post_process_audio", "example", "voice-server-example 1.0"),
    ]


@contextmanager
def server_there(python: Path) -> Iterator[str]:
    """The address of a server that runs in the scratch environment."""
    command = [str(python), "-m", "voice_server", "serve", "--port", "0", "--json", "--backend", "tone"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.kill()
            process.communicate()


def test_the_document_s_package_is_heard(scratch_python: Path, tmp_path: Path) -> None:
    with live_server(config_with(tmp_path)) as url:
        plain = heard(url, "Your pull request is on kubernetes. ")
    with server_there(scratch_python) as url:
        changed = heard(url, "Your **PR** is on k8s. ")
    assert spoken(changed) == ["Your pull request is on kubernetes."]
    assert warnings(changed) == []
    assert samples(changed.audio) == [round(each / 2) for each in samples(plain.audio)]
