"""Events as server-sent events (WHATWG HTML, 9.2): written as they happen, from where a reader left off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from notifyhub.answers import EventPage
from notifyhub.domain.events import position_of
from notifyhub.errors import NotifyhubError, StoreUnavailable
from notifyhub.hub.core import Core
from notifyhub_api.ending import Ending
from notifyhub_api.problems import TooManyStreams

MEDIA = "text/event-stream"
RECONNECT_MS = 3_000
PAGE = 100
_HEADERS = {"X-Accel-Buffering": "no"}


class Streams:
    """The open streams of a process. One question to the store serves them all, and none is asked without any."""

    def __init__(self, hub: Core, ending: Ending) -> None:
        self._hub = hub
        self._ending = ending
        self._most = hub.settings.events.streams
        self._heartbeat_s = hub.settings.events.heartbeat_s
        self._look_again_s = hub.settings.sweep_interval_s
        self._open = 0
        self._newest = 0
        self._changed = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def begin(self, request: Request, types: Sequence[str] | None, after: str | None) -> Response:
        """The stream of these events after this one, or from now on. Raises TooManyStreams, InvalidRequest."""
        if self._open >= self._most:
            raise TooManyStreams(self._most)
        first = await self._hub.events.page(types, after or await self._hub.events.newest(), PAGE)
        return StreamingResponse(self._told(request, types, first), media_type=MEDIA, headers=_HEADERS)

    async def _told(self, request: Request, types: Sequence[str] | None, page: EventPage) -> AsyncIterator[bytes]:
        self._open += 1
        try:
            yield f"retry: {RECONNECT_MS}\n\n".encode()
            while not self._ending.begun:
                for event in page.items:
                    text = event.model_dump_json(exclude_none=True)
                    yield f"id: {event.id}\nevent: {event.type}\ndata: {text}\n\n".encode()
                if not page.more and not await self._more_than(page.next):
                    if not await self._is_admitted(request):
                        return
                    # A block without data moves a reader on without telling it of anything.
                    yield b": nothing new\n" + (b"\n" if page.next is None else f"id: {page.next}\n\n".encode())
                with suppress(StoreUnavailable):
                    page = await self._hub.events.page(types, page.next, PAGE)
        finally:
            self._open -= 1

    async def _more_than(self, seen: UUID | None) -> bool:
        """Wait until there is an event after this one; False: not within the time of a heartbeat."""
        position = 0 if seen is None else position_of(seen) or 0
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        ends = asyncio.get_running_loop().time() + self._heartbeat_s
        while self._newest <= position and not self._ending.begun:
            left_s = ends - asyncio.get_running_loop().time()
            if left_s <= 0:
                return False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left_s)
        return True

    async def _watch(self) -> None:
        """Look for new events, as long as there are streams."""
        while self._open and not self._ending.begun:
            with suppress(StoreUnavailable):
                newest = await self._hub.events.number()
                if newest > self._newest:
                    self._newest = newest
                    self._wake()
            await self._ending.wait(self._look_again_s)
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _is_admitted(self, request: Request) -> bool:
        """Is the key still valid? A revoked one ends its streams."""
        try:
            await request.app.state.authenticator.admit(request, "read")
        except StoreUnavailable:
            return True
        except NotifyhubError:
            return False
        return True


def is_asked_for(request: Request) -> bool:
    """Does the caller prefer a stream to JSON?"""
    return request.method == "GET" and MEDIA in request.headers.get("accept", "")


def streams_of(request: Request) -> Streams:
    """The streams of the service."""
    found: Streams = request.app.state.streams
    return found
