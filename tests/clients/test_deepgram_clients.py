"""Deepgram's own SDKs, and the services of LiveKit and Pipecat that speak its protocol.

Each program runs once, and one test asks about all that it met: the tests of a file may run in several
processes, and a program takes seconds to load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.client_programs import KEY, node_client, python_client, sound_of, stream_tokens
from tests.e2e.live import live_server

pytestmark = pytest.mark.timeout(120)
TEXT = "The quick brown fox jumps. Then it sleeps."
BARGE_IN = {"text_spoken": "The quick brown", "text_remaining": " fox jumps. Then it sleeps."}
"""600 ms after the beginning."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with live_server(token=KEY) as found:
        yield found


def kinds(scene: dict[str, Any]) -> list[str]:
    return [message["type"] for message in scene["messages"]]


def of_kind(scene: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [message for message in scene["messages"] if message["type"] == kind]


def holds(message: dict[str, Any], expected: dict[str, Any]) -> bool:
    return message | expected == message


def test_the_python_sdk_hears_every_sample_once_and_reads_every_answer(url: str) -> None:
    scenes = python_client("deepgram_python", url)
    spoken = stream_tokens(url, TEXT)
    slower = stream_tokens(url, TEXT, rate=16_000)

    for name in ("v1 socket", "v1 clear", "v1 request", "v2 interrupt"):
        assert sound_of(scenes[name]) == spoken, name
    for name in ("v2 socket", "v2 request"):
        assert sound_of(scenes[name]) == slower, name
    assert sound_of({"audio": scenes["v1 request"]["wav"]}).endswith(spoken)
    assert scenes["v1 request"]["headers"]["content-type"] == "audio/mpeg"
    assert len(sound_of({"audio": scenes["v2 socket"]["faster"]})) < 0.9 * len(slower)

    assert kinds(scenes["v1 socket"]) == ["Metadata", "Flushed"]
    assert kinds(scenes["v1 clear"]) == ["Metadata", "Cleared", "Flushed"]
    assert holds(
        scenes["v1 request"]["headers"],
        {"dg-model-name": "aura-2-thalia-en", "dg-char-count": str(len(TEXT))},
    )

    told = scenes["refusals"]["told"]
    assert {name: each["status"] for name, each in told.items()} == {
        "container": 400,
        "callback": 400,
        "key": 401,
        "socket key": 401,
    }
    assert told["container"]["body"]["err_msg"] == "container must be none for mp3, not wav"
    assert "token" in told["socket key"]["why"]

    turn = ["SpeechStarted", "SpeechMetadata"]
    configured = ["ConfigureSuccess", "ConfigureFailure"]
    assert kinds(scenes["v2 socket"]) == [
        "Connected", *turn, "Flushed", *configured, *turn, "SessionMetadata",
    ]  # fmt: skip
    assert holds(of_kind(scenes["v2 socket"], "ConfigureFailure")[0], {"code": "SPEED_INCREMENT_INVALID"})

    assert of_kind(scenes["v2 interrupt"], "Warning")[0]["code"] == "NO_AUDIO_GENERATED"
    first, second = of_kind(scenes["v2 interrupt"], "SpeechInterrupted")
    assert holds(first, {**BARGE_IN, "audio_played_ms": 600})
    assert second["audio_played_ms"] >= 600
    assert (second["text_spoken"] + second["text_remaining"]).startswith("One sentence after the other")
    assert len(of_kind(scenes["v2 interrupt"], "SpeechMetadata")) == 2


def test_the_node_sdk_hears_every_sample_once_and_reads_every_answer(url: str) -> None:
    scenes = node_client("deepgram_node", url)
    spoken = stream_tokens(url, TEXT)
    for name in ("v1 socket", "v2 socket", "v1 request", "v2 request"):
        assert sound_of(scenes[name]) == spoken, name
    assert kinds(scenes["v1 socket"]) == ["Metadata", "Cleared", "Flushed"]
    assert holds(of_kind(scenes["v2 socket"], "SpeechInterrupted")[0], BARGE_IN)
    assert kinds(scenes["v2 socket"])[-1] == "SessionMetadata"
    assert scenes["refusal"]["status"] == 400
    assert scenes["refusal"]["body"]["err_msg"] == "container must be none for mp3, not wav"


def test_livekits_services_hear_every_sample_once_also_behind_a_turn_that_was_dropped(url: str) -> None:
    scenes = python_client("deepgram_livekit", url)
    spoken = stream_tokens(url, TEXT)
    for name in ("v1 stream", "v2 stream", "v1 interrupted", "v2 interrupted"):
        for turn in scenes[name]["turns"]:
            assert sound_of({"audio": turn}) == spoken, name
    for name in ("v1 whole", "v2 whole"):
        assert sound_of(scenes[name]).rstrip(b"\0") == spoken.rstrip(b"\0"), name  # it fills its last frame
    assert scenes["log"]["lines"] == []


def test_pipecats_services_hear_every_sample_once_also_behind_an_interruption(url: str) -> None:
    scenes = python_client("deepgram_pipecat", url)
    spoken = stream_tokens(url, TEXT)
    sentences = b"".join(
        stream_tokens(url, each) for each in ("The quick brown fox jumps.", "Then it sleeps.")
    )
    for name, wanted in {"v1": spoken, "v1 http": sentences, "v2": spoken}.items():
        assert [sound_of({"audio": turn}) == wanted for turn in scenes[name]["turns"]] == [True, True], name
        assert (scenes[name]["stopped"], scenes[name]["errors"]) == (2, []), name
    for name in ("v1 interrupted", "v2 interrupted"):
        assert sound_of({"audio": scenes[name]["turns"][-1]}) == spoken, name
        assert scenes[name]["errors"] == [], name
    assert scenes["log"]["lines"] == []
