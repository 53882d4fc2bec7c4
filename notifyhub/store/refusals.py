"""Refusing deliveries by the book of addresses, without a call: when accepted, when expanded, and when claimed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import peewee

from notifyhub.domain.reachability import sender_in
from notifyhub.domain.states import Status
from notifyhub.store import chains, noting, reachability
from notifyhub.store.claimed import Claimed
from notifyhub.store.deliveries import GIVE_UP_KEY
from notifyhub.store.reachability import Known
from notifyhub.store.rows import Type, run_rows


class Candidate(NamedTuple):
    """A stored delivery that has not been sent, and whose address is in the books.

    overridden  True: only suppression counts
    due_at      an entry that will have expired by then (epoch ms) does not count
    """

    delivery_id: int
    channel: str
    address: str
    options: Mapping[str, Any]
    overridden: bool
    due_at: int


Books = Mapping[str, Mapping[str, Sequence[Known]]]
"""Entries by channel and address."""


class _Refused(NamedTuple):
    id: int
    reason: str
    refused_at: int
    learnt_at: int
    expires_at: int | None
    source: str


_REFUSED: dict[str, Type] = {
    "id": "BIGINT",
    "reason": "TEXT",
    "refused_at": "BIGINT",
    "learnt_at": "BIGINT",
    "expires_at": "BIGINT",
    "source": "TEXT",
}
# No call was made, so a claimed one returns the attempt's number too.
_REFUSE = f"""
    UPDATE deliveries SET
        status = CASE WHEN maybe_sent = 0 THEN '{Status.FAILED}' ELSE '{Status.UNCONFIRMED}' END,
        reason = r.reason, lease_until = NULL, dedup_key = {GIVE_UP_KEY},
        attempt = CASE WHEN deliveries.status = '{Status.SENDING}' THEN attempt - 1 ELSE attempt END
    FROM {{rows}} AS r
    WHERE deliveries.id = r.id AND deliveries.status IN ('{Status.SCHEDULED}', '{Status.SENDING}')
    {noting.RETURNING}, deliveries.reason"""
_EXPLAIN = """
    INSERT INTO refusals (delivery_id, refused_at, learnt_at, expires_at, source)
    SELECT r.id, r.refused_at, r.learnt_at, r.expires_at, r.source FROM {rows} AS r WHERE true
    ON CONFLICT (delivery_id) DO UPDATE SET refused_at = excluded.refused_at, learnt_at = excluded.learnt_at,
        expires_at = excluded.expires_at, source = excluded.source"""
_OVERRIDE = """
    INSERT INTO reachability_overrides (message_id) SELECT r.message_id FROM {rows} AS r WHERE true
    ON CONFLICT DO NOTHING"""
_OVERRIDDEN = """
    SELECT o.message_id FROM {rows} AS r JOIN reachability_overrides AS o ON o.message_id = r.message_id"""


def override(database: peewee.Database, message_ids: Iterable[UUID]) -> None:
    """From now on the book only refuses what is suppressed of these messages."""
    rows = [(id_.hex,) for id_ in message_ids]
    if rows:
        run_rows(database, _OVERRIDE, {"message_id": "UUID"}, rows)


def books_of(database: peewee.Database, places: Iterable[tuple[str, str]], now: int) -> Books:
    """The entries of (channel, address) pairs that hold at `now` (epoch ms); empty for most."""
    if not reachability.has_entries(database):
        return {}
    wanted: dict[str, set[str]] = {}
    for channel, address in places:
        wanted.setdefault(channel, set()).add(address)
    found = ((channel, reachability.known(database, channel, own, now)) for channel, own in wanted.items())
    return {channel: book for channel, book in found if book}


def refuse(database: peewee.Database, candidates: Iterable[Candidate], books: Books, now: int) -> dict[int, str]:
    """Refuse the deliveries whose address is in these books. Returns the reasons by delivery. `now` in epoch ms."""
    refused = [_refused(one.delivery_id, entry, now) for one, entry in kept_back(candidates, books)]
    _write(database, refused, now)
    return {one.id: one.reason for one in refused}


def kept_back(candidates: Iterable[Candidate], books: Books) -> Iterator[tuple[Candidate, Known]]:
    """The deliveries that these books refuse, with the entry that does."""
    for one in candidates:
        entry = reachability.binding(books[one.channel][one.address], sender_in(one.options))
        if entry is not None and entry.holds_at(one.due_at) and (entry.suppressed or not one.overridden):
            yield one, entry


def is_in(books: Books, channel: str, address: str) -> bool:
    """Is there an entry for this address?"""
    return channel in books and address in books[channel]


def heard(database: peewee.Database, rows: Sequence[Claimed], now: int) -> list[Claimed]:
    """Those of the claimed rows (of one channel) that may be sent; the others are refused. `now` in epoch ms."""
    if not rows or not reachability.has_entries(database, rows[0].channel):
        return list(rows)
    book = reachability.known(database, rows[0].channel, {row.address for row in rows}, now)
    in_book = {row.id: entry for row in rows if (entry := _entry(row, book)) is not None}
    if not in_book:
        return list(rows)
    overridden = _overridden(database, {row.message_id for row in rows if row.id in in_book})
    willing, refused = [], []
    for row in rows:
        entry = in_book.get(row.id)
        if entry is None:
            willing.append(row)
        elif entry.suppressed or row.message_id not in overridden:
            refused.append(_refused(row.id, entry, now))
        else:
            willing.append(row._replace(known_unreachable=True))
    _write(database, refused, now)
    return willing


def _entry(row: Claimed, book: Mapping[str, Sequence[Known]]) -> Known | None:
    entries = book.get(row.address)
    if not entries:
        return None
    options = orjson.loads(row.options).get(row.channel, {}) if row.options else {}
    return reachability.binding(entries, sender_in(options))


def _overridden(database: peewee.Database, message_ids: Iterable[UUID]) -> set[UUID]:
    rows = run_rows(database, _OVERRIDDEN, {"message_id": "UUID"}, [(id_.hex,) for id_ in message_ids]).fetchall()
    return {value if isinstance(value, UUID) else UUID(value) for (value,) in rows}


def _refused(delivery_id: int, entry: Known, now: int) -> _Refused:
    return _Refused(delivery_id, entry.reason, now, entry.learnt_at, entry.expires_at, entry.source)


def _write(database: peewee.Database, refused: Sequence[_Refused], now: int) -> None:
    if refused:
        moved = run_rows(database, _REFUSE, _REFUSED, map(tuple, refused)).fetchall()
        noting.failed((row[-2], row[-1]) for row in moved)
        noting.note_all("delivery.refused", ({**noting.delivery(*row), "reason": why} for *row, why in moved))
        run_rows(database, _EXPLAIN, _REFUSED, map(tuple, refused))
        chains.advance(database, [one.id for one in refused], now)
