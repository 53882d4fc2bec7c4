"""Query parameters of the emulator's own doors, and the problems that wrong ones are answered with."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.emulator.faults import CHANNELS
from notifyhub.emulator.filters import Wanted
from notifyhub.emulator.wire import problem

ID_MAX = (1 << 63) - 1


class BadParameter(Exception):
    """A query parameter that cannot be used."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(name, fault)
        self.name = name
        self.fault = fault


def as_json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


def as_problem(status: int, title: str, errors: list[dict[str, str]]) -> Response:
    """An RFC 9457 problem."""
    answer = problem(status, title, errors)
    return Response(answer.body, status, media_type="application/problem+json")


def bad_request(_: Request, bad: Exception) -> Response:
    """Starlette's handler for BadParameter."""
    assert isinstance(bad, BadParameter)
    return as_problem(400, "Bad Request", [{"field": bad.name, "message": bad.fault}])


def wanted(request: Request) -> Wanted:
    """What the search parameters ask for; empty ones narrow nothing. Raises BadParameter."""
    given = request.query_params
    return Wanted(
        channel=channel(given.get("channel") or None),
        address=given.get("address") or None,
        text=given.get("text") or None,
        token=given.get("token") or None,
        inbox=given.get("inbox") or None,
        account=given.get("account") or None,
        accepted=flag(request, "accepted"),
    )


def channel(name: str | None) -> str | None:
    if name is not None and name not in CHANNELS:
        raise BadParameter("channel", f"must be one of {', '.join(CHANNELS)}")
    return name


def flag(request: Request, name: str) -> bool | None:
    text = request.query_params.get(name) or None
    if text not in (None, "true", "false"):
        raise BadParameter(name, "must be true or false")
    return None if text is None else text == "true"


def number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name)
    if not text:
        return default
    found = integer(text, low=low, high=high)
    if found is None:
        raise BadParameter(name, f"must be an integer from {low} to {high}")
    return found


def after(request: Request) -> int:
    """The id that the entries asked for come after: `since`, or the `cursor` that a page told."""
    given = "cursor" if request.query_params.get("cursor") else "since"
    return number(request, given, default=0, low=0, high=ID_MAX)


def seconds(request: Request, name: str, *, default: float, high: float) -> float:
    text = request.query_params.get(name)
    if not text:
        return default
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= high:  # also not-a-number
        raise BadParameter(name, f"must be seconds from 0 to {high:g}")
    return found


def integer(text: str, *, low: int, high: int) -> int | None:
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(high)) else -1
    return found if low <= found <= high else None
