"""Something that happens between the statements of those who read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interrupted(happens: Callable[[], object]) -> Iterator[list[int]]:
    """Before each statement of those who read, this happens. Yields a list with an entry for each time."""
    log, busy, times = logging.getLogger("peewee"), threading.Lock(), list[int]()

    def before(record: logging.LogRecord) -> bool:
        # What happens may itself ask.
        if str(record.threadName).startswith("notifyhub-reader") and busy.acquire(blocking=False):
            try:
                happens()
                times.append(len(times))
            finally:
                busy.release()
        return False

    level = log.level
    log.addFilter(before)
    log.setLevel(logging.DEBUG)
    try:
        yield times
    finally:
        log.setLevel(level)
        log.removeFilter(before)
