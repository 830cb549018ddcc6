"""The tools that agents are offered: what each takes, and what is said of it to the model that chooses it.

Names, types, ranges and descriptions stand in the Structs; the JSON schemas are made from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec

from voice_server.core.speech.speech_settings import MAX_VOICE_CHARS
from voice_server.endpoints.http.requests import FileText, Language, fields_from
from voice_server.endpoints.http.speech_fields import Speed
from voice_server.errors import UnknownName
from voice_server.sound_files.file_formats import FORMAT_OF_SUFFIX

INSTRUCTIONS: Final = (
    "Speaks aloud to the user on the loudspeakers. Write what is said as one would say it: short sentences, "
    "no code, no tables. Texts are heard one after the other; stop ends what you are saying."
)

AgentVoice = Annotated[
    str,
    msgspec.Meta(
        max_length=MAX_VOICE_CHARS, description="A voice of list_voices; leave it out to speak with your own."
    ),
]
Interrupt = Annotated[
    bool, msgspec.Meta(description="End what you are still saying; otherwise the text comes after it.")
]
Wait = Annotated[
    bool,
    msgspec.Meta(
        description="Return when the text has been heard, or how far it was when it was stopped; otherwise "
        "return at once."
    ),
]
FileName = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=4096,
        description=f"Make a file of sound and play nothing: {', '.join(FORMAT_OF_SUFFIX)}. A program on "
        "this machine saves it here; a server answers with the address to fetch it from.",
    ),
]


class SpeakArguments(msgspec.Struct, frozen=True, kw_only=True):
    """What `speak` takes."""

    text: FileText
    voice: AgentVoice | None = None
    language: Language | None = None
    speed: Speed | None = None
    interrupt: Interrupt = False
    wait: Wait = False
    file: FileName | None = None


class StopArguments(msgspec.Struct, frozen=True, kw_only=True):
    """What `stop` takes."""

    everything: Annotated[
        bool, msgspec.Meta(description="Also what other agents and programs are saying.")
    ] = False


class ListVoicesArguments(msgspec.Struct, frozen=True, kw_only=True):
    """What `list_voices` takes."""

    language: Language | None = None
    backend: (
        Annotated[str, msgspec.Meta(max_length=64, description="The engine whose voices are listed.")] | None
    ) = None


@dataclass(frozen=True, slots=True)
class ToolDescription:
    """A tool as clients show it, and the Struct of its arguments."""

    name: str
    title: str
    description: str
    arguments: type[msgspec.Struct]
    is_read_only: bool = False

    @property
    def input_schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments; a field that may be left out need not be null."""
        (reference,), components = msgspec.json.schema_components([self.arguments], ref_template="{name}")
        schema = dict(components[reference["$ref"]])
        schema["properties"] = {name: _without_null(each) for name, each in schema["properties"].items()}
        for key in ("title", "description"):
            schema.pop(key, None)
        return {**schema, "additionalProperties": False}


TOOLS: Final[Sequence[ToolDescription]] = (
    ToolDescription(
        "speak",
        "Speak aloud",
        "Speak a text to the user on the loudspeakers, or make a file of sound of it.",
        SpeakArguments,
    ),
    ToolDescription(
        "stop",
        "Stop speaking",
        "End what you are saying and what waits to be said.",
        StopArguments,
    ),
    ToolDescription(
        "list_voices",
        "List voices",
        "List the voices that there are, and which one is yours.",
        ListVoicesArguments,
        is_read_only=True,
    ),
)


def arguments_of(kind: type[msgspec.Struct], given: Mapping[str, Any] | None) -> Any:
    """The arguments of a call as the Struct of its tool.

    Raises RequestError with what is allowed, also for an argument that there is not: a model that misspells
    one is to try again.
    """
    known = kind.__struct_fields__
    for name in given or {}:
        if name not in known:
            raise UnknownName("argument", name, known)
    return fields_from(given or {}, kind)


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a field whose default is null without that null."""
    kept = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    alternatives = [each for each in kept.pop("anyOf", []) if each.get("type") != "null"]
    if len(alternatives) == 1:
        return {**kept, **alternatives[0]}
    return {**kept, "anyOf": alternatives} if alternatives else kept
