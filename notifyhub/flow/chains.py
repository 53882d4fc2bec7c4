"""The sweep of chains: steps that were not confirmed in time give way. Rows decide, so it may run anywhere."""

from __future__ import annotations

from collections.abc import Callable

from notifyhub.store import confirmations
from notifyhub.store.database import Database

MOST_AT_ONCE = 1_000


def sweep(database: Database, ring: Callable[[str], None], now: int) -> int:
    """Let what is overdue at `now` (epoch ms) give way, and ring for what follows. Returns how many were looked at."""
    seen = 0
    while database.read(confirmations.any_overdue(now)).result():
        looked_at, due = database.write(confirmations.give_way, (now, MOST_AT_ONCE)).result()
        if not looked_at:
            # What is left is being sent: the next sweep looks at it again.
            break
        seen += looked_at
        for channel in due:
            ring(channel)
    return seen
