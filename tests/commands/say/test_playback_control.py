from __future__ import annotations

import json

import pytest

from tests.commands.say.stub_server import Reply, StubServer
from voice_server.commands.say.playback_control import ControlOptions, PlaybackControl
from voice_server.commands.say.server_handle import ServerHandle

VOICE = {
    "number": 3, "id": "vera", "name": "Vera", "language": "en-GB", "gender": "", "backend": "tone",
}  # fmt: skip
STATUS = {
    "state": "playing",
    "volume": 80,
    "device": "",
    "playing": [{"id": 7, "state": "playing", "voice": "vera", "heard_ms": 1500, "text": "One\n two."}],
    "waiting": [{"id": 8, "state": "waiting", "voice": "vera", "heard_ms": 0, "text": "word " * 20}],
}


def control(stub: StubServer, *, as_json: bool = False) -> PlaybackControl:
    return PlaybackControl(ServerHandle(stub.url), as_json=as_json)


def apply(
    stub: StubServer, options: ControlOptions, *, has_text: bool = False, as_json: bool = False
) -> bool:
    return control(stub, as_json=as_json).apply(options, has_text=has_text)


@pytest.mark.parametrize(
    ("options", "has_text", "expected"),
    [
        (ControlOptions(), False, True),
        (ControlOptions(), True, True),
        (ControlOptions(volume=0), False, False),
        (ControlOptions(volume=0), True, True),
        (ControlOptions(action="pause"), True, True),
    ],
)
def test_text_is_spoken_unless_there_were_only_options(
    stub: StubServer, options: ControlOptions, has_text: bool, expected: bool
) -> None:
    stub.reply("POST /playback/volume", Reply())
    stub.reply("POST /playback/pause", Reply())
    assert apply(stub, options, has_text=has_text) is expected


def test_volume_and_device_are_set_before_the_action(stub: StubServer) -> None:
    for path in ("volume", "device", "resume"):
        stub.reply(f"POST /playback/{path}", Reply())
    apply(stub, ControlOptions("resume", 30, "Headphones"))
    assert stub.requests == [
        ("POST /playback/volume", {"volume": 30}),
        ("POST /playback/device", {"device": "Headphones"}),
        ("POST /playback/resume", {}),
    ]


@pytest.mark.parametrize("action", ["pause", "resume", "skip", "stop"])
def test_an_action_on_the_playback_is_a_request_of_its_name(
    stub: StubServer, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    stub.reply(f"POST /playback/{action}", Reply({"ended": 1}))
    apply(stub, ControlOptions(action))
    assert capsys.readouterr().out == ""
    apply(stub, ControlOptions(action), as_json=True)
    assert json.loads(capsys.readouterr().out) == {"ended": 1}


def test_voices_are_listed_with_their_numbers(stub: StubServer, capsys: pytest.CaptureFixture[str]) -> None:
    stub.reply("GET /voices", Reply({"voices": [VOICE]}))
    apply(stub, ControlOptions("list"))
    assert capsys.readouterr().out.split() == ["3", "vera", "en-GB", "–", "tone", "Vera"]


def test_an_update_prints_the_names_that_the_last_list_did_not_have(
    stub: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.reply("GET /voices", Reply({"voices": [VOICE]}))
    found = {"voices": [VOICE, VOICE | {"id": "walt"}], "mixes": ["both"], "count": 2}
    stub.reply("POST /voices/update", Reply(found))
    apply(stub, ControlOptions("list"))
    capsys.readouterr()
    apply(stub, ControlOptions("update"))
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["walt", "both"]
    assert printed.err == "2 voices, 1 saved mixes, 2 new\n"


def test_devices_are_listed_by_name(stub: StubServer, capsys: pytest.CaptureFixture[str]) -> None:
    stub.reply("GET /playback/devices", Reply({"devices": ["Speakers", "Headphones"]}))
    apply(stub, ControlOptions("devices"))
    assert capsys.readouterr().out.splitlines() == ["Speakers", "Headphones"]


def test_the_status_is_a_row_for_each_text_cut_to_the_width_of_a_terminal(
    stub: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.reply("GET /playback", Reply(STATUS))
    apply(stub, ControlOptions("playing"))
    head, first, second = capsys.readouterr().out.splitlines()
    assert head == "playing, volume 80 %, on no sound device"
    assert first.split() == ["7", "playing", "vera", "1.5", "s", "One", "two."]
    assert second.endswith(f"  {'word ' * 12} …")


def test_speaking_prints_the_warnings_and_that_speech_is_paused(
    stub: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    response = {"id": 7, "warnings": [{"message": "another voice speaks"}], "is_paused": True}
    stub.reply("POST /synthesize", Reply(response))
    control(stub, as_json=True).speak({"text": "Hi."})
    printed = capsys.readouterr()
    assert stub.requests == [("POST /synthesize", {"text": "Hi."})]
    assert printed.err.splitlines() == [
        "another voice speaks",
        "speech is paused; voice-server say --resume lets it go on",
    ]
    assert json.loads(printed.out) == response


@pytest.mark.parametrize("action", ["kill", "playing", "pause", "resume", "skip", "stop"])
def test_without_a_server_an_action_on_the_playback_is_a_note(
    action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server = ServerHandle(None, on_start=lambda: pytest.fail("a server was started"))
    PlaybackControl(server, as_json=False).apply(ControlOptions(action), has_text=False)
    assert capsys.readouterr().err == "no server is running, so nothing is spoken\n"
