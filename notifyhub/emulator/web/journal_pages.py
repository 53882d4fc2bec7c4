"""The journal over HTTP: search, one entry, a mail's HTML, waiting, duplicates."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.emulator.journal.journal import Journal
from notifyhub.emulator.web.http import integer_of, json_response, number_of, problem_response
from notifyhub.emulator.web.queries import ID_MAX, after, seconds, wanted

LIMIT = 100
LIMIT_MAX = 1000
WAIT_S = 10.0
WAIT_MAX_S = 300.0
COUNT_MAX = 1_000_000
STRANGERS = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class JournalPages:
    """The pages of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def routes(self) -> list[Route]:
        return [
            Route("/journal", self.entries),
            Route("/journal", self.clear, methods=["DELETE"]),
            Route("/journal/{id}", self.entry),
            Route("/journal/{id}/html", self.html),
            Route("/wait", self.wait),
            Route("/duplicates", self.duplicates),
        ]

    async def entries(self, request: Request) -> Response:
        """A page of entries, oldest first; with `newest=true` the last ones."""
        limit = number_of(request, "limit", default=LIMIT, low=1, high=LIMIT_MAX)
        if request.query_params.get("newest") == "true":
            return await self._newest(request, limit)
        # One more than requested shows whether there is a next page.
        found = await asyncio.to_thread(self._journal.entries, after=after(request), limit=limit + 1, **wanted(request))
        page = found[:limit]
        return json_response({"entries": page, "next": str(page[-1]["id"]) if len(found) > limit else None})

    async def _newest(self, request: Request, limit: int) -> Response:
        before = number_of(request, "before", default=ID_MAX, low=1, high=ID_MAX)
        found = await asyncio.to_thread(self._journal.newest, limit + 1, before=before, **wanted(request))
        page = found[-limit:]
        return json_response({"entries": page, "previous": str(page[0]["id"]) if len(found) > limit else None})

    async def entry(self, request: Request) -> Response:
        """One entry with its request and its answer."""
        entry = await self._entry(request)
        return json_response(entry) if entry else problem_response(404, "Not Found", [])

    async def html(self, request: Request) -> Response:
        """The HTML of a mail, which strangers wrote: nothing in it runs, and nothing is loaded."""
        entry = await self._entry(request)
        if not entry or not entry["html"]:
            return problem_response(404, "Not Found", [])
        return Response(entry["html"].encode("utf-8", "replace"), media_type="text/html", headers=STRANGERS)

    async def _entry(self, request: Request) -> dict[str, Any] | None:
        found_id = integer_of(request.path_params["id"], low=1, high=ID_MAX)
        return None if found_id is None else await asyncio.to_thread(self._journal.entry, found_id)

    async def clear(self, _: Request) -> Response:
        await asyncio.to_thread(self._journal.clear)
        return Response(status_code=204)

    async def wait(self, request: Request) -> Response:
        """200 with the entries as soon as there are `count` of them; 504 after `timeout_s`."""
        count = number_of(request, "count", default=1, low=1, high=COUNT_MAX)
        timeout_s = seconds(request, "timeout_s", default=WAIT_S, high=WAIT_MAX_S)
        asked = wanted(request)
        try:
            found = await self._journal.arrived(count, timeout_s=timeout_s, after=after(request), **asked)
        except TimeoutError as late:
            return problem_response(504, "Gateway Timeout", [{"field": "count", "message": str(late)}])
        return json_response({"entries": found})

    async def duplicates(self, request: Request) -> Response:
        """Texts that somebody got more than once."""
        return json_response({"duplicates": await asyncio.to_thread(self._journal.duplicates, **wanted(request))})
