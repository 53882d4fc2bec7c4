"""/live: tells open pages that something has changed, as server-sent events, so that they look again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from notifyhub.errors import StoreUnavailable
from notifyhub.hub.core import Core
from notifyhub_api.dashboard.guard import visitor_at
from notifyhub_api.dashboard.rendering import release
from notifyhub_api.dashboard.visitor import Visitor
from notifyhub_api.ending import Ending
from notifyhub_api.event_streams import MEDIA
from notifyhub_api.problems import TooManyStreams

MOST_OF_A_SESSION = 20
"""Pages that one person has before their eyes; nobody takes the streams of all others."""
LOOK_S = 1.0
"""How often the counters are read while any page is open."""
RECONNECT_MS = 2_000
ENDED = b"event: ended\ndata: \n\n"
"""The session has ended."""
HEADERS = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


class Changes:
    """Watches the counters of deliveries and mailings for all open pages of a process, as long as there are any."""

    def __init__(self, hub: Core, ending: Ending) -> None:
        self._hub = hub
        self._ending = ending
        self._most = hub.settings.events.streams
        self._heartbeat_s = hub.settings.events.heartbeat_s
        self._open = 0
        self._by_session: Counter[int | None] = Counter()
        self._seen = b""
        self._changed = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    def begin(self, request: Request, visitor: Visitor) -> Response:
        """Raises TooManyStreams."""
        if self._open >= self._most:
            raise TooManyStreams(self._most)
        if visitor.session_id is not None and self._by_session[visitor.session_id] >= MOST_OF_A_SESSION:
            raise TooManyStreams(MOST_OF_A_SESSION)
        return StreamingResponse(self._told(request, visitor.session_id), media_type=MEDIA, headers=HEADERS)

    async def _told(self, request: Request, session: int | None) -> AsyncIterator[bytes]:
        self._open += 1
        self._by_session[session] += 1
        try:
            # A page is older than its stream, also after a lost connection: it looks once in any case.
            yield f"retry: {RECONNECT_MS}\nevent: release\ndata: {release()}\n\nevent: changed\ndata: \n\n".encode()
            while not self._ending.begun:
                news = b"event: changed\ndata: \n\n" if await self._has_changed() else b": nothing new\n\n"
                if not await self._may_stay(request):
                    yield ENDED
                    return
                yield news
        finally:
            self._open -= 1
            self._by_session[session] -= 1

    async def _has_changed(self) -> bool:
        """Wait for a change; False: there was none within the time of a heartbeat."""
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), self._heartbeat_s)
            return not self._ending.begun
        return False

    async def _watch(self) -> None:
        while self._open and not self._ending.begun:
            with suppress(StoreUnavailable):
                counted = await self._hub.stats.overall()
                seen = blake2b(counted.model_dump_json().encode(), digest_size=8).digest()
                if seen != self._seen:
                    self._seen = seen
                    self._wake()
            await self._ending.wait(LOOK_S)
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _may_stay(self, request: Request) -> bool:
        """An ended session ends its streams."""
        try:
            return await visitor_at(request, noted=False) is not None
        except StoreUnavailable:
            return True


async def live(request: Request) -> Response:
    """The stream, for those who are signed in."""
    visitor = await visitor_at(request, noted=False)
    if visitor is None:
        # A stream all the same: a page cannot see the status of one that is refused, and would come back for ever.
        return Response(ENDED, media_type=MEDIA, headers=HEADERS)
    changes: Changes = request.app.state.changes
    return changes.begin(request, visitor)
