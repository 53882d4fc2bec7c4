"""Deliveries that have a place in time, and wait for it: a timer each, so nobody sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from notifyhub.store.claimed import Claimed


class Places:
    """Lives on one event loop; `come` is called with each delivery at its moment."""

    def __init__(self, come: Callable[[Claimed], None]) -> None:
        self._come = come
        self._waiting: dict[int, tuple[Claimed, asyncio.TimerHandle]] = {}
        self._places: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def give(self, row: Claimed, in_ms: float) -> None:
        """This delivery goes in so many ms."""
        self._places[row.id] = monotonic() + in_ms / 1000
        handle = asyncio.get_running_loop().call_later(in_ms / 1000, self._due, row)
        self._waiting[row.id] = (row, handle)

    def leave(self, row: Claimed) -> float | None:
        """The moment of its place (of the monotonic clock, in seconds), which is over now; None: it had none."""
        return self._places.pop(row.id, None)

    def clear(self) -> list[Claimed]:
        """Stop waiting. Returns who has waited."""
        waiting, self._waiting = list(self._waiting.values()), {}
        self._places.clear()
        for _, handle in waiting:
            handle.cancel()
        return [row for row, _ in waiting]

    def _due(self, row: Claimed) -> None:
        del self._waiting[row.id]
        self._come(row)
