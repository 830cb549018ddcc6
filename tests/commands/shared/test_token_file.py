from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.commands.shared.token_file import given_token
from voice_server.errors import ConfigError


def test_without_a_file_it_is_what_was_given() -> None:
    assert given_token("secret", None) == "secret"
    assert given_token(None, None) is None


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_line_end_of_a_file_is_no_part_of_the_token(tmp_path: Path, end: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"s3cret" + end.encode())
    assert given_token(None, str(file)) == "s3cret"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the token is empty"),
        (b"\n", "the token is empty"),
        (b"two\nlines\n", "no control characters"),
        (b"\xff\xfe", "holds one line of text, at most 4096 bytes"),
        (b"x" * 4097, "holds one line of text, at most 4096 bytes"),
    ],
)
def test_a_file_that_holds_no_token_is_an_error(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=sentence):
        given_token(None, str(file))


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--token-file '.*/none' cannot be read: no such file"):
        given_token(None, str(tmp_path / "none"))


def test_both_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--token and --token-file both say"):
        given_token("secret", str(tmp_path / "token"))
