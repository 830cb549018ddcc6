from __future__ import annotations

import io
from pathlib import Path

import pytest

from voice_server.commands.shared.text_input import read_text
from voice_server.errors import ConfigError


def test_a_file_is_read_without_its_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(b"\xef\xbb\xbfH\xc3\xa9.")
    assert read_text(str(tmp_path / "text.txt")) == "Hé."


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello.\n"))
    assert read_text("-") == "Hello.\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read '.*': no such file or directory"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b" \n", "there is no text to speak"),
    ],
)
def test_a_file_without_text_is_a_wrong_request(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "text.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_text(str(file))
