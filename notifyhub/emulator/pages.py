"""The emulator's own doors: what is here, the faults, beginning anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.emulator.faults import PROFILES, Faults, FaultSettings, Rule, TooManyRules, magic
from notifyhub.emulator.journal import Journal
from notifyhub.emulator.queries import as_json, as_problem

ENDPOINTS = {
    "telegram": "/telegram/bot{token}/{method}",
    "viber": "/viber/pa/{endpoint}",
    "whatsapp": "/whatsapp/{version}/{phone_number_id}/messages",
    "gateway": "/gateway/v1/send/{msgId}",
    "journal": "/journal?channel=&address=&text=&token=&inbox=&account=&accepted=&since=&limit=&cursor=",
    "wait": "/wait?channel=&address=&text=&token=&count=&timeout_s=",
    "duplicates": "/duplicates?channel=&address=&text=&token=",
    "events": "/events",
    "faults": "/faults",
    "rules": "/faults/rules",
    "magic": "/magic",
    "reset": "/reset",
}


class Pages:
    """What is here, the faults, and beginning anew. `reset` forgets everything that tests leave behind."""

    def __init__(self, journal: Journal, faults: Faults, reset: Callable[[], Awaitable[None]]) -> None:
        self._journal = journal
        self._faults = faults
        self._reset = reset

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index),
            Route("/faults", self.faults),
            Route("/faults", self.set_faults, methods=["PUT"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/faults/rules", self.add_rule, methods=["POST"]),
            Route("/magic", self.magic),
            Route("/reset", self.reset, methods=["POST"]),
        ]

    async def index(self, _: Request) -> Response:
        about = {"emulator": "notifyhub", "endpoints": ENDPOINTS, "profiles": list(PROFILES)}
        return as_json(about | {"entries": len(self._journal)})

    async def reset(self, _: Request) -> Response:
        await self._reset()
        return Response(status_code=204)

    async def magic(self, _: Request) -> Response:
        """The magic recipients."""
        told = [
            {"channel": channel, "address": address, "name": story.name, "does": story.does}
            for channel, address, story in magic.recipients()
        ]
        return as_json({"recipients": told})

    async def faults(self, _: Request) -> Response:
        return as_json(self._faults.describe())

    async def set_faults(self, request: Request) -> Response:
        body = await request.body()
        try:
            settings = FaultSettings.model_validate_json(body)
        except ValidationError as error:
            return as_problem(422, "Unprocessable Content", _errors(body, error))
        self._faults.replace(settings)
        return as_json(self._faults.describe())

    async def add_rule(self, request: Request) -> Response:
        """Put one rule before the others."""
        body = await request.body()
        try:
            self._faults.add(Rule.model_validate_json(body))
        except ValidationError as error:
            return as_problem(422, "Unprocessable Content", _errors(body, error))
        except TooManyRules as error:
            return as_problem(409, "Conflict", [{"field": "", "message": str(error)}])
        return as_json(self._faults.describe(), 201)

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)


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
