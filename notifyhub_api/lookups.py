"""Looking up API keys: one query for all waiting requests."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from notifyhub.errors import StoreUnavailable
from notifyhub.hub.core import Core
from notifyhub.store import keys
from notifyhub.store.keys import Known

Waiter = asyncio.Future[Known | None]
Asked = dict[str, list[Waiter]]
Answer = Future[dict[str, Known]]

PATIENCE_S = 10.0
"""A database that has not found a key by then is away, even if it has not said so."""


class Lookups:
    """Looks up the key of every request in the store, so that a revoked key is refused at once.

    Requests that arrive during a query share the next one: no request is answered by a query from before its arrival.
    Belongs to the event loop of its first use.
    """

    def __init__(self, hub: Core) -> None:
        self._hub = hub
        self._waiting: dict[str, list[Waiter]] = {}
        self._busy = False

    async def find(self, hash_: str) -> Known | None:
        """The key of this hash, unless it was revoked. Raises StoreUnavailable."""
        loop = asyncio.get_running_loop()
        waiter: Waiter = loop.create_future()
        self._waiting.setdefault(hash_, []).append(waiter)
        if not self._busy:
            self._busy = True
            # Not at once, so that other requests of this loop iteration can join.
            loop.call_soon(self._ask, loop)
        return await waiter

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        asked, self._waiting = self._waiting, {}
        try:
            answer: Answer = self._hub.database.read_small(keys.live(list(asked)))
        except Exception as error:
            answer = Future()
            answer.set_exception(error)
        if answer.done():
            loop.call_soon(self._tell, loop, asked, answer)
            return
        late = loop.call_later(PATIENCE_S, self._give_up, loop, asked)
        answer.add_done_callback(lambda done: loop.call_soon_threadsafe(self._told, loop, asked, done, late))

    def _told(self, loop: asyncio.AbstractEventLoop, asked: Asked, done: Answer, late: asyncio.TimerHandle) -> None:
        if late.when() > loop.time():
            late.cancel()
            self._tell(loop, asked, done)

    def _give_up(self, loop: asyncio.AbstractEventLoop, asked: Asked) -> None:
        silence: Answer = Future()
        silence.set_exception(StoreUnavailable(f"the database has not answered for {PATIENCE_S:g} s"))
        self._tell(loop, asked, silence)

    def _tell(self, loop: asyncio.AbstractEventLoop, asked: Asked, done: Answer) -> None:
        if self._waiting:
            self._ask(loop)
        else:
            self._busy = False
        error = done.exception()
        for hash_, waiters in asked.items():
            for waiter in waiters:
                if waiter.done():  # the caller has left
                    continue
                if error is not None:
                    waiter.set_exception(error)
                else:
                    waiter.set_result(done.result().get(hash_))
