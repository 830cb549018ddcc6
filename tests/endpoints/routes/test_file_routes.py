"""`/synthesize-file`: a WAV file of known length."""

from __future__ import annotations

from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served


def test_the_file_is_a_wav_with_its_length() -> None:
    async def main() -> None:
        fields = {"text": "One is here.", "voice": "bert", "language": "de", "speed": 1.0}
        async with served() as server, server.client() as client:
            answer = await client.post("/synthesize-file", json=fields)
        assert answer.headers["Content-Type"] == "audio/wav"
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        assert int.from_bytes(answer.content[40:44], "little") == len(answer.content) - 44
        assert answer.content[44:] == pcm_of("One is here.")

    run(main)


def test_the_rate_can_be_chosen() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post("/synthesize-file", json={"text": "Hi.", "sample_rate": 8000})
        assert int.from_bytes(answer.content[24:28], "little") == 8000
        assert abs(len(answer.content) - 44 - len(pcm_of("Hi.")) / 3) <= 2

    run(main)
