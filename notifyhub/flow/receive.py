"""Receipts: the messengers' later reports, which change deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future

from notifyhub.clock import now_ms
from notifyhub.providers.receivers import Receiver
from notifyhub.store import receipts
from notifyhub.store.database import Database

MOST_AT_ONCE = 1_000


def receive(database: Database, receiver: Receiver, body: bytes, headers: Mapping[str, str]) -> Future[int]:
    """Accept a messenger's webhook call. The future is done after the commit, with the number of receipts whose
    delivery is known.

    Raises NotSigned at once; the future fails with StoreUnavailable, so that the messenger retries.
    """
    found = receiver.receipts(body, headers)
    if not found:
        nothing: Future[int] = Future()
        nothing.set_result(0)
        return nothing
    return database.write(receipts.apply, (found, now_ms()))


def settle(database: Database, now: int) -> int:
    """Apply receipts that arrived before their outcome was recorded (`now` in epoch ms)."""
    if not database.read(receipts.any_early).result():
        return 0
    return database.write(receipts.settle, (now, MOST_AT_ONCE)).result()
