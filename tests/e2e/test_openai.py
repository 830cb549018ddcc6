"""OpenAI's own SDKs, and requests as the programs that speak OpenAI's interface send them."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import av
import openai
import pytest
import requests

from tests.e2e.live import live_server

INPUT = "The quick brown fox jumps over the lazy dog. Then it sleeps."
LONG_INPUT = " ".join(f"Sentence number {number} of this answer is here." for number in range(200))
OPENAI_FORMATS: Final = ("mp3", "opus", "aac", "flac", "wav", "pcm")


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with live_server() as url:
        yield f"{url}/v1"


@pytest.fixture
def client(base: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base, api_key="none", max_retries=0, timeout=15) as made:
        yield made


def seconds(content: bytes, form: str) -> float:
    if form == "pcm":
        return len(content) / 48_000
    with av.open(io.BytesIO(content), "r") as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


# ------------------------------------------------------------------ the Python SDK


def test_all_six_formats_hold_the_same_length_of_speech(client: openai.OpenAI) -> None:
    lengths = {}
    for form in OPENAI_FORMATS:
        answer = client.audio.speech.create(model="tts-1", voice="alloy", input=INPUT, response_format=form)
        lengths[form] = seconds(answer.content, form)
    assert lengths["pcm"] > 2
    assert max(lengths.values()) - min(lengths.values()) <= 0.12, lengths


def test_the_sdk_streams_into_a_file(client: openai.OpenAI, tmp_path: Path) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts",
        voice="coral",
        input=INPUT,
        instructions="Be cheerful.",
        response_format="wav",
    ) as answer:
        assert answer.headers["Content-Type"] == "audio/wav"
        answer.stream_to_file(tmp_path / "speech.wav")
    assert seconds((tmp_path / "speech.wav").read_bytes(), "wav") > 2


def test_the_first_piece_comes_before_the_last_sentence_is_rendered(client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=LONG_INPUT, response_format="pcm"
    ) as answer:
        pieces = answer.iter_bytes(4096)
        first = len(next(pieces))
        assert first == 4096
        whole = first + sum(map(len, pieces))
    assert whole / 48_000 > 200


def test_the_sdk_reads_events(client: openai.OpenAI) -> None:
    stream = client.post(
        "/audio/speech",
        body={
            "model": "tts-1",
            "voice": "nova",
            "input": INPUT,
            "response_format": "pcm",
            "stream_format": "sse",
        },
        cast_to=object,
        stream=True,
        stream_cls=openai.Stream[Any],
    )
    events = list(stream)
    kinds = [event["type"] for event in events]
    assert kinds == ["speech.audio.delta"] * (len(kinds) - 1) + ["speech.audio.done"]
    audio = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert seconds(audio, "pcm") > 2
    assert events[-1]["usage"]["total_tokens"] > 0


def test_a_voice_may_be_an_object_and_speed_is_obeyed(client: openai.OpenAI) -> None:
    def spoken(speed: float) -> float:
        answer = client.audio.speech.create(
            model="tts-1", voice={"id": "sage"}, input=INPUT, speed=speed, response_format="pcm"
        )
        return seconds(answer.content, "pcm")

    assert spoken(0.5) > 1.5 * spoken(1.0) > 1.5 * spoken(2.0)


def test_errors_are_the_sdks_own_with_their_fields(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.audio.speech.create(model="tts-1", voice="nobody", input=INPUT)
    assert (caught.value.code, caught.value.param) == ("unknown_voice", "voice")
    assert caught.value.type == "invalid_request_error"
    with pytest.raises(openai.BadRequestError, match=r"speed must be a number from 0\.25 to 4"):
        client.audio.speech.create(model="tts-1", voice="alloy", input=INPUT, speed=9)
    with pytest.raises(openai.NotFoundError) as missing:
        client.audio.speech.create(model="whisper-1", voice="alloy", input=INPUT)
    assert missing.value.code == "model_not_found"


def test_a_wrong_key_is_an_authentication_error() -> None:
    def speak(url: str, key: str) -> bytes:
        with openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0) as client:
            return client.audio.speech.create(model="tts-1", voice="alloy", input=INPUT).content

    with live_server(token="right") as url:
        with pytest.raises(openai.AuthenticationError):
            speak(url, "wrong")
        assert speak(url, "right")


def test_models_are_listed_and_found(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert {"espeak", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"} <= set(names)
    assert client.models.retrieve("tts-1").owned_by == "voice-server"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5")


# ------------------------------------------------------------------ the Node SDK


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `import "openai"` works."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("there is no npm")
    folder = tmp_path_factory.mktemp("node")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "openai"]
    try:
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=90)
    except subprocess.TimeoutExpired:
        pytest.skip("npm could not install openai in time")
    if done.returncode:
        pytest.skip("npm could not install openai: is there a network?")
    return folder


_NODE = """
import OpenAI from "openai";
const client = new OpenAI({ baseURL: BASE, apiKey: "none", maxRetries: 0 });
const ask = { model: "gpt-4o-mini-tts", voice: "marin", input: "The quick brown fox jumps over it." };
const told = {};
const whole = await client.audio.speech.create({ ...ask, response_format: "wav" });
told.type = whole.headers.get("content-type");
told.head = Buffer.from(await whole.arrayBuffer()).subarray(0, 4).toString();
const streamed = await client.audio.speech.create({ ...ask, response_format: "pcm" });
told.bytes = 0;
for await (const piece of streamed.body) told.bytes += piece.length;
const events = await client.audio.speech.create({ ...ask, stream_format: "sse", response_format: "pcm" });
const lines = (await events.text()).trim().split("\\n\\n").map((line) => JSON.parse(line.slice(6)));
told.audio = lines.slice(0, -1).reduce((sum, each) => sum + Buffer.from(each.audio, "base64").length, 0);
told.last = lines.at(-1).type;
try { await client.audio.speech.create({ ...ask, voice: "nobody" }); } catch (error) {
  told.error = [error.status, error.code, error.param];
}
const controller = new AbortController();
const book = { ...ask, input: ask.input.repeat(500) };
const long = await client.audio.speech.create(book, { signal: controller.signal });
await long.body.getReader().read();
controller.abort();
told.models = [];
for await (const model of client.models.list()) told.models.push(model.id);
console.log(JSON.stringify(told));
"""


@pytest.mark.timeout(150)
def test_the_node_sdk_speaks_streams_aborts_and_reads_errors(base: str, node_folder: Path) -> None:
    program = node_folder / "speak.mjs"
    program.write_text(f"const BASE = {json.dumps(base)};\n{_NODE}")
    done = subprocess.run(
        ["node", str(program)], cwd=node_folder, check=False, capture_output=True, timeout=30
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert (told["type"], told["head"]) == ("audio/wav", "RIFF")
    assert told["bytes"] == told["audio"] > 48_000
    assert told["last"] == "speech.audio.done"
    assert told["error"] == [400, "unknown_voice", "voice"]
    assert "tts-1" in told["models"]


# ------------------------------------------------------------------ requests as other programs send them


def test_as_livekits_service_asks(base: str) -> None:
    assert requests.get(f"{base}/", timeout=5).status_code == 200  # its warm-up
    body: Any = {"model": "gpt-4o-mini-tts", "voice": "ash", "input": INPUT, "response_format": "mp3",
                 "speed": 1.0, "instructions": "", "stream_format": "sse"}  # fmt: skip
    with requests.post(f"{base}/audio/speech", json=body, stream=True, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        events = [json.loads(line[6:]) for line in answer.iter_lines() if line]
    audio = b"".join(base64.b64decode(event["audio"]) for event in events if "audio" in event)
    assert seconds(audio, "mp3") > 2


@pytest.mark.parametrize("voice", ["alloy", "ballad", "cedar", "marin", "verse"])
def test_as_pipecats_service_asks(base: str, voice: str) -> None:
    body: Any = {"input": INPUT, "model": "gpt-4o-mini-tts", "voice": voice, "response_format": "pcm"}
    with requests.post(f"{base}/audio/speech", json=body, stream=True, timeout=10) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "audio/pcm"
        assert seconds(b"".join(answer.iter_content(2048)), "pcm") > 2


def test_as_open_webui_asks(base: str) -> None:
    body: Any = {"model": "tts-1", "input": INPUT, "voice": "alloy"}
    answer = requests.post(f"{base}/audio/speech", json=body, timeout=10)
    assert seconds(answer.content, "mp3") > 2
    voices = requests.get(f"{base}/audio/voices", timeout=5).json()["voices"]
    assert all(set(voice) == {"id", "name"} for voice in voices)
    assert {"id": "tts-1"} in requests.get(f"{base}/audio/models", timeout=5).json()["models"]


def test_as_sillytavern_asks(base: str) -> None:
    body: Any = {"model": "tts-1", "input": INPUT, "voice": "af_bella", "response_format": "mp3", "speed": 1}
    answer = requests.post(f"{base}/audio/speech", json=body, timeout=10)
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert seconds(answer.content, "mp3") > 2


@pytest.mark.parametrize("form", ["mp3", "opus"])
def test_as_home_assistants_component_asks(base: str, form: Literal["mp3", "opus"]) -> None:
    body = {"model": "tts-1", "input": INPUT, "voice": "shimmer", "response_format": form, "speed": 1.0,
            "instructions": "", "chatterbox_only_key": {"deep": [1]}}  # fmt: skip
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base}/audio/speech", json.dumps(body).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
        content = b"".join(iter(lambda: answer.read(4096), b""))
    assert seconds(content, form) > 2


def test_as_users_of_kokoro_servers_ask(base: str) -> None:
    body: Any = {"model": "tts-1", "input": INPUT, "voice": "af_bella+af_sky(2)", "stream": False}
    answer = requests.post(f"{base}/audio/speech", json=body, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "cannot_mix")
    body |= {"voice": "af_sky", "lang_code": "a", "return_download_link": True, "normalization_options": {}}
    answer = requests.post(f"{base}/audio/speech", json=body, timeout=10)
    assert int(answer.headers["Content-Length"]) == len(answer.content)
