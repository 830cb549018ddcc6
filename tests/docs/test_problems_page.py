"""docs/problems.md quotes what the server really says: every quotation is provoked."""

from __future__ import annotations

import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.docs.page_reader import blocks, page
from tests.e2e.live import config_with, live_server
from voice_server.cli import cli

QUOTED = [block.code.strip() for block in blocks(page("problems.md")) if block.language == "text"]
_PORT, _FOLDER = re.compile(r":\d{4,5}\b"), re.compile(r"/[\w/.-]+/(?=speech\.wav)")
_CONFIG = "backends:\n  mine:\n    {key}: x.py\n"
_HTTP = ("this server wants", "this server answers", "pages of this origin")
COMMANDS = {
    "error: backends.yaml: backends.mine:": ["speak", "--config", "backends.yaml", "Hi"],
    "error: backend mine is not running": ["speak", "--config", "backends.yaml", "Hi"],
    "0.7 s of audio saved": ["speak", "--backend", "espeak", "--output", "speech.wav", "Hello there."],
    '{"type": "warning"': [
        "speak",
        "--backend",
        "espeak",
        "--voice",
        "af_heart",
        "--json",
        "-o",
        "x.wav",
        "Hi",
    ],
    "error: vibevoice:": ["voices", "--backend", "vibevoice"],
    "error: unknown backend": ["speak", "--backend", "espeek", "Hi"],
    "error: unknown voice": ["speak", "--backend", "espeak", "--voice", "en-gbb", "Hi"],
    "error: option pitch": ["speak", "--backend", "espeak", "--opt", "pitch=900", "Hi"],
    "error: to listen on 0.0.0.0": ["serve", "--host", "0.0.0.0"],  # noqa: S104
    "error: Wyoming knows no token": ["serve", "--wyoming", "0.0.0.0"],  # noqa: S104
    "error: 'x.xyz' names no format": ["speak", "--output", "x.xyz", "Hi"],
    "error: 'bytes.txt' is not UTF-8": ["speak", "--file", "bytes.txt"],
}
"""How to come by a quotation, by how it begins; those with addresses have tests below."""
_WITH_AN_ADDRESS = ("error: cannot listen on", "error: no server at", "error: what answers at")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("VOICE_SERVER_CONFIG", "VOICE_SERVER_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    Path("bytes.txt").write_bytes(b"\xff\xfe\x00")


def said(*arguments: str) -> str:
    """What a command prints."""
    return CliRunner().invoke(cli, list(arguments)).output


def quoted(beginning: str) -> str:
    """The quotation that begins so."""
    (quotation,) = [each for each in QUOTED if each.startswith(beginning)]
    return quotation


def assert_quotes(quotation: str, real: str) -> None:
    """A quotation is what was said, but for ports, folders and what "…" stands for."""
    told = [_FOLDER.sub("", _PORT.sub(":8000", each)) for each in (quotation, real)]
    pattern = ".*".join(map(re.escape, told[0].split("…")))
    assert re.search(pattern, told[1]), told[1]


def test_every_quotation_is_provoked() -> None:
    ways = (*COMMANDS, *_WITH_AN_ADDRESS, *_HTTP)
    assert sorted(QUOTED) == sorted(quoted(beginning) for beginning in ways)


@pytest.mark.timeout(90)
@pytest.mark.parametrize("beginning", COMMANDS)
def test_a_command_says_what_is_quoted(beginning: str) -> None:
    Path("backends.yaml").write_text(
        _CONFIG.format(key="adaptor" if "backends.mine" in beginning else "adapter")
    )
    arguments = COMMANDS[beginning]
    if "backends.yaml" not in arguments:
        Path("backends.yaml").unlink()
    assert_quotes(quoted(beginning), said(*arguments))


def test_addresses_that_are_taken_free_or_another_program_s_give_what_is_quoted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_quotes(quoted("error: cannot listen on"), said("serve", "--port", str(port)))
    address = f"ws://localhost:{port}"
    assert_quotes(quoted("error: no server at"), said("speak", "--url", address, "Hi"))
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as website:
        thread = threading.Thread(target=website.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        real = said("speak", "--url", f"ws://localhost:{website.server_port}", "Hi")
        website.shutdown()
        thread.join()
    assert_quotes(quoted("error: what answers at"), real)


@pytest.mark.timeout(60)
def test_a_server_that_refuses_says_what_is_quoted() -> None:
    with live_server(config_with("tone"), token="secret") as url:
        wanted = httpx.get(f"{url}/voices", trust_env=False).json()["error"]
        named = httpx.get(f"{url}/voices", headers={"Host": "speech.local"}, trust_env=False).json()["error"]
        foreign = httpx.get(f"{url}/voices", headers={"Origin": "https://chat.example"}, trust_env=False)
    assert_quotes(quoted("this server wants"), wanted)
    assert_quotes(quoted("this server answers"), named)
    assert_quotes(quoted("pages of this origin"), foreign.json()["error"])
