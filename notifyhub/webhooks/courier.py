"""Posts events to endpoints: several at once to each, so that one that hangs holds up no other.

The order of events is not kept: one that must be repeated comes after those that followed it. A post is repeated if
nobody can know whether it arrived, always with the same `webhook-id`.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from typing import Any

from aiohttp.abc import AbstractResolver

from notifyhub import logs
from notifyhub.clock import now_ms
from notifyhub.domain import posting, signing
from notifyhub.errors import NotifyhubError
from notifyhub.metrics import counting
from notifyhub.metrics.definitions import WEBHOOK_POSTS
from notifyhub.store import event_wants, numbering, webhook_posts
from notifyhub.store.database import Database
from notifyhub.store.numbering import Numbering
from notifyhub.store.webhook_posts import Claim, Claimed, Tried
from notifyhub.webhook_settings import EventSettings, WebhookSettings
from notifyhub.webhooks.calling import Answered, Caller

MOST_AT_ONCE = 1_000
LEASE_MS = 30_000
"""How much longer than a call may take a post is held: after that its process is taken for dead."""
RECORDED_S = 10.0
"""How long a stop waits at most for the store to take what came of the last calls."""
INTERRUPTED = Answered(None, "the process was stopped before the answer came", "", 0)

_log = logs.logger(__name__)


class Courier:
    """Numbers events and posts them, in a process that delivers. `sweep` makes it look; it never blocks for a call.

    resolver  in place of the system's
    """

    def __init__(
        self,
        database: Database,
        webhooks: WebhookSettings,
        kept: EventSettings,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._database = database
        self._settings = webhooks
        self._kept = kept
        self._resolver = resolver
        self._lease_ms = round(webhooks.timeout_s * 1000) + LEASE_MS
        self._loop: asyncio.AbstractEventLoop | None = None
        self._caller: Caller | None = None
        self._busy: Counter[int] = Counter()
        self._looking: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._ended: Future[None] | None = None
        self._drain_s = 0.0

    def learn_wants(self) -> None:
        """Note which events readers and endpoints want. Raises StoreUnavailable."""
        self._database.write(event_wants.learn, self._kept.types).result()

    def take_over(self) -> None:
        """No other process posts: what another one has left behind may be posted now. Raises StoreUnavailable."""
        self._database.write(webhook_posts.release, now_ms()).result()

    def sweep(self) -> None:
        """Number new events, and begin to post what is due."""
        if self._stopping:
            return
        if self._database.read(numbering.any_new).result():
            while self._database.write(numbering.number, Numbering(now_ms(), MOST_AT_ONCE)).result() == MOST_AT_ONCE:
                pass
        for endpoint_id in self._database.read(webhook_posts.due(now_ms())).result():
            self._begin(self._look(endpoint_id))

    def wind_down(self, drain_s: float) -> None:
        """Begin no more, and end the calls in progress after `drain_s` seconds. Returns at once."""
        self._stopping, self._drain_s = True, drain_s
        if self._loop is not None:
            self._ended = asyncio.run_coroutine_threadsafe(self._end(drain_s), self._loop)

    def stop(self) -> None:
        """Wait for what `wind_down` has left, record it, and stop."""
        if self._loop is not None and self._ended is not None:
            wait((self._ended,), RECORDED_S + self._drain_s)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="notifyhub-courier", daemon=True)
            self._thread.start()
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.close()

    async def _end(self, drain_s: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=drain_s)
        for task in (left := set(self._tasks)):
            task.cancel()
        if left:
            await asyncio.wait(left)
        if self._caller is not None:
            await self._caller.aclose()

    async def _look(self, endpoint_id: int) -> None:
        """Take what is due for an endpoint, as long as it has places free."""
        if endpoint_id in self._looking:
            return
        self._looking.add(endpoint_id)
        try:
            while not self._stopping and (free := self._settings.concurrency - self._busy[endpoint_id]) > 0:
                taken = await self._claim(endpoint_id, free)
                for one in taken:
                    self._busy[endpoint_id] += 1
                    task = asyncio.ensure_future(self._post(one))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                if len(taken) < free:
                    return
        except NotifyhubError as error:
            # The next sweep looks again, and tells of a store that is away.
            _log.debug("posts of webhook %d cannot be taken: %s", endpoint_id, error)
        finally:
            self._looking.discard(endpoint_id)

    async def _claim(self, endpoint_id: int, limit: int) -> list[Claimed]:
        now = now_ms()
        claim = Claim(endpoint_id, now, limit, now + self._lease_ms)
        return await asyncio.wrap_future(self._database.write(webhook_posts.claim, claim))

    async def _post(self, one: Claimed) -> None:
        try:
            started_at = now_ms()
            try:
                answered = await self._call(one)
            except asyncio.CancelledError:
                # Only `_end` cancels.
                answered = INTERRUPTED
            await self._record(one, answered, started_at)
        finally:
            self._busy[one.endpoint_id] -= 1
        await self._look(one.endpoint_id)

    async def _call(self, one: Claimed) -> Answered:
        if self._caller is None:
            own = self._settings
            self._caller = Caller(
                own.timeout_s, own.private_addresses, allow_http=own.allow_http, resolver=self._resolver
            )
        body = one.event.model_dump_json(exclude_none=True).encode()
        keys = [signing.key_of(secret) for secret in one.secrets]
        return await self._caller.call(one.url, body, signing.headers(str(one.event.id), now_ms() // 1000, body, keys))

    async def _record(self, one: Claimed, answered: Answered, started_at: int) -> None:
        now = started_at + answered.duration_ms
        due_at = None
        if not answered.posted and not answered.gone:
            chance = random.random()  # noqa: S311 (jitter, not a secret)
            due_at = posting.next_try(one.spent, one.give_up_at, now, chance, answered.retry_after_s)
        tried = Tried(
            post=one,
            posted=answered.posted,
            due_at=due_at,
            started_at=started_at,
            duration_ms=answered.duration_ms,
            status=answered.status,
            error=answered.error,
            answer=answered.answer,
            gone=answered.gone,
            disable_since=now - self._settings.disable_after_s * 1000,
        )
        try:
            await asyncio.wrap_future(self._database.write(webhook_posts.record, tried))
            counting.count(WEBHOOK_POSTS, (tried.state,))
        except NotifyhubError as error:
            # It is posted again, with the same id, when its lease is over.
            _log.warning("what came of a post to webhook %d cannot be recorded: %s", one.endpoint_id, error)
