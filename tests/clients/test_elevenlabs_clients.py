"""ElevenLabs' own SDKs, and the services of LiveKit and Pipecat that speak its protocol.

Each program runs once, and one test asks about all that it met: the tests of a file may run in several
processes, and a program takes seconds to load.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.clients.client_programs import KEY, node_client, python_client, sound_of, stream_tokens
from tests.e2e.live import live_server

pytestmark = pytest.mark.timeout(120)
TEXT = "The quick brown fox jumps. Then it sleeps."
WORDS = TEXT.split()
ROUNDED_S = 0.003


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with live_server(token=KEY) as found:
        yield found


def word_starts(url: str) -> list[float]:
    """When the words of the text are heard, in seconds, as the server's own interface tells."""
    body = json.dumps({"input": TEXT, "response_format": "pcm"}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
    request = Request(f"{url}/v1/audio/captioned", body, headers)  # noqa: S310 - of this machine
    with urlopen(request) as answer:  # noqa: S310
        return [word["start_time"] for word in json.load(answer)["timestamps"]]


def starts_of_words(scene: dict[str, Any]) -> list[float]:
    """When words begin, from the times of characters."""
    characters = scene["characters"]
    assert "".join(characters) == TEXT
    begins = [at for at in range(len(characters)) if at == 0 or characters[at - 1] == " "]
    return [scene["starts"][at] for at in begins]


def close_to(times: list[float]) -> Any:
    return pytest.approx(times, abs=ROUNDED_S)


def test_the_python_sdk_hears_every_sample_once_and_reads_every_answer(url: str) -> None:
    scenes = python_client("elevenlabs_python", url)
    spoken = stream_tokens(url, TEXT)
    for name in ("convert", "stream", "dialogue", "with times", "realtime", "prefixed"):
        assert sound_of(scenes[name]) == spoken, name
    lines = scenes["lines"]
    assert b"".join(map(base64.b64decode, lines["pieces"])) == spoken
    for name in ("with times", "lines"):
        assert starts_of_words(scenes[name]) == close_to(word_starts(url)), name
    assert sound_of(scenes["usual"]).startswith((b"ID3", b"\xff"))  # a tag, or the head of a frame of mp3
    lists = scenes["lists"]
    assert lists["pages"] == lists["voices"][:6]
    assert {"espeak", "eleven_flash_v2_5"} <= set(lists["models"])
    assert (lists["status"], lists["limit"] > 0, lists["speed"]) == ("active", True, 1)
    told = scenes["refusals"]["told"]
    assert {name: each["status"] for name, each in told.items()} == {"text": 400, "key": 401}
    assert told["text"]["body"]["detail"]["status"] == "no_text"


def test_the_node_sdk_hears_every_sample_once_and_reads_every_answer(url: str) -> None:
    scenes = node_client("elevenlabs_node", url)
    spoken = stream_tokens(url, TEXT)
    for name in ("convert", "stream", "with times"):
        assert sound_of(scenes[name]) == spoken, name
    assert b"".join(map(base64.b64decode, scenes["lines"]["pieces"])) == spoken
    for name in ("with times", "lines"):
        assert starts_of_words(scenes[name]) == close_to(word_starts(url)), name
    assert scenes["lists"]["pages"] == scenes["lists"]["voices"][:3]
    assert scenes["lists"]["status"] == "active"
    assert scenes["refusal"]["body"]["detail"]["status"] == "no_text"


def test_livekits_service_hears_every_sample_once_also_behind_a_turn_that_was_dropped(url: str) -> None:
    scenes = python_client("elevenlabs_livekit", url)
    spoken = stream_tokens(url, TEXT)
    starts = word_starts(url)
    for name in (
        "speech",
        "speech interrupted",
        "dialogue",
        "dialogue interrupted",
        "mp3",
        "mp3 interrupted",
    ):
        for words in scenes[name]["words"]:
            assert [word.strip() for word, _, _ in words] == WORDS, name
            assert [at for _, at, _ in words] == close_to(starts), name
        for turn in scenes[name]["turns"]:
            sound = sound_of({"audio": turn})
            if name.startswith("mp3"):
                assert len(sound) / 44_100 == pytest.approx(len(spoken) / 48_000, abs=0.12), name
            else:
                assert sound == spoken, name
    for name in ("speech whole", "dialogue whole"):
        assert sound_of(scenes[name]).rstrip(b"\0") == spoken.rstrip(b"\0"), name  # it fills its last frame
    assert "en-us" in scenes["lists"]["voices"]
    assert scenes["log"]["lines"] == []


def test_pipecats_services_hear_every_sample_once_also_behind_an_interruption(url: str) -> None:
    scenes = python_client("elevenlabs_pipecat", url)
    spoken = stream_tokens(url, TEXT)
    starts = word_starts(url)
    for name in ("speech", "speech tokens", "dialogue"):
        assert [sound_of({"audio": turn}) == spoken for turn in scenes[name]["turns"]] == [True, True], name
        assert (scenes[name]["stopped"], scenes[name]["errors"]) == (2, []), name
        for words in scenes[name]["words"]:
            assert [word for word, _ in words] == WORDS, name
            assert [at for _, at in words] == close_to(starts), name
    sentences = [stream_tokens(url, each) for each in ("The quick brown fox jumps.", "Then it sleeps.")]
    assert [sound_of({"audio": turn}) for turn in scenes["http"]["turns"]] == [b"".join(sentences)] * 2
    assert [[word for word, _ in words] for words in scenes["http"]["words"]] == [WORDS] * 2
    for name in ("speech interrupted", "dialogue interrupted"):
        assert sound_of({"audio": scenes[name]["turns"][-1]}) == spoken, name
        assert [word for word, _ in scenes[name]["words"][-1]] == WORDS, name
        assert scenes[name]["errors"] == [], name
    assert scenes["log"]["lines"] == []
