"""Short passes over deliveries that are due, orphaned or late. Each may run anywhere, twice or never: rows decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from notifyhub import logs
from notifyhub.domain.outcome import Unconfirmed
from notifyhub.domain.retry import RetryPolicy
from notifyhub.flow import metering, telling
from notifyhub.flow.attempt import concluded
from notifyhub.store import audit, claims, deliveries, idempotency, reachability, sessions, views
from notifyhub.store.database import Database

MOST_AT_ONCE = 1_000
ANY_LEASE = 2**62
"""A moment that every lease has run out by: for a process that knows it is the only one to pump."""

_log = logs.logger(__name__)


def ring_due(database: Database, channels: Mapping[str, RetryPolicy], ring: Callable[[str], None], now: int) -> None:
    """Ring for every channel with something due at `now` (epoch ms): deferred, retried or missed."""
    for channel in database.read(views.due_channels(channels, now)).result():
        ring(channel)


def look_ahead(
    database: Database, channels: Iterable[str], expect: Callable[[str, int], None], now: int, until: int
) -> None:
    """Report the next time, up to `until` (epoch ms), at which something becomes due on each channel."""
    for channel, due_at in database.read(views.next_due(channels, now, until)).result().items():
        expect(channel, due_at)


def rescue(database: Database, policies: Mapping[str, RetryPolicy], now: int, leases_until: int | None = None) -> int:
    """Judge deliveries whose worker died during the call. Returns their number.

    `now` in epoch ms; `leases_until` (epoch ms, default `now`) says which leases count as expired.
    """
    limit = now if leases_until is None else leases_until
    rescued = 0
    while database.read(views.needs_rescue(limit)).result():
        rows = database.read(claims.left_behind(MOST_AT_ONCE, limit)).result()
        outcome = Unconfirmed(code="worker_lost", detail="the worker died before the answer was recorded")
        results = [
            concluded(row, outcome, policies.get(row.channel, RetryPolicy()), started_at=now, finished_at=now)
            for row in rows
        ]
        if not results:
            break
        database.write(deliveries.record, results).result()
        telling.rescued(rows, results)
        metering.rescued(rows, results)
        rescued += len(results)
    if rescued:
        _log.warning("rescued %d deliveries whose worker was lost", rescued)
    return rescued


def forget(database: Database, now: int) -> int:
    """Delete answers to idempotency keys that are too old at `now` (epoch ms). Returns their number."""
    forgotten = 0
    while database.read(idempotency.needs_forgetting(now)).result():
        count = database.write(idempotency.forget, (now, MOST_AT_ONCE)).result()
        if not count:
            break
        forgotten += count
    return forgotten


def forget_unreachable(database: Database, now: int) -> int:
    """Delete what was learnt of addresses and no longer holds at `now` (epoch ms). Returns its number."""
    forgotten = 0
    while database.read(reachability.any_expired(now)).result():
        count = database.write(reachability.expire, (now, MOST_AT_ONCE)).result()
        if not count:
            break
        forgotten += count
    return forgotten


def forget_audit(database: Database, until: int) -> int:
    """Delete lines of the audit from before a moment (epoch ms). Returns their number."""
    forgotten = 0
    while database.read(audit.any_older(until)).result():
        count = database.write(audit.forget, (until, MOST_AT_ONCE)).result()
        if not count:
            break
        forgotten += count
    return forgotten


def forget_sessions(database: Database, now: int) -> int:
    """Delete links and sessions of the dashboard that have expired at `now` (epoch ms). Returns their number."""
    forgotten = 0
    while database.read(sessions.any_expired(now)).result():
        count = database.write(sessions.forget, (now, MOST_AT_ONCE)).result()
        if not count:
            break
        forgotten += count
    return forgotten


def expire(database: Database, now: int) -> int:
    """Expire deliveries that are still waiting after their expiry time (`now` in epoch ms). Returns their number."""
    expired = 0
    while database.read(views.needs_expiry(now)).result():
        count = database.write(deliveries.expire, (now, MOST_AT_ONCE)).result()
        if not count:
            break
        expired += count
    return expired
