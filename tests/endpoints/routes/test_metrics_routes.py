"""`GET /metrics`: what the service counts, as Prometheus reads it."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.endpoints.serving import run, served


def test_a_server_tells_what_it_has_spoken() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            await client.post("/tts", json={"text": "One is here. Two is here."})
            answer = await client.get("/metrics")
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert 'voice_server_sentences_total{outcome="spoken"} 2.0' in answer.text

    run(main)


def test_every_line_can_be_read_by_prometheus() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.get("/metrics")
        families = {each.name: each for each in text_string_to_metric_families(answer.text)}
        (up,) = families["voice_server_backend_up"].samples
        assert (up.labels, up.value) == ({"backend": "one"}, 1.0)

    run(main)
