"""Lines from a pipe, and what is stopped; the prompt itself is in tests/e2e."""

from __future__ import annotations

import io

import pytest

from tests.commands.say.stub_server import Reply, StubServer
from voice_server.commands.say.interactive import LineSpeaker, speak_lines
from voice_server.commands.say.server_handle import ServerHandle

ACCEPTED = Reply({"id": 7, "warnings": []})


def test_piped_lines_are_queued_and_blank_ones_left_out(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.reply("POST /synthesize", ACCEPTED)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"One. \n\n  Two.\n")))
    speak_lines(ServerHandle(stub.url), {"voice": "vera"})
    assert [fields for _, fields in stub.requests] == [
        {"policy": "queue", "voice": "vera", "text": "One."},
        {"policy": "queue", "voice": "vera", "text": "Two."},
    ]


def test_a_policy_that_was_given_holds_for_piped_lines_too(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.reply("POST /synthesize", ACCEPTED)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"One.\n")))
    speak_lines(ServerHandle(stub.url), {"policy": "mix"})
    assert stub.requests[0][1]["policy"] == "mix"


def test_an_error_of_one_line_is_printed_and_the_next_is_spoken(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = Reply({"error": "that is too long", "code": "too_much"}, 413)
    warned = Reply({"id": 8, "warnings": [{"message": "another voice speaks"}]})
    stub.reply("POST /synthesize", refused, warned)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"One.\nTwo.\n")))
    speak_lines(ServerHandle(stub.url), {})
    assert capsys.readouterr().err.splitlines() == ["that is too long", "another voice speaks"]


def test_only_the_lines_that_were_spoken_here_are_stopped_and_only_once(stub: StubServer) -> None:
    stub.reply("POST /synthesize", ACCEPTED, Reply({"id": 9, "warnings": []}))
    stub.reply("POST /playback/stop", Reply({"ended": [9]}))
    speaker = LineSpeaker(ServerHandle(stub.url), {})
    speaker.speak("One.")
    speaker.speak("Two.")
    assert speaker.stop()
    assert stub.requests[-1] == ("POST /playback/stop", {"ids": [7, 9]})
    assert not speaker.stop()
    assert len(stub.requests) == 3


def test_lines_that_have_ended_leave_nothing_to_stop(stub: StubServer) -> None:
    stub.reply("POST /synthesize", ACCEPTED)
    stub.reply("POST /playback/stop", Reply({"ended": []}))
    speaker = LineSpeaker(ServerHandle(stub.url), {})
    speaker.speak("One.")
    assert not speaker.stop()
