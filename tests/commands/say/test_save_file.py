from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.say.stub_server import Reply, StubServer
from voice_server.commands.say.save_file import save_speech
from voice_server.commands.say.server_handle import ServerHandle
from voice_server.errors import ConfigError, VoiceServerError

CUT_SHORT = Reply(b"5\r\nso", headers={"Transfer-Encoding": "chunked"})


@pytest.mark.parametrize(
    ("name", "audio_format"),
    [("a.wav", "wav"), ("a.MP3", "mp3"), ("a.flac", "flac"), ("a.opus", "opus"), ("a.ogg", "opus")],
)
def test_the_suffix_names_the_format(stub: StubServer, tmp_path: Path, name: str, audio_format: str) -> None:
    stub.reply("POST /tts", Reply(b"sound"))
    save_speech(ServerHandle(stub.url), {"text": "Hi."}, tmp_path / name)
    assert stub.requests == [("POST /tts", {"text": "Hi.", "format": audio_format})]
    assert (tmp_path / name).read_bytes() == b"sound"


def test_a_warning_and_the_files_name_are_printed(
    stub: StubServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [{"code": "a", "message": "no voice x; y speaks"}, {"code": "b", "message": "tone speaks"}]
    stub.reply("POST /tts", Reply(b"sound", headers={"X-Warnings": json.dumps(told)}))
    path = tmp_path / "a.wav"
    save_speech(ServerHandle(stub.url), {"text": "word " * 1000}, path)
    assert capsys.readouterr().err.splitlines() == [
        "speaking into a.wav …",
        "no voice x; y speaks",
        "tone speaks",
        f"saved to {path}",
    ]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply({"error": "no such voice", "code": "unknown_voice"}, 404), "no such voice"),
        (CUT_SHORT, "the server ended before the file was complete"),
    ],
)
def test_a_failure_leaves_the_older_file_and_no_part_of_the_new_one(
    stub: StubServer, tmp_path: Path, reply: Reply, message: str
) -> None:
    stub.reply("POST /tts", reply)
    path = tmp_path / "a.wav"
    path.write_bytes(b"older")
    with pytest.raises(VoiceServerError, match=message):
        save_speech(ServerHandle(stub.url), {"text": "Hi."}, path)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.glob(".*.part")) == []


@pytest.mark.parametrize(
    ("name", "message"), [("a.doc", "'a.doc' names no format"), ("folder.wav", "it is a folder")]
)
def test_a_file_that_cannot_be_is_refused_before_the_server_is_asked(
    stub: StubServer, tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(ConfigError, match=message):
        save_speech(ServerHandle(stub.url), {"text": "Hi."}, tmp_path / name)
    assert stub.requests == []


def test_a_folder_that_does_not_exist_is_one_sentence(stub: StubServer, tmp_path: Path) -> None:
    with pytest.raises(VoiceServerError, match=r"a\.wav': no such file or directory") as caught:
        save_speech(ServerHandle(stub.url), {"text": "Hi."}, tmp_path / "missing" / "a.wav")
    assert caught.value.code == "write_failed"
