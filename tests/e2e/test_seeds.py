"""The clients of the systems that this server unites, with nothing changed but the port.

curl, Python's requests, fetch in Node and a Flask application send what those systems' documents tell people
to send, and get what they tell them to expect.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
import requests

from tests.e2e.live import live_server

WORDS = ["Hello", "this", "is", "a", "test"]
SENTENCE = "Hello, this is a test."


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with live_server() as base:
        yield base


def seconds(content: bytes) -> float:
    """How long a WAV file plays, read as a file of known length."""
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        return float(file.getnframes() / file.getframerate())


def streamed_seconds(content: bytes) -> float:
    assert content[:4] == b"RIFF"
    assert content[40:44] == b"\xff" * 4
    return len(content[44:]) / 48_000


def curl(*arguments: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    subprocess.run(["curl", "--silent", "--show-error", "--fail", *arguments], check=True, timeout=15)


def node(script: str, base: str) -> Any:
    if shutil.which("node") is None:
        pytest.skip("there is no node")
    program = f"const BASE = {json.dumps(base)};\n{script}"
    done = subprocess.run(
        ["node", "--input-type=module", "-e", program], check=True, timeout=15, capture_output=True
    )
    return json.loads(done.stdout)


# ------------------------------------------------------------------ the speaking server: /synthesize-file


def test_the_information_routes_answer_with_json(url: str) -> None:
    for path in ("/", "/health", "/voices", "/languages"):
        answer = requests.get(url + path, timeout=10)
        assert answer.status_code == 200
        assert answer.json()


def test_curl_saves_a_wav_file(url: str, tmp_path: Path) -> None:
    fields = {"text": "Hello world", "voice": "af_bella", "language": "en-us", "speed": 1.0}
    curl(
        *("-X", "POST", f"{url}/synthesize-file", "-H", "Content-Type: application/json"),
        *("-d", json.dumps(fields), "--output", str(tmp_path / "speech.wav")),
    )
    assert 0.3 < seconds((tmp_path / "speech.wav").read_bytes()) < 3


def test_a_page_fetches_a_blob(url: str) -> None:
    script = """
        const response = await fetch(`${BASE}/synthesize-file`, {
            method: 'POST', headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ text: 'Hello, this is a demo.', voice: 'bf_emma', language: 'en-us' }),
        });
        const blob = await response.blob();
        console.log(JSON.stringify({ ok: response.ok, type: blob.type, size: blob.size }));
    """
    answer = node(script, url)
    assert answer["ok"]
    assert answer["type"] == "audio/wav"
    assert answer["size"] > 20_000


def test_a_flask_application_passes_the_file_on(url: str, tmp_path: Path) -> None:
    app = flask.Flask("relay")

    @app.post("/speak")
    def speak() -> flask.Response:
        given = flask.request.get_json()
        fields = {name: given.get(name, usual) for name, usual in
                  (("text", ""), ("voice", "af_bella"), ("language", "en-us"), ("speed", 1.0))}  # fmt: skip
        with requests.post(f"{url}/synthesize-file", json=fields, stream=True, timeout=10) as answer:
            answer.raise_for_status()
            with (tmp_path / "relayed.wav").open("wb") as file:
                for piece in answer.iter_content(chunk_size=8192):
                    file.write(piece)
        content = (tmp_path / "relayed.wav").read_bytes()
        return flask.Response(content, mimetype="audio/wav")

    answer = app.test_client().post("/speak", json={"text": "Hello from Flask."})
    assert answer.mimetype == "audio/wav"
    assert 0.5 < seconds(answer.data) < 4


# ------------------------------------------------------------------ the timed server: /tts/


def check_document(document: dict[str, Any], words: list[str]) -> None:
    duration = seconds(base64.b64decode(document["audio"]))
    assert document["audio_format"] == "wav"
    assert document["sample_rate"] == 24_000
    assert document["total_duration"] == pytest.approx(duration, abs=0.01)
    assert [each["word"] for each in document["word_timestamps"]] == words
    at = 0.0
    for each in document["word_timestamps"]:
        assert at <= each["start_time"] <= each["end_time"] <= duration + 0.01
        at = each["start_time"]
        assert {"phonemes", "whitespace"} <= set(each)


def test_requests_gets_audio_with_word_times(url: str) -> None:
    fields: Any = {"text": SENTENCE, "voice": "af_bella", "speed": 1.0, "include_timestamps": True}
    document = requests.post(f"{url}/tts/", json=fields, timeout=10).json()
    check_document(document, WORDS)
    assert document["text"] == SENTENCE
    assert document["speed"] == 1.0


def test_requests_saves_a_stream(url: str) -> None:
    fields: Any = {"text": SENTENCE, "voice": "af_bella", "speed": 1.0, "include_timestamps": False}
    with requests.post(f"{url}/tts/", json=fields, stream=True, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "audio/wav"
        assert answer.headers["X-Voice"]
        assert float(answer.headers["X-Speed"]) == 1.0
        assert answer.headers["X-Text-Length"] == str(len(SENTENCE))
        assert answer.headers["X-Include-Timestamps"].lower() == "false"
        content = b"".join(answer.iter_content(chunk_size=8192))
    assert 0.5 < streamed_seconds(content) < 4


def test_curl_gets_a_document_for_json_and_for_form_data(url: str, tmp_path: Path) -> None:
    fields = {"text": "Hello world", "voice": "af_bella", "speed": 1.0, "include_timestamps": True}
    curl("-X", "POST", f"{url}/tts/", "-H", "Content-Type: application/json", "-d", json.dumps(fields),
         "--output", str(tmp_path / "response.json"))  # fmt: skip
    check_document(json.loads((tmp_path / "response.json").read_text()), ["Hello", "world"])
    curl("-X", "POST", f"{url}/tts/", "-d", "text=Hello world", "-d", "voice=af_bella", "-d", "speed=1.0",
         "-d", "include_timestamps=true", "--output", str(tmp_path / "form.json"))  # fmt: skip
    check_document(json.loads((tmp_path / "form.json").read_text()), ["Hello", "world"])
    curl("-X", "POST", f"{url}/tts/", "-F", "text=Hello world", "-F", "include_timestamps=false",
         "--output", str(tmp_path / "output.wav"))  # fmt: skip
    assert 0.3 < streamed_seconds((tmp_path / "output.wav").read_bytes()) < 3


def test_fetch_finds_the_word_at_a_time(url: str) -> None:
    script = """
        const response = await fetch(`${BASE}/tts/`, {
            method: 'POST', headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ text: 'Hello, this is a test.', voice: 'af_bella', speed: 1.0,
                                   include_timestamps: true }),
        });
        const data = await response.json();
        const bytes = Uint8Array.from(atob(data.audio), (c) => c.charCodeAt(0));
        const at = data.total_duration * 0.99;
        const word = data.word_timestamps.filter((each) => each.start_time <= at).at(-1);
        console.log(JSON.stringify({ size: bytes.length, word: word.word }));
    """
    answer = node(script, url)
    assert answer["word"] == "test"
    assert answer["size"] > 20_000


def test_fetch_streams_into_a_blob(url: str) -> None:
    script = """
        const response = await fetch(`${BASE}/tts/`, {
            method: 'POST', headers: { 'Content-Type': 'application/json' }, stream: true,
            body: JSON.stringify({ text: 'Hello, this is a test.', voice: 'af_bella',
                                   include_timestamps: false }),
        });
        const blob = await response.blob();
        console.log(JSON.stringify({ type: blob.type, size: blob.size }));
    """
    answer = node(script, url)
    assert answer["type"] == "audio/wav"
    assert answer["size"] > 20_000


def test_an_unknown_voice_is_a_400_that_lists_voices(url: str) -> None:
    answer = requests.post(f"{url}/tts/", json={"text": "Hi", "voice": "invalid_voice"}, timeout=10)
    assert answer.status_code == 400
    assert "invalid_voice" in answer.json()["error"]


def test_lists_and_health_have_the_fields_that_clients_read(url: str) -> None:
    voices = requests.get(f"{url}/tts/voices", timeout=10).json()
    assert voices["count"] == len(voices["voices"]) > 50
    health = requests.get(f"{url}/tts/health", timeout=10).json()
    assert {
        "status": "healthy",
        "voices_available": voices["count"],
        "model_loaded": True,
    }.items() <= health.items()
    described = requests.get(f"{url}/tts/", timeout=10).json()
    assert {"service", "version", "endpoints", "parameters", "features"} <= set(described)


# ------------------------------------------------------------------ the plain server: /tts, /tts/stream


@pytest.mark.parametrize("how", ["params", "data", "json"])
def test_a_file_and_a_stream_hold_the_same_speech(url: str, how: str) -> None:
    fields: Any = {"text": SENTENCE, "voice": "af_bella", "speed": 1.0, "format": "wav"}
    whole = requests.post(f"{url}/tts", timeout=10, **{how: fields})
    stream = requests.post(f"{url}/tts/stream", timeout=10, **{how: fields})
    assert whole.headers["Content-Type"] == stream.headers["Content-Type"] == "audio/wav"
    assert seconds(whole.content) == pytest.approx(streamed_seconds(stream.content))
    assert whole.content[44:] == stream.content[44:]


def test_speech_is_there_without_the_version_in_the_path(url: str) -> None:
    fields = {"model": "kokoro-alias-of-nobody", "input": SENTENCE, "voice": "af_bella"}
    assert requests.post(f"{url}/audio/speech", json=fields, timeout=10).status_code == 404
    answer = requests.post(f"{url}/audio/speech", json=fields | {"model": "tts-1"}, timeout=10)
    assert answer.headers["Content-Type"] == "audio/mpeg"
