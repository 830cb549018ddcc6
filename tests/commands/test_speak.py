from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import pytest


def saved_ms(path: str = "speech.wav") -> float:
    with wave.open(path) as reader:
        return int(reader.getnframes()) / 24


def test_a_text_is_saved_whole(run_command: Any) -> None:
    result = run_command("speak", "Hello", "there.", "--json", "-o", "x.wav")
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    assert figures["sentences"] == 1
    assert figures["audio_ms"] == pytest.approx(saved_ms("x.wav"), abs=0.1)
    assert figures["audio_ms"] > 100


def test_warnings_are_lines_of_json_for_programs_and_notes_for_people(run_command: Any) -> None:
    text = "<foo>Hello there.</foo>"
    result = run_command("speak", "--ssml", text, "--json", "-o", "x.wav")
    warning, figures = map(json.loads, result.stdout.splitlines())
    assert (warning["type"], warning["code"]) == ("warning", "ssml_ignored")
    assert figures["sentences"] == 1
    assert "foo" in warning["msg"]
    assert "foo" not in result.stderr
    assert warning["msg"] in run_command("speak", "--ssml", text, "-o", "x.wav").stderr


@pytest.mark.parametrize(
    ("arguments", "piped"),
    [
        (["Hello there."], None),
        (["--text", "Hello there."], None),
        (["--text=Hello there."], None),
        (["--", "Hello there."], None),
        (["--file", "text.txt"], None),
        (["--file", "-"], "Hello there."),
        (["-"], "Hello there."),
        ([], "Hello there."),
    ],
)
def test_the_text_may_come_from_anywhere(run_command: Any, arguments: list[str], piped: str | None) -> None:
    Path("text.txt").write_text("Hello there.")
    assert run_command("speak", "Hello there.", "-o", "wanted.wav").exit_code == 0
    result = run_command("speak", *arguments, input=piped)
    assert result.exit_code == 0, result.stderr
    assert Path("speech.wav").read_bytes() == Path("wanted.wav").read_bytes()
    assert result.stdout.endswith(f"saved to {Path.cwd() / 'speech.wav'}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["speak", "--file", "text.txt"],
        ["speak"],
        ["stream-tokens", "text.txt"],
        ["stream-tokens", "-"],
        ["split", "text.txt"],
        ["split", "-"],
        ["bench", "text.txt"],
        ["say"],
        ["say", "-o", "x.wav"],
        ["repl"],
    ],
    ids=" ".join,
)
def test_a_text_that_is_not_utf_8_is_one_sentence_in_every_command(
    run_command: Any, arguments: list[str]
) -> None:
    content = "Café olé.\n".encode("latin-1")
    Path("text.txt").write_bytes(content)
    result = run_command(*arguments, input=content)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].endswith(
        "is not UTF-8 text; say what it is with --encoding, for example --encoding cp1252"
    )
    assert not list(Path().glob("*.wav"))


def test_an_encoding_is_the_same_for_every_way_in(run_command: Any) -> None:
    Path("text.txt").write_bytes("Café olé.\n".encode("utf-16"))
    wanted = run_command("speak", "Café olé.", "-o", "wanted.wav")
    assert wanted.exit_code == 0
    for arguments in (["speak", "--file", "text.txt"], ["speak"], ["stream-tokens", "-"], ["repl"]):
        result = run_command(
            *arguments, "--encoding", "utf-16", "-o", "x.wav", input=Path("text.txt").read_bytes()
        )
        assert result.exit_code == 0, result.stderr
        assert Path("x.wav").read_bytes() == Path("wanted.wav").read_bytes()


@pytest.mark.parametrize(
    ("name", "head"),
    [("x.mp3", b"ID3"), ("x.opus", b"OggS"), ("x.ogg", b"OggS"), ("x.flac", b"fLaC"), ("x", b"RIFF")],
)
@pytest.mark.parametrize("command", ["speak", "stream-tokens", "repl"])
def test_the_file_is_in_the_format_that_its_suffix_names(
    run_command: Any, command: str, name: str, head: bytes
) -> None:
    arguments = [] if command == "repl" else ["-"]
    result = run_command(command, *arguments, "-o", name, input="Hello.")
    assert result.exit_code == 0, result.stderr
    assert Path(name).read_bytes().startswith(head)


@pytest.mark.parametrize("command", ["speak", "stream-tokens", "repl", "say"])
def test_a_suffix_that_names_no_format_is_refused_by_every_command(run_command: Any, command: str) -> None:
    result = run_command(command, "-o", "x.txt", input="Hello.")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        "error: 'x.txt' names no format that there is; there are .wav, .mp3, .flac, .opus, .ogg, .aac, .pcm, "
        ".f32, .ulaw, .alaw"
    )
    assert not Path("x.txt").exists()


def test_a_long_text_is_sent_no_further_ahead_than_a_server_buffers(run_command: Any) -> None:
    text = f"Every sentence of this book is like the one before it{', and the one after it' * 7}. " * 1_000
    Path("book.txt").write_text(text)
    result = run_command("speak", "--file", "book.txt", "--speed", "10", "--opt", "words=false", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["sentences"] >= 1_000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Hello", "--text", "Hello"], "give one text"),
        (["--file", "missing.txt"], "cannot read 'missing.txt'"),
        ([" "], "there is no text to speak"),
        (["--text="], "there is no text to speak"),
    ],
)
def test_a_missing_or_second_text_is_an_error(run_command: Any, arguments: list[str], sentence: str) -> None:
    result = run_command("speak", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_text_without_anything_to_say_is_an_error_and_leaves_the_file_that_was_there(
    run_command: Any,
) -> None:
    Path("x.wav").write_bytes(b"as it was")
    result = run_command("speak", "...", "-o", "x.wav")
    assert result.exit_code == 2
    assert result.stderr == "error: this text has nothing in it that can be spoken\n"
    assert Path("x.wav").read_bytes() == b"as it was"


def test_sentences_that_cannot_be_spoken_are_counted_and_without_any_sound_there_is_no_file(
    run_command: Any,
) -> None:
    result = run_command("speak", "One. Two.", "--opt", "fault=fail", "-o", "x.wav")
    assert result.exit_code == 1
    assert "2 of 2 sentences could not be spoken: " in result.stderr
    assert not Path("x.wav").exists()


def test_words_are_said_as_a_file_says(run_command: Any) -> None:
    Path("words.yaml").write_text("GIF: a file of pictures that moves in a circle")
    assert run_command("speak", "A GIF.", "-o", "plain.wav").exit_code == 0
    result = run_command("speak", "A GIF.", "--pronunciations", "words.yaml", "-o", "said.wav")
    assert result.exit_code == 0, result.stderr
    assert saved_ms("said.wav") > 2 * saved_ms("plain.wav")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no file 'words.yaml', which --pronunciations names"),
        ("GIF: {sey: jif}", "words.yaml: 'GIF': unknown key 'sey'; did you mean say"),
        ("\n".join(f"a{n}: b" for n in range(101)), "at most 100 words may have a pronunciation, not 101"),
    ],
)
def test_a_mistake_in_the_pronunciations_is_one_sentence(
    run_command: Any, content: str | None, sentence: str
) -> None:
    if content is not None:
        Path("words.yaml").write_text(content)
    result = run_command("speak", "A GIF.", "--pronunciations", "words.yaml", "-o", "said.wav")
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not Path("said.wav").exists()
