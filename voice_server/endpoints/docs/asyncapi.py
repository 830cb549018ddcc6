"""The AsyncAPI document of the WebSockets, made from the Structs that read and write their messages.

https://www.asyncapi.com/docs/reference/specification/v3.0.0. A message of the client is one object whose keys
are all optional; the server's are told apart by `type`, and binary ones hold sound.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec

from voice_server.core.wire.client_messages import ClientMessage
from voice_server.core.wire.stream_messages import (
    SERVER_MESSAGES,
    ErrorMessage,
    ServerMessage,
    WarningMessage,
)
from voice_server.version import version

JsonSchema = dict[str, Any]

_SCHEMA: Final = "#/components/schemas/{name}"
_TEXT: Final = {"type": "string"}
_DESCRIPTION: Final = (
    "Tokens of a language model in, speech out. `/stream-tokens` takes text as it is written, and speaks "
    "each sentence as soon as it is certain; docs/protocol.md says what each message means. `/stream` speaks "
    "one text that stands in the URL."
)
_QUERY: Final = {
    "voice": "a name, an alias or a number",
    "backend": "the engine that speaks",
    "lang": "the language of the text, BCP 47",
    "token": "the server's token, where it asks for one",
}
_TOKENS_QUERY: Final = _QUERY | {
    "v": "2 for version 2 of the protocol, which a first message may ask for too"
}
_TEXT_QUERY: Final = _QUERY | {
    "text": "what is to be spoken",
    "speed": "a factor",
    "normalize": "on, off, or kinds with commas between",
    "script": "switch or keep",
    "code": "announce, skip or read",
    "emoji": "skip or say",
    "citations": "skip or say",
    "ssml": "true or false",
    "sentence_pause_ms": "silence between two sentences",
}


class StreamDone(msgspec.Struct, frozen=True):
    """The end of `/stream`: everything has been sent."""

    done: bool


def asyncapi_document(root_path: str, host: str, protocol: str) -> JsonSchema:
    """Return the AsyncAPI 3.0 document of a server as its client reaches it: `ws` or `wss` at a host."""
    text_of_server = [_name_of(each) for each in SERVER_MESSAGES]
    of_text_stream = [_name_of(WarningMessage), _name_of(ErrorMessage), "streamDone"]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "voice-server", "version": version(), "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {"this": {"host": host, "protocol": protocol} | _pathname(root_path)},
        "channels": {
            "streamTokens": _channel("/stream-tokens", _TOKENS_QUERY, ["client", "audio", *text_of_server]),
            "stream": _channel("/stream", _TEXT_QUERY, ["audio", *of_text_stream]),
        },
        "operations": {
            "takeText": _operation("receive", "streamTokens", ["client"]),
            "sendSpeech": _operation("send", "streamTokens", ["audio", *text_of_server]),
            "sendText": _operation("send", "stream", ["audio", *of_text_stream]),
        },
        "components": {
            "messages": {
                "client": _message(ClientMessage, "What a client says"),
                "streamDone": _message(StreamDone, "The end of /stream"),
                "audio": {
                    "name": "audio",
                    "title": "Sound",
                    "summary": "PCM, int16 little endian mono at 24 000 Hz, or what `format` asks for",
                    "contentType": "application/octet-stream",
                    "payload": {"type": "string", "format": "binary"},
                },
                **{_name_of(each): _message(each, _name_of(each)) for each in SERVER_MESSAGES},
            },
            "schemas": _schemas(),
        },
    }


@cache
def _schemas() -> dict[str, JsonSchema]:
    kinds: list[type[msgspec.Struct]] = [ClientMessage, StreamDone, *SERVER_MESSAGES]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_SCHEMA)
    return {name: _of_draft_7(schema) for name, schema in schemas.items()}


def _of_draft_7(schema: Any) -> Any:
    """A JSON schema in the draft that AsyncAPI takes: a tuple has its items listed in `items`."""
    if isinstance(schema, list):
        return [_of_draft_7(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _of_draft_7(each) for key, each in schema.items()}
    if "prefixItems" in changed:
        changed |= {"items": changed.pop("prefixItems"), "additionalItems": False}
    return changed


def _pathname(root_path: str) -> JsonSchema:
    return {"pathname": root_path} if root_path else {}


def _name_of(kind: type[ServerMessage]) -> str:
    """What a message's `type` says."""
    return str(kind.__struct_config__.tag)


def _message(kind: type[msgspec.Struct], title: str) -> JsonSchema:
    return {
        "name": title,
        "title": title,
        "summary": (kind.__doc__ or "").partition("\n")[0],
        "payload": {"$ref": _SCHEMA.format(name=kind.__name__)},
    }


def _channel(address: str, query: dict[str, str], messages: list[str]) -> JsonSchema:
    properties = {name: _TEXT | {"description": text} for name, text in query.items()}
    return {
        "address": address,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"ws": {"method": "GET", "query": {"type": "object", "properties": properties}}},
    }


def _operation(action: str, channel: str, messages: list[str]) -> JsonSchema:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }
