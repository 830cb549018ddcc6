"""A text comes from arguments, a file or standard input; what is not UTF-8 is told or decoded everywhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from voice_server.commands.shared.text_input import (
    decoded_argument,
    given_text,
    input_lines,
    read_text,
    text_chunks,
)
from voice_server.errors import ConfigError

TEXT = "Café olé. Übung.\n"
SAY_WHAT_IT_IS = r"is not UTF-8 text; say what it is with --encoding, for example --encoding cp1252$"
READERS: list[Callable[[str, str | None], str]] = [
    read_text,
    lambda file, encoding: "".join(text_chunks(file, encoding)),
    lambda _, encoding: "".join(input_lines(encoding)),
]


@pytest.fixture(params=["file", "standard input"])
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file to read, which is standard input too."""
    path = tmp_path / "text.txt"
    path.touch()
    with path.open() as opened:
        monkeypatch.setattr("sys.stdin", opened)
        yield path if request.param == "file" else Path("-")


def name_of(source: Path, tmp_path: Path, content: bytes) -> str:
    (tmp_path / "text.txt").write_bytes(content)
    return str(source)


@pytest.mark.parametrize("read", READERS[:2])
@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("latin-1", "latin-1"),
    ],
)
def test_a_text_is_read_in_its_encoding_and_without_its_byte_order_mark(
    source: Path, tmp_path: Path, codec: str, encoding: str | None, read: Callable[[str, str | None], str]
) -> None:
    assert read(name_of(source, tmp_path, TEXT.encode(codec)), encoding) == TEXT


@pytest.mark.parametrize("read", READERS[:2])
@pytest.mark.parametrize(
    ("codec", "message"),
    [
        ("cp1252", SAY_WHAT_IT_IS),
        ("latin-1", SAY_WHAT_IT_IS),
        ("shift_jis", SAY_WHAT_IT_IS),
        ("utf-16", "is not UTF-8 text but looks like UTF-16; try --encoding utf-16$"),
        ("utf-16-le", "is not UTF-8 text but looks like UTF-16; try --encoding utf-16-le$"),
        ("utf-16-be", "is not UTF-8 text but looks like UTF-16; try --encoding utf-16-be$"),
    ],
)
def test_what_is_not_utf_8_is_one_sentence_that_says_what_helps(
    source: Path, tmp_path: Path, codec: str, message: str, read: Callable[[str, str | None], str]
) -> None:
    text = {"shift_jis": "こんにちは。"}.get(codec, "Hello." if "16" in codec else TEXT)
    file = name_of(source, tmp_path, text.encode(codec))
    name = "standard input" if file == "-" else "'.*text.txt'"
    with pytest.raises(ConfigError, match=f"^{name} {message}"):
        read(file, None)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("ascii", "is not ascii text; say what it is with --encoding"),
        ("utf-17", "there is no encoding 'utf-17'; there are utf-8, "),
        ("base64", "there is no encoding 'base64'"),
        ("", "there is no encoding ''"),
        ("\0", "there is no encoding"),
    ],
)
def test_an_encoding_that_does_not_fit_is_one_sentence(tmp_path: Path, encoding: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_text(name_of(tmp_path / "text.txt", tmp_path, TEXT.encode()), encoding)


def test_half_a_character_at_the_end_is_not_lost(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read_text(name_of(tmp_path / "text.txt", tmp_path, b"Hello. \xc3"))


def test_lines_come_one_by_one_in_any_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("One.\r\nÜb.\n".encode("utf-16"))))
    assert list(input_lines("utf-16")) == ["One.\n", "Üb.\n"]


def test_chunks_are_verbatim(tmp_path: Path) -> None:
    text = "One.\r\nTwo.\rThree.\n" * 1000
    assert "".join(text_chunks(name_of(tmp_path / "text.txt", tmp_path, text.encode()))) == text


def test_standard_input_can_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"Hello."))
    monkeypatch.setattr("sys.stdin", stream)
    assert read_text("-") == "Hello."
    assert not stream.closed


@pytest.mark.parametrize(("encoding", "text"), [("cp1252", "café"), ("utf-8", None), (None, None)])
def test_an_argument_that_is_not_utf_8_is_decoded_or_told(encoding: str | None, text: str | None) -> None:
    argument = b"caf\xe9".decode("utf-8", "surrogateescape")
    if text is None:
        with pytest.raises(ConfigError, match=r"^the argument is not .* --encoding cp1252$"):
            decoded_argument(argument, encoding)
    else:
        assert decoded_argument(argument, encoding) == text


def test_an_argument_that_could_be_read_is_left_alone() -> None:
    assert decoded_argument("café", "cp1252") == "café"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((("Hello", "there."), None, None), "Hello there."),
        (((), "-5", None), "-5"),
        (((), "-", None), "-"),
        (((), None, "text.txt"), "From a file."),
        ((("-",), None, None), "From standard input."),
        (((), None, "-"), "From standard input."),
        (((), None, None), None),
    ],
)
def test_one_text_is_given(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: tuple[tuple[str, ...], str | None, str | None],
    wanted: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"From standard input.")))
    Path("text.txt").write_text("From a file.")
    assert given_text(*given) == wanted


@pytest.mark.parametrize(
    ("words", "text", "file"),
    [(("a",), "b", None), (("a",), None, "f"), ((), "b", "f"), ((""), "b", "f"), (("-",), "b", None)],
)
def test_two_texts_are_an_error(words: tuple[str, ...], text: str | None, file: str | None) -> None:
    with pytest.raises(ConfigError, match="give one text"):
        given_text(words, text, file)


@pytest.mark.parametrize(("words", "text"), [(("",), None), ((" ", ""), None), ((), ""), ((), "\n")])
def test_a_text_without_content_is_an_error_and_not_the_wish_for_standard_input(
    words: tuple[str, ...], text: str | None
) -> None:
    with pytest.raises(ConfigError, match="there is no text to speak"):
        given_text(words, text)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "cannot read '.*missing.txt': no such file or directory"),
        (".", "cannot read '.*': is a directory"),
        ("blank.txt", "there is no text to speak"),
    ],
)
def test_a_file_without_text_is_a_wrong_request(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "blank.txt").write_bytes(b" \n")
    with pytest.raises(ConfigError, match=message):
        read_text(str(tmp_path / name))
