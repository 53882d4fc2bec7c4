"""What a pump has claimed: deliveries that may go, and those that wait for their place in time, without sleeping."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from notifyhub.store.claimed import Claimed


class Ready:
    """Deliveries that may be sent at once: urgent ones (priority 0) first, the others in their order."""

    def __init__(self) -> None:
        self._urgent: deque[Claimed] = deque()
        self._others: deque[Claimed] = deque()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._others)

    def append(self, row: Claimed) -> None:
        (self._others if row.priority else self._urgent).append(row)

    def popleft(self) -> Claimed:
        return (self._urgent or self._others).popleft()

    def clear(self) -> list[Claimed]:
        """Returns those that were left."""
        left = [*self._urgent, *self._others]
        self._urgent.clear()
        self._others.clear()
        return left


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
