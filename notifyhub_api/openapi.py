"""The OpenAPI document, generated from the operations and the models of requests and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from notifyhub import __version__
from notifyhub.requests.base import built
from notifyhub_api import problems
from notifyhub_api.idempotency import REPLAYED
from notifyhub_api.kind import Kind
from notifyhub_api.kinds import KINDS
from notifyhub_api.operations import IDEMPOTENCY, Operation, Parameter

TITLE = "notifyhub"
ABOUT = (
    "One call, every messenger: Telegram, Viber, WhatsApp and an HTTP gateway; never twice, never lost.\n\n"
    "Errors are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem documents that name everything wrong at "
    "once; their `type` leads to an explanation and what to do ([all of them](/problems/)). `X-Request-ID` is "
    "returned, or created if absent, and is in every log line of the request.\n\n"
    "A body is JSON in UTF-8 whatever `Content-Type` says, at most 128 levels deep. It may come with "
    "`Content-Encoding: gzip`; its limit is that of the unpacked body. A path with an extra slash "
    "at its end is not found. A `POST` or `PATCH` with an `Idempotency-Key` may be repeated safely."
)
STORED = "`true` if this is the stored answer to an earlier request with the same Idempotency-Key"
KEY = "ApiKey"
KEY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, `nh_…`. `notifyhub serve` shows the first, `notifyhub key create` creates more.",
}
REQUEST_ID = "RequestId"
REQUEST_ID_HEADER = {"description": "the caller's own X-Request-ID, or a new one", "schema": {"type": "string"}}

# By model, and "validation" or "serialization".
Refs = Mapping[Any, JsonSchemaValue]


class _Schema(GenerateJsonSchema):
    """Without a title for every field, and without null in answers: absent members are left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def openapi(operations: Sequence[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1 of these operations."""
    refs, schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, refs)
    refusals = {status for operation in operations for status in operation.problems}
    tags = {operation.tag.name: operation.tag.description for operation in operations}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": description} for name, description in tags.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {_problem_name(status): _problem(status) for status in sorted(refusals)},
            "headers": {REQUEST_ID: REQUEST_ID_HEADER},
            "securitySchemes": {KEY: KEY_SCHEME},
        },
    }


def _schemas(operations: Sequence[Operation]) -> tuple[Refs, dict[str, Any]]:
    asked = {built(operation.request) for operation in operations if operation.request is not None}
    answered = {model for operation in operations for model in operation.answers.values() if model is not None}
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in asked]
    wanted += [(model, "serialization") for model in answered | {problems.Problem}]
    wanted.sort(key=lambda entry: entry[0].__name__)
    refs, document = models_json_schema(wanted, ref_template="#/components/schemas/{model}", schema_generator=_Schema)
    return refs, document["$defs"]


def _operation(operation: Operation, refs: Refs) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag.name],
        "summary": operation.summary,
        # For a scheme that is not OAuth 2 these are the roles needed (OpenAPI 3.1, Security Requirement Object).
        "security": [] if operation.scope is None else [{KEY: [operation.scope]}],
        "responses": _responses(operation, refs),
    }
    about = [operation.description] if operation.description else []
    about += [] if operation.scope is None else [f"Needs a key with the scope `{operation.scope}`."]
    if about:
        made["description"] = "\n\n".join(about)
    parameters = [*operation.parameters, *([IDEMPOTENCY] if operation.takes_names else [])]
    if parameters:
        made["parameters"] = [_parameter(parameter) for parameter in parameters]
    if operation.request is not None:
        body = _json(refs[operation.request, "validation"], operation.example_request)
        made["requestBody"] = {"required": operation.request_required, "content": body}
    if operation.media:
        content = {media: {"schema": {"type": "string"}} for media in operation.media}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": dict(parameter.schema() if callable(parameter.schema) else parameter.schema),
    }


def _responses(operation: Operation, refs: Refs) -> dict[str, Any]:
    given: dict[str, dict[str, Any]] = {}
    for status, model in operation.answers.items():
        example = operation.example_answer if status < 400 else None
        given[str(status)] = {
            "description": "Done" if model is None else (model.__doc__ or model.__name__).strip().partition("\n")[0],
            "headers": _answer_headers(operation) if status < 400 else _request_id(),
        }
        if model is not None:
            content = _json(refs[model, "serialization"], example, plain=status in operation.text)
            given[str(status)]["content"] = content
    if operation.tables:
        answered = given.setdefault(
            "200", {"description": operation.summary, "headers": _answer_headers(operation), "content": {}}
        )
        answered["content"] |= {media: {"schema": {"type": "string"}} for media in operation.tables}
    refused = {
        str(status): {"$ref": f"#/components/responses/{_problem_name(status)}"} for status in operation.problems
    }
    return {**given, **refused}


def _answer_headers(operation: Operation) -> dict[str, Any]:
    once = {REPLAYED: STORED} if operation.takes_names else {}
    limits = {} if operation.scope is None else problems.RATE_LIMITS
    return {**_headers({**operation.headers, **once, **limits}), **_request_id()}


def _problem_name(status: int) -> str:
    return f"problem-{status}"


def _problem(status: int) -> dict[str, Any]:
    meant = [kind for kind in KINDS if kind.status == status]
    told = {name: text for kind in meant for name, text in kind.headers.items()}
    if any(kind.after_admission for kind in meant):
        told.update(problems.RATE_LIMITS)
    return {
        "description": "\n\n".join(f"`{kind.type}`: {kind.means}" for kind in meant),
        "headers": {**_headers(told), **_request_id()},
        "content": {problems.MEDIA_TYPE: _problem_content(meant)},
    }


def _problem_content(meant: Sequence[Kind]) -> dict[str, Any]:
    """Only these kinds, with an example of each."""
    of_these = {"properties": {"type": {"enum": [kind.type for kind in meant]}}}
    return {
        "schema": {"allOf": [{"$ref": f"#/components/schemas/{problems.Problem.__name__}"}, of_these]},
        "examples": {kind.name: {"summary": kind.means, "value": kind.example} for kind in meant},
    }


def _headers(told: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"description": told[name], "schema": {"type": "string"}} for name in told}


def _request_id() -> dict[str, Any]:
    return {"X-Request-ID": {"$ref": f"#/components/headers/{REQUEST_ID}"}}


def _json(schema: JsonSchemaValue, example: Any, plain: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"text/plain" if plain else "application/json": content}
