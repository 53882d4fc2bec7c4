"""Tells those who wait for a delivery that something has happened."""

from __future__ import annotations

import threading
from concurrent.futures import Future


class Progress:
    """The future of the next progress, shared by any number of waiters."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: Future[None] | None = None

    def next(self) -> Future[None]:
        """Done at the next progress that this process makes. Ask for it before looking, so that none is missed."""
        with self._lock:
            if self._next is None:
                self._next = Future()
            return self._next

    def tell(self) -> None:
        """Something has happened."""
        if self._next is None:  # most often nobody waits
            return
        with self._lock:
            told, self._next = self._next, None
        if told is not None:
            told.set_result(None)
