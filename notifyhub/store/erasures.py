"""Erasing clients: what was said to them and where, also while a mailing takes them in."""

from __future__ import annotations

from collections.abc import Iterable

import peewee

from notifyhub.store import events, wordings
from notifyhub.store.rows import fetch_rows, is_postgres, run

# What is personal goes; that something was sent, when, and with what outcome stays for the statistics.
_FORGET = (
    """UPDATE attempts SET detail = '' WHERE delivery_id IN (
        SELECT id FROM deliveries WHERE client_id = ? AND client_id IS NOT NULL)""",
    """UPDATE receipts SET detail = '' WHERE delivery_id IN (
        SELECT id FROM deliveries WHERE client_id = ? AND client_id IS NOT NULL)""",
    "UPDATE deliveries SET address = '' WHERE client_id = ? AND client_id IS NOT NULL",
    "UPDATE duplicates SET address = '' WHERE client_id = ? AND client_id IS NOT NULL",
    """UPDATE chain_steps SET rest = NULL, confirm_at = NULL WHERE delivery_id IN (
        SELECT id FROM deliveries WHERE client_id = ? AND client_id IS NOT NULL)""",
)
_LOCK = 7_301_904_457
_GONE = """
    SELECT r.id AS id FROM {rows} AS r WHERE NOT EXISTS (SELECT 1 FROM clients AS c WHERE c.id = r.id)"""


def begin(database: peewee.Database) -> None:
    """Let this transaction erase clients: it waits for those that keep them, and keeps them waiting."""
    if is_postgres(database):
        run(database, "SELECT pg_advisory_xact_lock(?)", _LOCK)


def keep_off(database: peewee.Database) -> None:
    """Let nobody be erased until this transaction ends. SQLite has one writer at a time anyway."""
    if is_postgres(database):
        run(database, "SELECT pg_advisory_xact_lock_shared(?)", _LOCK)


def forget(database: peewee.Database, client_id: int) -> None:
    """Remove what is personal in the deliveries of a client."""
    wordings.forget(database, client_id)
    events.forget_client(database, client_id)
    for statement in _FORGET:
        run(database, statement, client_id)


def forget_gone(database: peewee.Database, ids: Iterable[int]) -> None:
    """`forget` those of these clients who are no longer in the directory."""
    for (id_,) in fetch_rows(database, _GONE, ("id",), {"id": "BIGINT"}, [(id_,) for id_ in ids]):
        forget(database, id_)
