"""Makes Dramatiq say seldom that the broker is away: each of its consumers says so every few seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from dramatiq.common import dq_name

from notifyhub.logs.seldom import Seldom
from notifyhub.queue import queue_name
from notifyhub.queue.troubles import in_words

_COMPLAINTS = ("Consumer encountered a connection error: ", "Failed to post_process_message")


class _Calm(logging.Filter):
    """Takes these records from the loggers of all consumers, and tells of them as one."""

    def __init__(self, noticed: Callable[[], None]) -> None:
        super().__init__()
        self._noticed = noticed
        self._say = Seldom()

    def filter(self, record: logging.LogRecord) -> bool:
        reason = _reason(record)
        if reason is None:
            return True
        self._noticed()
        self._say(logging.getLogger(__name__).warning, f"the broker cannot be reached; trying again: {reason}")
        return False


def _reason(record: logging.LogRecord) -> str | None:
    if str(record.msg).startswith(_COMPLAINTS):
        errors = [one for one in record.args or () if isinstance(one, BaseException)]
        return in_words(errors[0]) if errors else record.getMessage().splitlines()[0]
    error = record.exc_info[1] if record.exc_info else None
    # To Dramatiq a timeout of Redis is an unexpected error.
    return None if type(error).__name__ != "TimeoutError" else str(error)


def consumers(channels: Iterable[str], noticed: Callable[[], None]) -> None:
    """Calm the consumers of these channels; `noticed()` is called, on any thread, whenever one has no broker."""
    calm = _Calm(noticed)
    for channel in channels:
        for name in (queue_name(channel), dq_name(queue_name(channel))):
            logger = logging.getLogger(f"dramatiq.worker.ConsumerThread({name})")
            for old in [one for one in logger.filters if isinstance(one, _Calm)]:
                logger.removeFilter(old)
            logger.addFilter(calm)
