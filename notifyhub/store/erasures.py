"""Erasing clients: what was said to them and where, also while a mailing takes them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import peewee

from notifyhub.store import events, forgetting, wordings
from notifyhub.store.rows import fetch_rows, is_postgres, run

# That something was sent, when, and with what outcome stays for the statistics.
_OF_CLIENT = "SELECT id FROM deliveries WHERE client_id = ? AND client_id IS NOT NULL"
_DUPLICATES = "UPDATE duplicates SET address = '' WHERE client_id = ? AND client_id IS NOT NULL AND address <> ''"
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


def forget(database: peewee.Database, client_id: int) -> Counter[str]:
    """Remove what is personal in the deliveries of a client. Returns the number of rows by table."""
    counts = Counter({"wordings": wordings.forget(database, client_id)})
    counts["events"] += events.forget_client(database, client_id)
    ids = [row[0] for row in run(database, _OF_CLIENT, client_id).fetchall()]
    counts += forgetting.forget_deliveries(database, ids)
    counts["duplicates"] += run(database, _DUPLICATES, client_id).rowcount
    return counts


def forget_gone(database: peewee.Database, ids: Iterable[int]) -> None:
    """`forget` those of these clients who are no longer in the directory."""
    for (id_,) in fetch_rows(database, _GONE, ("id",), {"id": "BIGINT"}, [(id_,) for id_ in ids]):
        forget(database, id_)
