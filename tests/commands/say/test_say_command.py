"""`say` before a server is found: imports, help, wrong requests. The rest is in tests/e2e."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voice_server.cli import cli

HEAVY = {
    "asyncio", "importlib.metadata", "logging", "miniaudio", "msgpack", "msgspec", "numpy", "prompt_toolkit",
    "starlette", "subprocess", "uvicorn", "websockets", "yaml",
}  # fmt: skip


def say(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["say", *arguments], input=text)


def test_say_imports_nothing_that_is_slow_to_import() -> None:
    code = (
        "import sys; from voice_server.cli import cli; import voice_server.commands.say.say_command; "
        f"print(*({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_help_shows_every_option_and_examples_on_lines_of_their_own() -> None:
    shown = say("--help").output
    for option in ("--voice", "--policy", "--output", "--interactive", "--kill", "--device", "--log-level"):
        assert option in shown
    assert '\n  voice-server say --output hello.mp3 "Hello world"\n' in shown
    for heading in ("Examples:", "Exit status:", "Variables:", "Files (on Linux):"):
        assert f"\n{heading}\n" in shown


@pytest.mark.parametrize("action", ["--pause", "--resume", "--skip", "--stop", "--playing", "--kill"])
def test_no_server_is_started_only_to_be_stopped(action: str, tmp_path: Path) -> None:
    result = say(action)
    assert (result.exit_code, result.output) == (0, "no server is running, so nothing is spoken\n")
    assert not (tmp_path / "voice-server" / "start.log").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--output", "x.doc", "Hi."), "error: 'x.doc' names no format that there is"),
        (("--output", "/", "Hi."), "error: cannot write '/': it is a folder"),
        (("--opt", "speed", "Hi."), "error: an option is given as KEY=VALUE"),
        (("--url", "ws://localhost", "Hi."), "error: the address of a server looks like"),
        (("--url", "http://[::1", "Hi."), "error: the address of a server looks like"),
        (("--url", "http://localhost:99999", "Hi."), "error: the address of a server looks like"),
        (("--all",), "error: --all belongs to --kill"),
        (("--all", "--stop"), "error: --all belongs to --kill"),
        ((), "error: there is no text to speak"),
        (("",), "error: there is no text to speak"),
        (("--text=",), "error: there is no text to speak"),
        (("--text=-5", "six"), "error: give one text"),
    ],
)
def test_a_wrong_request_is_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    result = say(*arguments, text="")
    assert result.exit_code == 2
    assert result.output.startswith(sentence)
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"SSH-2.0-OpenSSH_9.9\r\n", "what answers at {url} is no voice-server"),
        (b"HTTP/1.0 404 Nothing\r\n\r\n<h1>", "what answers at {url}, with status 404, is no voice-server"),
        (b"HTTP/1.0 200 Fine\r\n\r\n<h1>", "what answers at {url} is no voice-server"),
    ],
)
@pytest.mark.parametrize("wish", [("Hi.",), ("--list",), ("--stop",)])
def test_another_program_at_the_address_is_one_sentence(
    answer: bytes, sentence: str, wish: tuple[str, ...]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:

        def reply() -> None:
            connection, _ = stranger.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):  # what is not read when a socket is closed resets the connection
                    pass

        thread = threading.Thread(target=reply)
        thread.start()
        url = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        result = say("--url", url, *wish)
        thread.join()
    assert (result.exit_code, result.output) == (1, f"error: {sentence.format(url=url)}\n")


def test_a_file_in_place_of_the_runtime_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "voice-server").write_text("")
    result = say("Hi.")
    assert result.exit_code == 2
    assert result.output.endswith("cannot be used: file exists\n")
