"""Counts the outcomes of calls in this process, and writes the counts to the store now and then."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from secrets import token_hex

from notifyhub.errors import NotifyhubError
from notifyhub.store import call_counts
from notifyhub.store.call_counts import MINUTE_MS, Counted
from notifyhub.store.database import Database
from notifyhub.store.deliveries import Result

FLUSH_S = 1.0
"""Seconds between writes: far less than a look at the channels needs, far more than the road notices."""

_Key = tuple[str, int, str, str]


class CallMetrics:
    """Used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._process = token_hex(4)
        self._lock = threading.Lock()
        self._counts: dict[_Key, tuple[int, int]] = {}

    def note(self, channel: str, results: Sequence[Result]) -> None:
        """Count the calls of these results."""
        with self._lock:
            for result in results:
                if (call := result.call) is not None:
                    key = (channel, call.finished_at // MINUTE_MS, call.outcome, call.code)
                    count, last_at = self._counts.get(key, (0, 0))
                    self._counts[key] = (count + 1, max(last_at, call.finished_at))

    def flush(self) -> None:
        """Write the counts. Raises StoreUnavailable; counts that cannot be written are lost."""
        with self._lock:
            counts, self._counts = self._counts, {}
        if counts:
            batch = [
                Counted(channel, minute, self._process, outcome, code, count, last_at)
                for (channel, minute, outcome, code), (count, last_at) in counts.items()
            ]
            self._database.write(call_counts.add, batch).result()

    def close(self) -> None:
        """Write the rest, if the store is available."""
        try:
            self.flush()
        except NotifyhubError:
            # Only statistics are lost, which must not make a stop fail.
            return
