"""Words are said as the server's file and the request say, on every route; the file may change meanwhile."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from voice_server.config import Config, load_config, with_backends
from voice_server.errors import ConfigError
from voice_server.serving.composition import open_service, running_server

ROOT = Path(__file__).resolve().parents[2]


def config_with(words: Path) -> Config:
    espeak = with_backends(load_config(ROOT / "backends.yaml"), ["espeak"])
    return msgspec.structs.replace(espeak, pronunciations=words)


async def turn(socket: ClientConnection, name: str, text: str, **config: Any) -> list[dict[str, Any]]:
    """The JSON messages of one turn, to its end."""
    await socket.send(json.dumps({"v": 2, "timestamps": "word", **config}) if config or name == "1" else "{}")
    await socket.send(json.dumps({"token": text, "turn": name, "end": True}))
    told = []
    async for message in socket:
        if isinstance(message, str):
            told.append(json.loads(message))
            if told[-1].get("type") == "turn_done":
                break
    return told


def spoken(told: list[dict[str, Any]]) -> list[str]:
    return [each["spoken"] for each in told if each.get("type") == "sentence"]


def run(main: Any) -> None:
    async def limited() -> None:
        async with asyncio.timeout(30):
            await main

    asyncio.run(limited())


def test_a_stream_says_words_as_file_and_session_have_them_and_marks_what_was_typed(tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("{Nginx: engine x, SQL: {say: sequel, backends: {espeak: see quel}}}")

    async def main() -> None:
        async with running_server(config_with(words)) as url, connect(f"ws{url[4:]}/stream-tokens") as socket:
            text = "Nginx's **SQL** is a GIF."
            told = await turn(socket, "1", text, pronunciations={"GIF": {"ipa": "dʒɪf"}, "SQL": "sequel"})
            (words_told,) = [each["words"] for each in told if each["type"] == "words"]
            typed = [text[start:end] for _, _, _, start, end in words_told]
            assert spoken(told) in (
                ["engine x's sequel is a GIF."],
                ["engine x's sequel is a [GIF](/dʒˈɪf/)."],
            )
            assert [typed[0], typed[2], typed[-1]] == ["Nginx", "SQL", "GIF"]
            told = await turn(socket, "2", text)
            assert spoken(told)[0].startswith("engine x's sequel")
            told = await turn(socket, "3", text, pronunciations={})
            assert spoken(told) == ["engine x's see quel is a GIF."]

    run(main())


def test_a_stream_takes_over_the_file_that_changed_and_keeps_the_old_one_at_a_mistake(tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("Nginx: engine x")

    async def said_from(socket: ClientConnection, name: str, other_than: str) -> str:
        said = other_than
        for number in range(100):
            (said,) = spoken(await turn(socket, f"{name}{number}", "Nginx."))
            if said != other_than:
                break
            await asyncio.sleep(0.1)
        return said

    async def main() -> None:
        async with running_server(config_with(words)) as url, connect(f"ws{url[4:]}/stream-tokens") as socket:
            assert spoken(await turn(socket, "1", "Nginx.")) == ["engine x."]
            words.write_text("Nginx: another engine")
            assert await said_from(socket, "a", "engine x.") == "another engine."
            words.write_text("Nginx: {ipa: '5'}")
            await asyncio.sleep(1.5)
            assert spoken(await turn(socket, "2", "Nginx.")) == ["another engine."]

    run(main())


@pytest.mark.parametrize("route", ["/tts/", "/v1/audio/captioned"])
def test_http_says_words_as_the_request_has_them(tmp_path: Path, route: str) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("Nginx: engine x")
    text = "Nginx and SQL."

    async def main() -> None:
        async with running_server(config_with(words)) as url, httpx.AsyncClient(base_url=url) as client:
            name = "input" if route.startswith("/v1") else "text"
            own = {"SQL": "a long respelling of a word"}
            plain = await client.post(route, json={name: text})
            longer = await client.post(route, json={name: text, "pronunciations": own})
            assert (plain.status_code, longer.status_code) == (200, 200)
            marks = [each.json() for each in (plain, longer)]
            listed = [each.get("timestamps") or each.get("words") or each for each in marks]
            assert len(str(listed[1])) > len(str(listed[0]))
            wrong = await client.post(route, json={name: text, "pronunciations": {"SQL": {"sey": "x"}}})
            assert wrong.status_code == 400
            assert "pronunciations: 'SQL': unknown key 'sey'; did you mean say" in wrong.text
            assert "invalid_pronunciation" in wrong.text

    run(main())


def test_a_mistake_in_a_session_is_an_error_and_changes_nothing(tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("Nginx: engine x")

    async def main() -> None:
        async with running_server(config_with(words)) as url, connect(f"ws{url[4:]}/stream-tokens") as socket:
            await turn(socket, "1", "Nginx.")
            told = await turn(socket, "2", "Nginx.", pronunciations={"Nginx": 5})
            (error,) = [each for each in told if each["type"] == "error"]
            assert (error["code"], error["fatal"]) == ("invalid_pronunciation", False)
            assert "'Nginx' must be a respelling, or a mapping" in error["msg"]
            assert spoken(told) == ["engine x."]

    run(main())


def test_a_mistake_in_the_file_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("Nginx: {ipa: 5}")

    async def main() -> None:
        with (
            suppress(StopIteration),
            pytest.raises(ConfigError, match=r"^words.yaml: 'Nginx': ipa: expected"),
        ):
            async with open_service(config_with(words)):
                raise StopIteration

    run(main())
