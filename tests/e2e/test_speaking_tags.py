"""Tags in a text, through whole servers: pauses to the sample, voices and backends that change within one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from click.testing import CliRunner
from websockets.sync.client import connect

from tests.e2e.live import config_with, live_server
from voice_server.cli import cli
from voice_server.client import Audio, Cancelled, Sentence, TurnDone, WarningEvent, connect_sync

SECOND = 48_000  # bytes


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with live_server(config_with("tone", "espeak")) as url:
        yield url


def posted(base: str, **fields: Any) -> requests.Response:
    return requests.post(f"{base}/tts", json={"format": "pcm", **fields}, timeout=20)


def streamed(base: str, text: str, size: int, **how: Any) -> tuple[bytes, list[str], list[str]]:
    """The PCM of a text that comes in tokens, its sentences, and the codes of its warnings."""
    pcm, sentences, codes = b"", [], []
    with connect_sync(f"{base.replace('http', 'ws')}/stream-tokens", v=2, **how) as stream:
        for at in range(0, len(text), size):
            stream.send_text(text[at : at + size])
        stream.done()
        for event in stream:
            if isinstance(event, Audio):
                pcm += event.pcm
            elif isinstance(event, Sentence):
                sentences.append(event.text)
            elif isinstance(event, WarningEvent):
                codes.append(str(event.code))
    return pcm, sentences, codes


def sound(base: str, text: str, **fields: Any) -> bytes:
    return posted(base, text=text, **fields).content


def test_pauses_are_exact_and_the_rest_is_what_it_is_without_them(base: str) -> None:
    text = "[pause:300ms]One is here. [pause:1s][pause:500ms]Two is.<break time='250ms'/>"
    expected = (
        bytes(3 * SECOND // 10) + sound(base, "One is here.")
        + bytes(SECOND * 3 // 2) + sound(base, "Two is.") + bytes(SECOND // 4)
    )  # fmt: skip
    assert sound(base, text) == expected
    for size in (1, 4, 1000):
        assert streamed(base, text, size) == (expected, ["One is here.", "Two is."], [])


def test_voices_rates_and_backends_change_within_one_stream(base: str) -> None:
    text = "Low. [voice:high]High.[/voice][pause:0ms] [voice:espeak/de]Deutsch.[/voice] [rate:2]Fast.[/rate]"
    low, high, fast = (
        sound(base, each, voice=voice, options={"speed": speed})
        for each, voice, speed in (("Low.", "low", 1), ("High.", "high", 1), ("Fast.", "low", 2))
    )
    german = sound(base, "Deutsch.", backend="espeak", voice="de")
    expected = low + bytes(SECOND // 4) + high + german + bytes(SECOND // 8) + fast
    assert streamed(base, text, 3, voice="low")[0] == sound(base, text, voice="low") == expected


def test_speakers_take_turns_on_their_own_backends(base: str) -> None:
    speakers = {"Anna": "high", "Bob": {"backend": "espeak", "voice": "de", "speed": 1.5}}
    text = "Anna: Guten Tag.\n**Bob:** Hallo.\nCarl: Wer?"
    expected = b"".join((
        sound(base, "Guten Tag.", voice="high"),
        bytes(round(24_000 * 0.25 / 1.5) * 2),
        sound(base, "Hallo.", backend="espeak", voice="de", speed=1.5),
        bytes(round(24_000 * 0.25 / 1.5) * 2),
        sound(base, "Carl: Wer?", backend="espeak", voice="de", speed=1.5),
    ))  # fmt: skip
    assert sound(base, text, speakers=speakers) == expected
    assert streamed(base, text, 1, speakers=speakers) == (
        expected, ["Guten Tag.", "Hallo.", "Carl: Wer?"], []
    )  # fmt: skip


def test_what_cannot_be_done_is_told_and_the_text_is_spoken(base: str) -> None:
    text = "[voice:nobody]One is here.[/voice] [rate:99]Two.[/rate] [pause:20s]Three."
    pcm, sentences, codes = streamed(base, text, 5)
    assert sentences == ["One is here.", "Two.", "Three."]
    assert sorted(codes) == ["value_clamped", "value_clamped", "voice_kept"]
    assert bytes(10 * SECOND) in pcm


def test_an_unknown_voice_of_a_speaker_is_refused_with_what_there_is(base: str) -> None:
    refused = posted(base, text="Hi.", speakers={"Anna": "nobody"})
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_voice")
    assert refused.json()["error"].startswith("speaker Anna: unknown voice 'nobody'")


def test_a_barge_in_tells_what_was_heard_with_its_tags(base: str) -> None:
    text = "[voice:high]One is here.[/voice] [pause:2s]Two is here."
    with connect_sync(f"{base.replace('http', 'ws')}/stream-tokens", v=2, timestamps="word") as stream:
        stream.send_text(text)
        stream.end()
        for event in stream:
            if isinstance(event, TurnDone):
                stream.cancel(played_ms=1200)
            elif isinstance(event, Cancelled):
                assert event.heard == "[voice:high]One is here."
                assert event.heard + event.unheard == text
                return
    pytest.fail("nothing was cancelled")


SSML = "<speak><s>One &amp; one.</s><break time='1s'/><voice name='high'>Two.</voice></speak>"


def expected_of_ssml(base: str, backend: str, other: str) -> bytes:
    one, two = (
        sound(base, text, backend=backend, **({"voice": voice} if voice else {}))
        for text, voice in (("One and one.", ""), ("Two.", other))
    )
    return one + bytes(SECOND) + two


@pytest.mark.parametrize(("backend", "other"), [("tone", "high"), ("espeak", "de")])
def test_ssml_is_the_same_by_every_route_and_on_every_backend(base: str, backend: str, other: str) -> None:
    text = SSML.replace("high", other)
    expected = expected_of_ssml(base, backend, other)
    socket = base.replace("http", "ws")
    by_url, parts = f"{base}/tts", {"text": text, "backend": backend, "format": "pcm"}
    assert sound(base, text, backend=backend, ssml=True) == expected
    assert sound(base, text, backend=backend, options={"ssml": True}) == expected
    assert requests.get(by_url, params={**parts, "ssml": "true"}, timeout=20).content == expected
    assert requests.post(by_url, data={**parts, "ssml": "true"}, timeout=20).content == expected
    openai: dict[str, Any] = {"input": text, "model": backend, "ssml": True, "response_format": "pcm"}
    assert requests.post(f"{base}/v1/audio/speech", json=openai, timeout=20).content == expected
    with connect(f"{socket}/stream?ssml=true&backend={backend}&text={quote(text)}") as stream:
        assert b"".join(each for each in stream if isinstance(each, bytes)) == expected
    for how in ({"ssml": True}, {"markup": "ssml"}, {"opts": {"ssml": True}}):
        for size in (1, 7, 1000):
            pcm, sentences, codes = streamed(base, text, size, backend=backend, **how)
            assert (pcm, sentences, codes) == (expected, ["One & one.", "Two."], [])


def test_speak_reads_ssml(base: str, tmp_path: Path) -> None:
    for ssml in ([], ["--ssml"]):
        file = tmp_path / f"{len(ssml)}.pcm"
        arguments = ["speak", SSML, "--url", base.replace("http", "ws"), "-o", str(file), *ssml]
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "1.pcm").read_bytes() == expected_of_ssml(base, "tone", "high")
    assert (tmp_path / "0.pcm").read_bytes() != (tmp_path / "1.pcm").read_bytes()


def test_what_an_engine_cannot_do_of_ssml_is_told(base: str) -> None:
    text = "<prosody pitch='high' rate='2'>Hello.</prosody>"
    pcm, _, codes = streamed(base, text, 5, ssml=True)
    assert codes == ["style_ignored"]
    assert pcm == sound(base, "Hello.", speed=2.0)
    assert streamed(base, text, 5, ssml=True, backend="espeak")[2] == []
    answer = posted(base, text="<foo>Hello.</foo>", ssml=True)
    assert "ssml_ignored" in answer.headers["X-Warning"]


def test_espeak_s_own_ssml_is_had_with_the_markup_that_is_spoken(base: str) -> None:
    text = "Hello <break time='2s'/> you."
    raw, sentences, _ = streamed(base, text, 99, backend="espeak", markup="speak", opts={"ssml": True})
    assert sentences == [text]
    assert len(raw) > 2 * SECOND
