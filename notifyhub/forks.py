"""Locks that are free in a forked child, whoever held them in the parent: that thread does not exist there."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakSet


class ForkedLock:
    """A lock for `with`. What it protects must be usable in a child even if a thread of the parent was changing it.

    make  `threading.Lock` or `threading.RLock`
    """

    def __init__(self, make: Callable[[], Any] = threading.Lock) -> None:
        self._make = make
        self.renew()
        _all.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def renew(self) -> None:
        """In a child: nobody holds it."""
        self._lock = self._make()


_all: WeakSet[ForkedLock] = WeakSet()


def _renew_all() -> None:
    for lock in list(_all):
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
