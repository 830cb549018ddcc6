"""The document describes every message that is sent, and a real conversation is what it describes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import converse, listen, run, served
from voice_server.core.types import SpeechWarning
from voice_server.core.wire.stream_messages import SERVER_MESSAGES
from voice_server.endpoints.docs.asyncapi import asyncapi_document

DOCUMENT = asyncapi_document("", "localhost:8000", "ws")
MESSAGES = DOCUMENT["components"]["messages"]


def validator(message: str) -> Draft7Validator:
    return Draft7Validator({**MESSAGES[message]["payload"], "components": DOCUMENT["components"]})


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def test_every_operation_has_its_channel_s_messages() -> None:
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert all(each["$ref"].startswith(f"{channel}/messages/") for each in operation["messages"])


def test_every_message_of_a_conversation_is_described_as_it_is() -> None:
    said: list[dict[str, Any]] = [
        {"v": 2, "voice": "alba", "timestamps": "word", "keep_s": 5, "opts": {"speed": 1.0}, "nonsense": 1},
        {"token": "One is here. Two fails. Noticed here. ", "turn": "a"},
        {"flush": True, "id": 7},
        {"pause": True},
        {"resume": True},
        {"played_ms": 5, "turn": "a"},
        {"ping": 1.5},
        {"token": "It is cancelled."},
        {"cancel": True, "played_ms": 10},
        {"turn": "a", "token": "too late"},
        {"token": "The last one.", "turn": "b", "end": True},
    ]
    notices = {"Noticed here.": SpeechWarning("sentence_retried", "a worker died")}

    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, marks=True, failing={"Two fails.": 0}, notices=notices)
        async with served(pool) as server, server.connect() as socket:
            for message in said:
                assert validator("client").is_valid(message), message
                await socket.send(json.dumps(message))
            received = await listen(socket, until="turn_done")
            server.state.is_draining = True
            await server.state.drain(5)
            await listen(socket, received=received)
        for each in received.json:
            errors = [str(error) for error in validator(each["type"]).iter_errors(each)]
            assert not errors, each
        told = {each["type"] for each in received.json}
        assert told >= {
            "ready",
            "generating",
            "cancelled",
            "turn_done",
            "pong",
            "warning",
            "closing",
            "error",
        }

    run(main)


@pytest.mark.parametrize("version", [1, 2])
def test_a_whole_text_is_described_as_it_is_in_both_versions(version: int) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, marks=True, failing={"Two fails.": 0})
        async with served(pool) as server, server.connect() as socket:
            first = {"v": version, "timestamps": "word"}
            received = await converse(socket, first, {"token": "One is here. Two fails. "}, {"done": True})
        for each in received.json:
            assert not [str(error) for error in validator(each["type"]).iter_errors(each)], each
        assert received.json[-1] == {"type": "done"}

    run(main)


@pytest.mark.parametrize(
    "message",
    [{"token": 5}, {"markup": "html"}, {"resume": {"received": 1}}, {"format": {"frames": "other"}}],
)
def test_what_a_server_refuses_is_not_described(message: dict[str, Any]) -> None:
    assert not validator("client").is_valid(message)


def test_every_message_of_the_server_stands_in_it() -> None:
    kinds = {str(kind.__struct_config__.tag) for kind in SERVER_MESSAGES}
    assert kinds < set(MESSAGES)
    assert set(MESSAGES) - kinds == {"client", "audio", "streamDone"}


def test_it_is_served_with_the_address_at_which_it_was_asked_for() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            document = (await client.get("/asyncapi.json")).json()
            described = (await client.get("/", headers={"Accept": "application/json"})).json()
        described_here = asyncapi_document("", f"127.0.0.1:{server.port}", "ws")
        assert document == json.loads(json.dumps(described_here))  # tuples become lists
        assert described["endpoints"]["sockets"] == "/asyncapi.json"

    run(main)


def test_a_proxy_s_path_is_part_of_the_address() -> None:
    assert asyncapi_document("/voice", "speech.example", "wss")["servers"]["this"] == {
        "host": "speech.example",
        "protocol": "wss",
        "pathname": "/voice",
    }


def test_what_a_url_may_ask_for_is_described() -> None:
    def query_of(channel: str) -> set[str]:
        return set(DOCUMENT["channels"][channel]["bindings"]["ws"]["query"]["properties"])

    protocol = (Path(__file__).resolve().parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
    chapter = protocol[protocol.index("# `/stream?text=") :]
    assert {"token", "text", "voice"} | set(re.findall(r"`(\w+)`", chapter)) >= query_of("stream")
    assert query_of("streamTokens") == {"v", "voice", "backend", "lang", "token"}
