"""Writes what became of claimed deliveries: outcomes as they arrive, and those that are handed back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from notifyhub import logs
from notifyhub.errors import StoreUnavailable
from notifyhub.flow import call_spans, metering, telling
from notifyhub.flow.lane import Lane
from notifyhub.logs.seldom import Seldom
from notifyhub.store import deliveries
from notifyhub.store.claimed import Claimed
from notifyhub.store.database import Database
from notifyhub.store.deliveries import Result, Unsent

GATHER_S = 0.004
AGAIN_S = 0.25

_log = logs.logger(__name__)
_say_seldom = Seldom()


class Recorder:
    """Of one pump. `calls` tells how many calls are in progress: with one, nothing is gathered."""

    def __init__(self, lane: Lane, database: Database, calls: Callable[[], int]) -> None:
        self._lane = lane
        self._database = database
        self._calls = calls
        self._results: list[tuple[Claimed, Result]] = []
        self._recording: asyncio.Task[None] | None = None
        self._unsent: list[Unsent] = []

    @property
    def has_unsent(self) -> bool:
        """Is there anything to hand back?"""
        return bool(self._unsent)

    def note(self, row: Claimed, result: Result) -> None:
        """A call has ended."""
        self._results.append((row, result))
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self._record())

    def unsent(self, *rows: Unsent) -> None:
        """No call was made for these."""
        self._unsent.extend(rows)

    async def hand_back(self) -> None:
        """Release the leases of those for which no call was made."""
        unsent, self._unsent = self._unsent, []
        await self._write_stubbornly(deliveries.hand_back, unsent)
        telling.put_off(unsent)
        metering.put_off(self._lane.channel, unsent)

    async def finish(self) -> None:
        """Wait until everything is written."""
        if self._recording is not None:
            await self._recording
        if self._unsent:
            await self.hand_back()

    async def _record(self) -> None:
        while self._results:
            if self._calls() > 1:
                await asyncio.sleep(GATHER_S)
            pairs, self._results = self._results, []
            batch = [result for _, result in pairs]
            going_on = await self._write_stubbornly(deliveries.record, batch)
            telling.attempted(pairs, recorded=going_on is not None)
            metering.attempted(self._lane.channel, pairs)
            call_spans.attempted(self._lane.channel, pairs)
            self._lane.recorded(self._lane.channel, batch, going_on or ())

    async def _write_stubbornly(self, job: Any, batch: Any) -> Any:
        """Wait for the database with results: without them the same people would get the message again."""
        give_up = monotonic() + self._lane.lease_s
        while True:
            try:
                return await asyncio.wrap_future(self._database.write(job, batch))
            except StoreUnavailable as error:
                if monotonic() > give_up:
                    _log.error("results of %d attempts on %s are lost: %s", len(batch), self._lane.channel, error)
                    return None
                _say_seldom(_log.warning, f"cannot record results on {self._lane.channel}, trying again: {error}")
                await asyncio.sleep(AGAIN_S)
