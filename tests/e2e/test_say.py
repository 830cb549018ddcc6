"""`say`: one server for all who want one, and none when nobody does any more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.saying import ROOT, Home, home, wait_until, wait_until_gone

pytestmark = pytest.mark.realtime

LONG = "This takes rather long to say. " * 20


@pytest.fixture
def user(tmp_path: Path) -> Iterator[Home]:
    """Somebody whose server is not there yet."""
    with home(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def resident(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Somebody whose server is there for several tests."""
    with home(tmp_path_factory.mktemp("resident")) as made:
        made.say("--volume", "90")
        yield made


def test_the_first_word_starts_a_server_that_goes_on_speaking_and_kill_ends_all_of_it(user: Home) -> None:
    first = user.run("Hello", "world.")
    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    assert "starting the server" in first.stderr
    processes = user.processes()
    assert len(processes) >= 4  # server, two kinds of worker, player
    assert user.say("--json", LONG) != ""
    assert "playing" in user.say("--playing")
    bystander = psutil.Process(os.getpid())
    assert "the server has ended" in user.run("--kill").stderr
    wait_until_gone(processes)
    assert bystander.is_running()
    assert "no server is running" in user.run("--kill").stderr


def test_ten_at_the_same_instant_start_one_server_and_are_all_accepted(user: Home) -> None:
    programs = [user.start("--json", "--policy", "queue", f"Number {number}.") for number in range(10)]
    answers = [program.communicate(timeout=18) for program in programs]
    assert [program.returncode for program in programs] == [0] * 10, [said for _, said in answers]
    assert sorted(json.loads(out)["id"] for out, _ in answers) == list(range(1, 11))
    assert sum("starting the server" in said for _, said in answers) == 1


def test_a_server_that_was_killed_is_replaced_by_the_next_word(user: Home) -> None:
    user.say("Hello.")
    first = user.processes()
    first[0].send_signal(signal.SIGKILL)
    wait_until_gone(first)
    user.say("Hello.")
    server = user.server()
    assert server is not None
    assert server.pid != first[0].pid


def test_a_word_while_the_server_goes_down_is_spoken_by_the_next_one(user: Home) -> None:
    user.say("This is still to be heard.")
    first = user.server()
    assert first is not None
    first.send_signal(signal.SIGTERM)
    assert json.loads(user.say("--json", "Hello."))["id"] == 1
    wait_until_gone([first])


def test_a_server_that_nobody_uses_any_more_ends_by_itself(user: Home) -> None:
    serve = [*user.command()[:-1], "serve", "--port", "0", "--idle-exit", "0.2"]
    done = subprocess.run(serve, env=user.variables, cwd=ROOT, capture_output=True, timeout=15, check=False)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


def test_the_first_who_speaks_and_nobody_else_is_told_that_there_is_no_sound_device(user: Home) -> None:
    deaf = user.variables | {"VOICE_SERVER_DEVICE": "", "PULSE_SERVER": "unix:/nowhere"}
    user.variables = deaf | {"ALSA_CONFIG_PATH": "/nowhere"}
    with user.serving():
        told = [user.run("Hello.").stderr for _ in range(3)]
        if user.ask("GET", "/playback")["device"]:
            pytest.skip("this machine has a sound device")
    assert told == ["this machine has no sound device, so nothing can be heard\n", "", ""]


def test_a_server_that_cannot_start_is_one_sentence_and_an_exit_code(user: Home) -> None:
    done = user.run("Hello.", VOICE_SERVER_CONFIG="/nowhere/backends.yaml")
    assert done.returncode == 2
    lines = done.stderr.strip().splitlines()
    assert lines[-1].startswith("error: the server did not start: there is no file '/nowhere/backends.yaml'")
    assert "Traceback" not in done.stderr


def test_say_works_without_a_home_that_can_be_written(user: Home) -> None:
    """As for service users and in read-only containers: what cannot be kept is not; the log is elsewhere."""
    for name in [each for each in user.variables if each.startswith("XDG_") and each != "XDG_RUNTIME_DIR"]:
        del user.variables[name]
    user.variables["HOME"] = "/dev/null"
    saved = user.folder / "x.wav"
    user.say("--output", str(saved), "Hello.")
    assert saved.read_bytes()[:4] == b"RIFF"
    assert "low" in user.say("--backend", "tone", "--list")
    user.say("--interactive", text="Hello.\n")
    assert list(Path(user.variables["XDG_RUNTIME_DIR"]).glob("voice-server/server.log"))


def test_cron_needs_no_home_and_no_other_folder(user: Home) -> None:
    keep = ("PATH", "XDG_RUNTIME_DIR", "VOICE_SERVER_CONFIG", "VOICE_SERVER_DEVICE", "XDG_STATE_HOME")
    user.variables = {name: user.variables[name] for name in keep}
    assert json.loads(user.say("--json", "Hello."))["id"] == 1
    assert "the server has ended" in user.run("--kill").stderr


def test_texts_come_from_arguments_and_from_a_pipe_and_an_empty_one_is_refused(resident: Home) -> None:
    assert json.loads(resident.say("--json", text="From a pipe.\n"))["state"] == "playing"
    refused = resident.run("--json", text="  \n")
    assert (refused.returncode, refused.stderr) == (
        2,
        "error: there is no text to speak\n",
    )


