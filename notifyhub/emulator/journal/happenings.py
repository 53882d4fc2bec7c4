"""Events besides the journal: callbacks, and what people did. A bounded log for the page."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

KEPT = 2000


class Happenings:
    """The latest events, numbered without gaps from 1. `tell` is called after each."""

    def __init__(self, tell: Callable[[], None], *, kept: int = KEPT) -> None:
        self._tell = tell
        self._log: deque[dict[str, Any]] = deque(maxlen=kept)
        self._number = 0

    @property
    def last(self) -> int:
        """The number of the newest; 0 if there never was one."""
        return self._number

    def add(self, what: str, **facts: Any) -> None:
        """`what` is "callback" or "deed"; `at`, seconds since 1970, is now unless given."""
        self._number += 1
        self._log.append({"at": time.time(), **facts, "number": self._number, "what": what})
        self._tell()

    def since(self, number: int) -> list[dict[str, Any]]:
        """The events after `number`, oldest first."""
        first = self._number - len(self._log)
        return [] if number >= self._number else list(self._log)[max(0, number - first) :]

    def clear(self) -> None:
        """Forget all events. Numbers are not reused."""
        self._log.clear()
