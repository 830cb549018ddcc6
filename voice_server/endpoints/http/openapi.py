"""The OpenAPI document, made from the operations and their Structs.

Nothing is written down twice: types, ranges and defaults come from the Structs that decode the requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from voice_server.endpoints.http.error_shapes import problem_type
from voice_server.endpoints.http.operations import JSON, Operation
from voice_server.version import version

JsonSchema = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{name}"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_GUARD_REFUSALS = (401, 403, 421)


def openapi_document(operations: Sequence[Operation], root_path: str = "") -> JsonSchema:
    """Return the OpenAPI 3.1 document of operations; `root_path` is in front of every path."""
    types = _types(operations)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    found = dict(zip(map(id, types), schemas, strict=True))
    for component in components.values():
        _allow_null(component)
    paths: dict[str, JsonSchema] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, found, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "voice-server", "version": version(), "description": _DESCRIPTION},
        "servers": [{"url": root_path or "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


_HEAD_BYTES = 64 * 1024
_DESCRIPTION = (
    "Text in, speech out. Null means absent and unknown fields are ignored. Tokens are streamed over the "
    "WebSocket /stream-tokens, which docs/protocol.md describes."
)


def _types(operations: Iterable[Operation]) -> list[Any]:
    named: list[Any] = []
    for each in operations:
        named.append(problem_type(each.path))
        named += [each.fields, *(kind for answer in each.answers.values() for kind in _alternatives(answer))]
    unique = {id(each): each for each in named if each is not None}
    return list(unique.values())


def _alternatives(answer: object) -> tuple[Any, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


def _allow_null(component: JsonSchema) -> None:
    """Null means absent: whatever may be left out may be null."""
    required = component.get("required", [])
    for name, schema in component.get("properties", {}).items():
        if name not in required and "default" in schema:
            default = schema.pop("default")
            component["properties"][name] = {"anyOf": [schema, {"type": "null"}], "default": default}


def _operation(
    operation: Operation, found: dict[int, JsonSchema], components: dict[str, JsonSchema]
) -> JsonSchema:
    described: JsonSchema = {
        "operationId": _operation_id(operation),
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation)],
        "responses": _responses(operation, found),
    }
    if operation.takes == "query":
        form = _form_schema(components[found[id(operation.fields)]["$ref"].rpartition("/")[2]])
        described["parameters"] += _form_parameters(form)
    elif operation.fields is not None:
        schema = found[id(operation.fields)]
        content = {JSON: {"schema": schema}}
        if operation.takes == "any":
            form = _form_schema(components[schema["$ref"].rpartition("/")[2]])
            content |= {kind: {"schema": form} for kind in _FORMS}
            described["description"] = "The fields may also stand in the URL's query."
        described["requestBody"] = {"required": True, "content": content}
    return described


def _form_schema(component: JsonSchema) -> JsonSchema:
    """The same fields as text: a form has no null and no objects."""
    properties = {}
    for name, schema in component["properties"].items():
        choices = [
            each for each in schema.get("anyOf", [schema]) if each.get("type") not in ("null", "object")
        ]
        flat = [
            inner for each in choices for inner in each.get("anyOf", [each]) if inner.get("type") != "null"
        ]
        if flat and all("$ref" not in each and each.get("type") != "object" for each in flat):
            properties[name] = flat[0] if len(flat) == 1 else {"anyOf": flat}
    return {"type": "object", "properties": properties, "required": component.get("required", [])}


def _operation_id(operation: Operation) -> str:
    words = operation.path.replace("{", "").replace("}", "").replace("/", "_").strip("_") or "root"
    slash = "_" if operation.path.endswith("/") and operation.path != "/" else ""
    return f"{operation.method.lower()}_{words}{slash}"


def _path_parameters(path: str) -> list[JsonSchema]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(operation: Operation) -> list[JsonSchema]:
    return [
        {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in operation.query.items()
    ]


def _form_parameters(form: JsonSchema) -> list[JsonSchema]:
    return [
        {"name": name, "in": "query", "required": name in form["required"], "schema": _within_head(schema)}
        | ({"explode": False} if _may_be_list(schema) else {})
        for name, schema in form["properties"].items()
    ]


def _may_be_list(schema: JsonSchema) -> bool:
    """Whether a field of a URL may be a list, whose words have commas between them."""
    return any(each.get("type") == "array" for each in schema.get("anyOf", [schema]))


def _within_head(schema: JsonSchema) -> JsonSchema:
    """A field of a URL: what it may hold is limited by the request head, which is refused with 431."""
    if schema.get("maxLength", 0) < _HEAD_BYTES:
        return schema
    described = {name: value for name, value in schema.items() if name != "maxLength"}
    return described | {"description": "The text to speak; a request head has at most 64 KiB."}


def _responses(operation: Operation, found: dict[int, JsonSchema]) -> JsonSchema:
    good = {
        kind: {}
        if answer is None
        else {"schema": _any_of([found[id(each)] for each in _alternatives(answer)])}
        for kind, answer in operation.answers.items()
    }
    problem = found[id(problem_type(operation.path))]
    responses: JsonSchema = {"200": {"description": "Done", "content": good}}
    if operation.has_parts:
        responses["206"] = {"description": "The part that Range asks for", "content": good}
    reading = () if operation.fields is None else (400, 413, 415)
    no_part = (416,) if operation.has_parts else ()
    for status in sorted({*operation.refusals, *reading, *no_part, *_GUARD_REFUSALS}):
        schema = problem
        health = operation.answers.get(JSON)
        if status == 503 and health is not None and operation.method == "GET":
            schema = _any_of(
                [problem, *(found[id(each)] for each in _alternatives(health))]
            )  # a degraded server describes itself too
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {JSON: {"schema": schema}},
        }
    return responses


def _any_of(schemas: list[JsonSchema]) -> JsonSchema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
