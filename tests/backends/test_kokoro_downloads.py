"""What was downloaded is checked, and a download that broke off goes on."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tts_backends.kokoro.downloads import download

CONTENT = bytes(range(256)) * 9_000
SHA512 = base64.b64encode(hashlib.sha512(CONTENT).digest()).decode()


class _Registry(BaseHTTPRequestHandler):
    """Serves CONTENT under /file, and under /whole without knowing ranges."""

    asked: list[str | None]

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if self.path == "/whole":
            start = 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start:])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry() -> Iterator[str]:
    _Registry.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Registry)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_file_is_downloaded_whole(registry: str, tmp_path: Path) -> None:
    assert download(f"{registry}/file", tmp_path / "part", SHA512) == CONTENT
    assert _Registry.asked == [None]


def test_a_download_goes_on_where_it_broke_off(registry: str, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(CONTENT[:1000])
    assert download(f"{registry}/file", tmp_path / "part", SHA512) == CONTENT
    assert _Registry.asked == ["bytes=1000-"]


def test_a_registry_that_knows_no_ranges_gives_it_from_the_beginning(registry: str, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(CONTENT[:1000])
    assert download(f"{registry}/whole", tmp_path / "part", SHA512) == CONTENT


def test_what_is_there_already_is_not_asked_for(registry: str, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(CONTENT)
    assert download(f"{registry}/file", tmp_path / "part", SHA512) == CONTENT
    assert _Registry.asked == []


@pytest.mark.parametrize("left", [b"other" * 100, CONTENT + b"more"])
def test_other_bytes_are_refused_and_do_not_stay(registry: str, tmp_path: Path, left: bytes) -> None:
    (tmp_path / "part").write_bytes(left)
    with pytest.raises(OSError, match=r"other bytes than expected|Requested Range Not Satisfiable"):
        download(f"{registry}/file", tmp_path / "part", SHA512)
    assert not (tmp_path / "part").exists()
    assert download(f"{registry}/file", tmp_path / "part", SHA512) == CONTENT
