"""The emulator's own doors: what is here, the journal, the faults."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.emulator.faults import CHANNELS, PROFILES, Faults, FaultSettings
from notifyhub.emulator.journal import Journal
from notifyhub.emulator.wire import problem

LIMIT = 100
LIMIT_MAX = 1000
ID_MAX = (1 << 63) - 1
ENDPOINTS = {
    "telegram": "/telegram/bot{token}/{method}",
    "viber": "/viber/pa/{endpoint}",
    "whatsapp": "/whatsapp/{version}/{phone_number_id}/messages",
    "gateway": "/gateway/v1/send/{msgId}",
    "journal": "/journal?channel=&address=&text=&limit=&cursor=",
    "faults": "/faults",
}


class BadParameter(Exception):
    """A query parameter that cannot be used."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(name, fault)
        self.name = name
        self.fault = fault


class Pages:
    """Everything over HTTP that is not a messenger."""

    def __init__(self, journal: Journal, faults: Faults) -> None:
        self._journal = journal
        self._faults = faults

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index),
            Route("/journal", self.entries),
            Route("/journal", self.clear, methods=["DELETE"]),
            Route("/journal/{id}", self.entry),
            Route("/faults", self.faults),
            Route("/faults", self.set_faults, methods=["PUT"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
        ]

    async def index(self, _: Request) -> Response:
        about = {"emulator": "notifyhub", "endpoints": ENDPOINTS, "profiles": list(PROFILES)}
        return _json(about | {"entries": len(self._journal)})

    async def entries(self, request: Request) -> Response:
        try:
            limit = _number(request, "limit", default=LIMIT, low=1, high=LIMIT_MAX)
            after = _number(request, "cursor", default=0, low=0, high=ID_MAX)
            channel = _channel(request)
        except BadParameter as bad:
            return _problem(400, "Bad Request", [{"field": bad.name, "message": bad.fault}])
        address, text = (request.query_params.get(name) or None for name in ("address", "text"))
        # One more than asked for tells whether there is a next page.
        found = await asyncio.to_thread(self._journal.entries, channel, address, text, after=after, limit=limit + 1)
        page = found[:limit]
        return _json({"entries": page, "next": str(page[-1]["id"]) if len(found) > limit else None})

    async def entry(self, request: Request) -> Response:
        text = request.path_params["id"]
        number = _integer(text, low=1, high=ID_MAX)
        entry = None if number is None else await asyncio.to_thread(self._journal.entry, number)
        return _json(entry) if entry else _problem(404, "Not Found", [])

    async def clear(self, _: Request) -> Response:
        await asyncio.to_thread(self._journal.clear)
        return Response(status_code=204)

    async def faults(self, _: Request) -> Response:
        return _json(self._faults.describe())

    async def set_faults(self, request: Request) -> Response:
        body = await request.body()
        try:
            settings = FaultSettings.model_validate_json(body)
        except ValidationError as error:
            return _problem(422, "Unprocessable Content", _errors(body, error))
        self._faults.replace(settings)
        return _json(self._faults.describe())

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


def _problem(status: int, title: str, errors: list[dict[str, str]]) -> Response:
    answer = problem(status, title, errors)
    return Response(answer.body, status, media_type="application/problem+json")


def _errors(body: bytes, error: ValidationError) -> list[dict[str, str]]:
    """One item a field: pydantic has one for every form that a field might have had."""
    messages: dict[str, list[str]] = {}
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        messages.setdefault(_field(body, one), []).append(one["msg"])
    return [{"field": field, "message": "; ".join(dict.fromkeys(found))} for field, found in messages.items()]


def _field(body: bytes, error: ErrorDetails) -> str:
    """Where the error is, in the words of the caller: pydantic's own marks between them are left out."""
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


def _channel(request: Request) -> str | None:
    channel = request.query_params.get("channel") or None
    if channel is not None and channel not in CHANNELS:
        raise BadParameter("channel", f"must be one of {', '.join(CHANNELS)}")
    return channel


def _number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name)
    if not text:
        return default
    number = _integer(text, low=low, high=high)
    if number is None:
        raise BadParameter(name, f"must be an integer from {low} to {high}")
    return number


def _integer(text: str, *, low: int, high: int) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(high)) else -1
    return number if low <= number <= high else None
