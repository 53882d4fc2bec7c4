"""The journal and other events, live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from notifyhub.emulator.journal.happenings import Happenings
from notifyhub.emulator.journal.journal import Journal
from notifyhub.emulator.web.http import BadParameter, integer_of, json_response, number_of
from notifyhub.emulator.web.queries import ID_MAX, after

AT_ONCE = 200
HEARTBEAT_S = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Live:
    """Server-sent events `entry`, `happening` and `cleared`."""

    def __init__(self, journal: Journal, happenings: Happenings) -> None:
        self._journal = journal
        self._happenings = happenings

    def routes(self) -> list[Route]:
        return [Route("/events", self.events), Route("/happenings", self.happenings)]

    async def happenings(self, request: Request) -> Response:
        """Callbacks and deeds after the number `since`."""
        since = number_of(request, "since", default=0, low=0, high=ID_MAX)
        return json_response({"happenings": self._happenings.since(since), "last": self._happenings.last})

    async def events(self, request: Request) -> Response:
        """Everything from now on; entries after `since` or the header Last-Event-ID."""
        told = request.headers.get("last-event-id", "")
        start = integer_of(told, low=0, high=ID_MAX) if told else None
        if told and start is None:
            raise BadParameter("Last-Event-ID", "must be the id of an entry")
        if start is None:
            start = after(request) if request.query_params.get("since") else self._journal.last_id
        return StreamingResponse(self._stream(start), media_type="text/event-stream", headers=HEADERS)

    async def _stream(self, entry_id: int) -> AsyncIterator[bytes]:
        watchers = self._journal.watchers
        number, cleared = self._happenings.last, self._journal.cleared
        with watchers.watch() as watch:
            yield b": here\n\n"
            while not watchers.released:
                watch.begin()
                if cleared != self._journal.cleared:
                    cleared = self._journal.cleared
                    yield _event(b"cleared", {})
                for happening in self._happenings.since(number):
                    number = happening["number"]
                    yield _event(b"happening", happening)
                found = await asyncio.to_thread(self._journal.entries, after=entry_id, limit=AT_ONCE)
                for entry in found:
                    entry_id = entry["id"]
                    yield b"id: %d\n%b" % (entry_id, _event(b"entry", entry))
                # A line now and then detects that the client has left.
                if not found and not await watch.next(HEARTBEAT_S):
                    yield b": still here\n\n"


def _event(name: bytes, facts: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, orjson.dumps(facts))
