"""The emulator's own endpoints: index, faults, reset."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.emulator.faults import PROFILES, Faults, FaultSettings, Rule, TooManyRules, magic
from notifyhub.emulator.journal.journal import Journal
from notifyhub.emulator.web.http import BadBody, body_of, json_response, problem_response
from notifyhub.emulator.web.inbox_page import page, wants_page

ENDPOINTS = {
    "telegram": "/telegram/bot{token}/{method}",
    "viber": "/viber/pa/{endpoint}",
    "whatsapp": "/whatsapp/{version}/{phone_number_id}/messages",
    "gateway": "/gateway/v1/send/{msgId}",
    "html": "/journal/{id}/html",
    "journal": "/journal?channel=&address=&text=&search=&token=&inbox=&account=&accepted=&since=&limit=&cursor=",
    "wait": "/wait?channel=&address=&text=&token=&count=&timeout_s=",
    "duplicates": "/duplicates?channel=&address=&text=&token=",
    "events": "/events",
    "happenings": "/happenings?since=",
    "faults": "/faults",
    "rules": "/faults/rules",
    "magic": "/magic",
    "reset": "/reset",
    "limits": "/limits",
    "strictness": "/strictness",
    "receipts": "/receipts",
    "callbacks": "/callbacks",
    "people": "/people/{channel}/{address}/messages",
}


class Pages:
    """Index, faults and reset. `reset` forgets everything that tests leave behind."""

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

    async def index(self, request: Request) -> Response:
        """The inbox for browsers; an index as JSON for others."""
        if wants_page(request):
            return page()
        about = {"emulator": "notifyhub", "endpoints": ENDPOINTS, "profiles": list(PROFILES)}
        return json_response(about | {"entries": len(self._journal)})

    async def reset(self, _: Request) -> Response:
        await self._reset()
        return Response(status_code=204)

    async def magic(self, _: Request) -> Response:
        """The magic recipients."""
        told = [
            {"channel": channel, "address": address, "name": story.name, "does": story.does}
            for channel, address, story in magic.recipients()
        ]
        return json_response({"recipients": told})

    async def faults(self, _: Request) -> Response:
        return json_response(self._faults.describe())

    async def set_faults(self, request: Request) -> Response:
        try:
            self._faults.replace(await body_of(request, FaultSettings))
        except BadBody as bad:
            return bad.answer
        return json_response(self._faults.describe())

    async def add_rule(self, request: Request) -> Response:
        """Add one rule before the others."""
        try:
            self._faults.add(await body_of(request, Rule))
        except BadBody as bad:
            return bad.answer
        except TooManyRules as error:
            return problem_response(409, "Conflict", [{"field": "", "message": str(error)}])
        return json_response(self._faults.describe(), 201)

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)