def test_voices_have_numbers_that_say_takes_and_are_kept_for_completion(resident: Home) -> None:
    listed = [line.split() for line in resident.say("--list").splitlines()]
    number, name = next((each[0], each[1]) for each in listed if each[4] == "tone")
    assert json.loads(resident.say("--json", "--voice", number, "Hi."))["voice"] == name
    assert "voices" in resident.run("--update-voices").stderr
    kept = json.loads((resident.folder / "cache" / "voice-server" / "voices.json").read_text())
    assert name in {voice["id"] for voice in kept}
    unknown = resident.run("--voice", "nobody", "Hi.")
    assert unknown.returncode == 2
    assert unknown.stderr.startswith("error: unknown voice 'nobody'")


def test_an_update_finds_recordings_and_mixes_and_tells_those_that_are_new(user: Home) -> None:
    recordings = user.folder / "recordings"
    recordings.mkdir()
    config = user.folder / "backends.yaml"
    config.write_text(config.read_text().replace("backend.py}", f"backend.py, samples: {recordings}}}"))
    user.say("--list")
    (recordings / "aunt.wav").write_bytes(b"RIFF")
    mixes = user.folder / "data" / "voice-server" / "mixes.json"
    mixes.parent.mkdir(parents=True)
    mixes.write_text(json.dumps([{"id": "duo", "mix": "a(1)+b(1)", "backend": "tone"}]))
    assert user.say("--update-voices") == "aunt\nduo\n"
    again = user.run("--update-voices")
    assert (again.stdout, again.stderr.strip()[-5:]) == ("", "0 new")


def test_what_is_heard_is_steered_from_the_command_line(user: Home) -> None:
    user.say("--volume", "40", "--policy", "queue", LONG)
    user.say("--policy", "queue", "The next one.")
    user.say("--pause")
    assert user.say("--playing").startswith("paused, volume 40 %, on null\n")
    assert "speech is paused" in user.run("Hello.").stderr
    user.say("--resume")
    user.say("--skip")
    user.say("--stop")
    assert user.say("--playing") == "idle, volume 40 %, on null\n"
    assert "null" in user.say("--devices").splitlines()
    refused = user.run("--device", "Tin can")
    assert refused.stderr.startswith("error: unknown device 'Tin can'")


@pytest.mark.parametrize(
    ("name", "magic"),
    [("x.wav", b"RIFF"), ("x.mp3", b"ID3"), ("x.flac", b"fLaC"), ("x.opus", b"OggS"), ("x.OGG", b"OggS")],
)
def test_a_file_is_saved_in_the_format_of_its_name(resident: Home, name: str, magic: bytes) -> None:
    path = resident.folder / name
    resident.say("--output", str(path), "Hello world.")
    assert path.read_bytes().startswith(magic)
    assert [each.name for each in resident.folder.glob(".*.part")] == []


def test_a_file_that_cannot_be_saved_leaves_the_old_one_and_nothing_else(resident: Home) -> None:
    path = resident.folder / "old.wav"
    path.write_bytes(b"old")
    failed = resident.run("--output", str(path), "--voice", "nobody", "Hello.")
    assert failed.returncode == 2
    assert path.read_bytes() == b"old"
    assert list(resident.folder.glob(".*")) == []
    assert resident.run("--output", str(resident.folder / "x.doc"), "Hello.").stderr == (
        "error: 'x.doc' names no format that there is; there are .wav, .mp3, .flac, .opus, .ogg, .aac, .pcm, "
        ".f32, .ulaw, .alaw\n"
    )
    full = resident.run("--output", "/dev/full/x.wav", "Hello.")
    assert full.returncode == 1
    assert full.stderr.startswith("error: cannot write '/dev/full/x.wav': not a directory")


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(resident: Home) -> None:
    path = resident.folder / "full.wav"
    path.write_bytes(b"old")
    limited = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh"]  # of 512 bytes: the file may not grow beyond 4 KiB
    said = resident.command("--output", str(path), LONG)
    done = subprocess.run(
        [*limited, *said], env=resident.variables, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: cannot write '{path}': file too large")
    assert path.read_bytes() == b"old"
    assert list(resident.folder.glob(".*")) == []


def test_nobody_listens_at_another_address_is_one_sentence(user: Home) -> None:
    done = user.run("--url", "http://127.0.0.1:9", "Hello.")
    assert done.returncode == 1
    assert done.stderr == "error: no server answers at http://127.0.0.1:9: Connection refused\n"
    assert user.server() is None
    wrong = user.run("--url", "localhost", "Hello.")
    assert wrong.stderr.startswith("error: the address of a server looks like http://localhost:8000")
    kill = user.run("--url", "http://127.0.0.1:9", "--kill")
    assert kill.returncode == 2


def test_the_server_logs_where_the_platform_keeps_logs(user: Home) -> None:
    user.say("--log-level", "info", "Hello.")
    log = user.folder / "state" / "voice-server" / "log" / "server.log"
    wait_until(lambda: log.exists() and log.read_text() != "")
    later = user.run("--log-level", "debug", "Hello.")
    assert later.stderr == "the server runs already and keeps its log level; --kill --all ends it\n"
