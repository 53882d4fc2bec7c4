"""Forgets events that are too old, and posts that wait in vain."""

from __future__ import annotations

from notifyhub.store import events, webhook_posts
from notifyhub.store.database import Database

MOST_AT_ONCE = 1_000


def forget(database: Database, now: int, kept_s: int) -> int:
    """Delete events older than `kept_s` seconds at `now` (epoch ms), but for those that are still to be posted.

    What waits too long for an endpoint that is disabled is given up. Returns how many events were deleted.
    """
    database.write(webhook_posts.give_up, now).result()
    forgotten, until = 0, now - kept_s * 1000
    while database.read(events.any_old(until)).result():
        count = database.write(events.forget, (until, MOST_AT_ONCE)).result()
        if not count:
            break
        forgotten += count
    return forgotten
