"""What the emulator's own endpoints share: JSON, problems, models and query parameters."""

from __future__ import annotations

from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.emulator.shared.wire import problem

Model = TypeVar("Model", bound=BaseModel)


class BadParameter(Exception):
    """An invalid query parameter."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(name, fault)
        self.name = name
        self.fault = fault


class BadBody(Exception):
    """An invalid body; `answer` says why."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


async def body_of(request: Request, model: type[Model]) -> Model:
    """The body of a request as `model`. Raises `BadBody`."""
    body = await request.body()
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise BadBody(problem_response(422, "Unprocessable Content", errors_of(body, error))) from error


def bad_parameter(_: Request, bad: Exception) -> Response:
    """Starlette's handler for BadParameter."""
    assert isinstance(bad, BadParameter)
    return problem_response(400, "Bad Request", [{"field": bad.name, "message": bad.fault}])


def json_response(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


def problem_response(status: int, title: str, errors: list[dict[str, str]]) -> Response:
    answer = problem(status, title, errors)
    return Response(answer.body, status, media_type="application/problem+json")


def errors_of(body: bytes, error: ValidationError) -> list[dict[str, str]]:
    """The faults of a JSON text, with `field` and `message`.

    One item for each field: pydantic has one for every possible form of a field.
    """
    messages: dict[str, list[str]] = {}
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        messages.setdefault(_field(body, one), []).append(one["msg"])
    return [{"field": field, "message": "; ".join(dict.fromkeys(found))} for field, found in messages.items()]


def _field(body: bytes, error: ErrorDetails) -> str:
    """The place of the error, without pydantic's internal names."""
    place, path = error["loc"], []
    try:
        rest: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    for part in place:
        if _has(rest, part):
            path.append(str(part))
            rest = rest[part]
    return ".".join([*path, str(place[-1])] if error["type"] == "missing" else path)


def _has(value: Any, part: int | str) -> bool:
    return isinstance(part, int) if isinstance(value, list) else isinstance(value, dict) and part in value


def number_of(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name)
    if not text:
        return default
    number = integer_of(text, low=low, high=high)
    if number is None:
        raise BadParameter(name, f"must be an integer from {low} to {high}")
    return number


def integer_of(text: str, *, low: int, high: int) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(high)) else -1
    return number if low <= number <= high else None
