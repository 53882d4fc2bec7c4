"""Webhook calls of messengers: receipts, which change deliveries, and what people do."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future

from notifyhub.clock import now_ms
from notifyhub.domain.reachability import KEPT_MS
from notifyhub.providers.receivers import Receiver
from notifyhub.store import hearing, receipts
from notifyhub.store.database import Database
from notifyhub.store.hearing import Heard, Rules

MOST_AT_ONCE = 1_000


def receive(
    database: Database, receiver: Receiver, body: bytes, headers: Mapping[str, str], rules: Rules
) -> Future[int]:
    """Accept a messenger's webhook call. The future is done after the commit, with the number of receipts whose
    delivery is known.

    Raises NotSigned at once; the future fails with StoreUnavailable, so that the messenger retries.
    """
    found, inbound = receiver.read(body, headers)
    if not found and not inbound:
        nothing: Future[int] = Future()
        nothing.set_result(0)
        return nothing
    return database.write(hearing.hear, Heard(found, inbound, now_ms(), rules))


def settle(database: Database, now: int, unreachable_kept_ms: int = KEPT_MS) -> int:
    """Apply receipts that arrived before their outcome was recorded (`now` in epoch ms)."""
    if not database.read(receipts.any_early).result():
        return 0
    return database.write(receipts.settle, (now, MOST_AT_ONCE, unreachable_kept_ms)).result()


def forget(database: Database, now: int) -> int:
    """Forget webhook calls that nobody repeats any more (`now` in epoch ms). Returns their number."""
    forgotten = 0
    while database.read(hearing.any_old(now)).result():
        count = database.write(hearing.forget, (now, MOST_AT_ONCE)).result()
        if not count:
            break
        forgotten += count
    return forgotten
