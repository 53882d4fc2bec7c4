"""The emulator's own doors: what is here, the journal, the faults."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.emulator.faults import CHANNELS, PROFILES, Faults, FaultSettings
from notifyhub.emulator.journal import Journal
from notifyhub.emulator.web import (
    BadBody,
    BadParameter,
    body_of,
    integer_of,
    json_response,
    number_of,
    problem_response,
)

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
        return json_response(about | {"entries": len(self._journal)})

    async def entries(self, request: Request) -> Response:
        try:
            limit = number_of(request, "limit", default=LIMIT, low=1, high=LIMIT_MAX)
            after = number_of(request, "cursor", default=0, low=0, high=ID_MAX)
            channel = _channel(request)
        except BadParameter as bad:
            return problem_response(400, "Bad Request", [{"field": bad.name, "message": bad.fault}])
        address, text = (request.query_params.get(name) or None for name in ("address", "text"))
        # One more than asked for tells whether there is a next page.
        found = await asyncio.to_thread(self._journal.entries, channel, address, text, after=after, limit=limit + 1)
        page = found[:limit]
        return json_response({"entries": page, "next": str(page[-1]["id"]) if len(found) > limit else None})

    async def entry(self, request: Request) -> Response:
        text = request.path_params["id"]
        number = integer_of(text, low=1, high=ID_MAX)
        entry = None if number is None else await asyncio.to_thread(self._journal.entry, number)
        return json_response(entry) if entry else problem_response(404, "Not Found", [])

    async def clear(self, _: Request) -> Response:
        await asyncio.to_thread(self._journal.clear)
        return Response(status_code=204)

    async def faults(self, _: Request) -> Response:
        return json_response(self._faults.describe())

    async def set_faults(self, request: Request) -> Response:
        try:
            self._faults.replace(await body_of(request, FaultSettings))
        except BadBody as bad:
            return bad.answer
        return json_response(self._faults.describe())

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)


def _channel(request: Request) -> str | None:
    channel = request.query_params.get("channel") or None
    if channel is not None and channel not in CHANNELS:
        raise BadParameter("channel", f"must be one of {', '.join(CHANNELS)}")
    return channel
