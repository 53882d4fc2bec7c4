"""The book of addresses that nothing is sent to, as it is consulted and written in the transactions of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import orjson
import peewee

from notifyhub.domain.reachability import OPTED_OUT
from notifyhub.domain.states import Status
from notifyhub.store.rows import Type, is_postgres, run, run_rows


class Known(NamedTuple):
    """An entry. Times are epoch ms; it does not expire if `expires_at` is None."""

    address: str
    suppressed: int
    sender: str
    reason: str
    source: str
    learnt_at: int
    expires_at: int | None

    def holds_at(self, moment: int) -> bool:
        """Will it still be there (epoch ms)?"""
        return self.expires_at is None or self.expires_at > moment


class Taught(NamedTuple):
    """What the recorded result of an attempt says about its address; `expires_at` None: it is reachable."""

    delivery_id: int
    attempt: int
    sender: str
    learnt_at: int
    expires_at: int | None


class Place(NamedTuple):
    """An address of a channel, for one sender."""

    channel: str
    address: str
    sender: str


class Unreachable(NamedTuple):
    """What a messenger said about an address by itself. Times are epoch ms."""

    channel: str
    address: str
    sender: str
    reason: str
    source: str
    learnt_at: int
    expires_at: int


_ANY = "SELECT 1 FROM reachability LIMIT 1"
_ANY_OF_CHANNEL = "SELECT 1 FROM reachability WHERE channel = ? LIMIT 1"
# Plain texts instead of the rows of `store.rows`, and in the order of the index: a third of the time on SQLite.
_KNOWN = f"""
    SELECT {", ".join(f"b.{name}" for name in Known._fields)}
    FROM {{texts}} CROSS JOIN reachability AS b
    WHERE b.channel = ? AND b.address = r.value AND (b.expires_at IS NULL OR b.expires_at > ?)"""
_TEXTS_SQLITE = "json_each(?) AS r"
_TEXTS_POSTGRES = "json_array_elements_text(CAST(? AS json)) AS r (value)"
_ENTRY: dict[str, Type] = {
    "channel": "TEXT",
    "address": "TEXT",
    "sender": "TEXT",
    "reason": "TEXT",
    "source": "TEXT",
    "learnt_at": "BIGINT",
    "expires_at": "BIGINT",
}
# Newer words replace older ones. In one order everywhere, so that two processes do not deadlock on PostgreSQL.
_WRITE = f"""
    INSERT INTO reachability (suppressed, {", ".join(_ENTRY)})
    SELECT {{suppressed}}, e.channel, e.address, e.sender, MAX(e.reason), MAX(e.source), MAX(e.learnt_at),
        MAX(e.expires_at)
    FROM {{entries}} AS e WHERE true GROUP BY e.channel, e.address, e.sender ORDER BY e.channel, e.address, e.sender
    ON CONFLICT (channel, address, suppressed, sender) DO UPDATE SET
        reason = excluded.reason, source = excluded.source, learnt_at = excluded.learnt_at,
        expires_at = excluded.expires_at"""
_TAUGHT: dict[str, Type] = {
    "delivery_id": "BIGINT",
    "attempt": "BIGINT",
    "sender": "TEXT",
    "learnt_at": "BIGINT",
    "expires_at": "BIGINT",
}
# Only of results that counted: the delivery is as they say.
_OF_DELIVERIES = f"""(
    SELECT d.channel AS channel, d.address AS address, r.sender AS sender, d.reason AS reason, 'attempt' AS source,
        r.learnt_at AS learnt_at, r.expires_at AS expires_at
    FROM {{rows}} AS r JOIN deliveries AS d ON d.id = r.delivery_id
    WHERE d.attempt = r.attempt AND d.status = '{Status.FAILED}' AND d.reason IS NOT NULL AND d.address <> '')"""
_REACHED = f"""
    DELETE FROM reachability WHERE suppressed = 0 AND (channel, address, sender) IN (
        SELECT d.channel, d.address, r.sender FROM {{rows}} AS r JOIN deliveries AS d ON d.id = r.delivery_id
        WHERE d.attempt = r.attempt AND d.status = '{Status.SENT}')"""
_PLACE: dict[str, Type] = {"channel": "TEXT", "address": "TEXT", "sender": "TEXT"}
_REACHABLE = """
    DELETE FROM reachability WHERE suppressed = 0 AND (channel, address, sender) IN (
        SELECT r.channel, r.address, r.sender FROM {rows} AS r)"""
_ALLOW = """
    DELETE FROM reachability WHERE suppressed = 1 AND sender = '' AND (channel, address) IN (
        SELECT r.channel, r.address FROM {rows} AS r)"""
_EXPIRE = """
    DELETE FROM reachability WHERE id IN (
        SELECT id FROM reachability WHERE expires_at IS NOT NULL AND expires_at <= ? LIMIT ?)"""
_ANY_EXPIRED = "SELECT 1 FROM reachability WHERE expires_at IS NOT NULL AND expires_at <= ? LIMIT 1"


def has_entries(database: peewee.Database, channel: str | None = None) -> bool:
    """Query: is there any entry (of this channel)? Most books have few, so this is asked first."""
    found = run(database, _ANY) if channel is None else run(database, _ANY_OF_CHANNEL, channel)
    return found.fetchone() is not None


def known(database: peewee.Database, channel: str, addresses: Iterable[str], now: int) -> dict[str, list[Known]]:
    """The entries of these addresses that hold at `now` (epoch ms)."""
    found: dict[str, list[Known]] = {}
    sql = _KNOWN.format(texts=_TEXTS_POSTGRES if is_postgres(database) else _TEXTS_SQLITE)
    rows = run(database, sql, orjson.dumps(sorted(addresses)).decode(), channel, now)
    for row in rows.fetchall():
        entry = Known(*row)
        found.setdefault(entry.address, []).append(entry)
    return found


def binding(entries: Sequence[Known], sender: str) -> Known | None:
    """The entry that forbids this sender to write: suppression first, because it cannot be overridden."""
    suppressed = next((entry for entry in entries if entry.suppressed), None)
    return suppressed or next((entry for entry in entries if entry.sender == sender), None)


def learn(database: peewee.Database, taught: Sequence[Taught]) -> None:
    """Write what recorded results say about their addresses."""
    refused = [one for one in taught if one.expires_at is not None]
    reached = [one for one in taught if one.expires_at is None]
    if refused:
        run_rows(database, _write(0, _OF_DELIVERIES), _TAUGHT, map(tuple, refused))
    if reached:
        run_rows(database, _REACHED, _TAUGHT, map(tuple, reached))


def write_unreachable(database: peewee.Database, entries: Sequence[Unreachable]) -> None:
    """Write what messengers said."""
    if entries:
        run_rows(database, _write(0, "{rows}"), _ENTRY, map(tuple, entries))


def write_suppressed(database: peewee.Database, places: Iterable[tuple[str, str]], source: str, now: int) -> None:
    """Suppress (channel, address) pairs for good; `now` in epoch ms."""
    rows = [(channel, address, "", OPTED_OUT, source, now, None) for channel, address in places]
    if rows:
        run_rows(database, _write(1, "{rows}"), _ENTRY, rows)


def write_reachable(database: peewee.Database, places: Sequence[Place]) -> None:
    """These senders may write there again, unless it is suppressed."""
    if places:
        run_rows(database, _REACHABLE, _PLACE, map(tuple, places))


def write_allowed(database: peewee.Database, places: Sequence[tuple[str, str]]) -> None:
    """Nothing is suppressed there any more."""
    if places:
        run_rows(database, _ALLOW, {"channel": "TEXT", "address": "TEXT"}, map(tuple, places))


def any_expired(now: int) -> Callable[[peewee.Database], bool]:
    """Query: has any entry expired at `now` (epoch ms)?"""
    return lambda database: run(database, _ANY_EXPIRED, now).fetchone() is not None


def expire(database: peewee.Database, requests: Sequence[tuple[int, int]]) -> list[int]:
    """Delete entries that have expired: pairs of (now in epoch ms, most at once). Returns their numbers."""
    return [run(database, _EXPIRE, now, limit).rowcount for now, limit in requests]


def _write(suppressed: int, entries: str) -> str:
    return _WRITE.replace("{suppressed}", str(suppressed)).replace("{entries}", entries)
