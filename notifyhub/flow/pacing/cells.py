"""Where the cells of rate limits are: in memory, in the store, or in Redis (`flow.pacing.redis_cells`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Protocol

from notifyhub.clock import now_ms
from notifyhub.domain.gcra import Ask, Cell, Given, give, in_use, shifted
from notifyhub.store import rate_cells
from notifyhub.store.database import Database

MANY = 50_000
"""Cells in memory, above which those that are free again are forgotten."""


class Cells(Protocol):
    """Gives places to all processes that share them."""

    @property
    def shared(self) -> bool:
        """May other processes take places too?"""
        ...

    async def reserve(self, ask: Ask) -> Given:
        """Do what is asked. Raises StoreUnavailable if the cells are there and the store does not answer."""
        ...

    def forget(self) -> None:
        """Delete what is as good as new; called by a sweep. Blocks."""
        ...

    async def aclose(self) -> None: ...


class MemoryCells:
    """For the only process that sends."""

    shared = False

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._cells: dict[str, Cell] = {}
        self._many = MANY

    async def reserve(self, ask: Ask) -> Given:
        now = self._clock() * 1000
        given = give(self._cells, ask, now)
        if len(self._cells) > self._many:
            self._cells = in_use(self._cells, now)
            self._many = max(MANY, 2 * len(self._cells))
        return given

    def begin_with(self, known: Mapping[str, Cell]) -> None:
        """Start anew with these cells, whose moments are those of the clock (ms)."""
        self._cells = dict(known)

    def left(self) -> dict[str, Cell]:
        """Those that are not free yet. Their moments are ms from now."""
        now = self._clock() * 1000
        return shifted(in_use(self._cells, now), -now)

    def forget(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


class StoredCells:
    """For processes that share a store and nothing else."""

    shared = True

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, ask: Ask) -> Given:
        return await asyncio.wrap_future(self._database.write(rate_cells.reserve, ask))

    def forget(self) -> None:
        self._database.write(rate_cells.forget, now_ms()).result()

    async def aclose(self) -> None:
        pass
