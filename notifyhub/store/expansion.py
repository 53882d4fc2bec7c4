"""Expansion: an audience becomes deliveries, slice by slice, in the order of the clients' ids.

The cursor moves in the transaction that stores the rows, and only from where the slice began. So a mailing that is
stopped anywhere goes on where it was, and two processes that expand the same slice store it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.domain.audience import audience_of
from notifyhub.domain.chains import is_chain
from notifyhub.domain.durations import milliseconds
from notifyhub.domain.mailings import MailingStatus
from notifyhub.domain.states import Status
from notifyhub.errors import StoreUnavailable
from notifyhub.store import audiences, chain_steps, erasures, fingerprints, noting, refusals, wordings
from notifyhub.store.chain_steps import Begun
from notifyhub.store.fingerprints import TRIES
from notifyhub.store.mailing_models import Mailing
from notifyhub.store.mailings import Row
from notifyhub.store.refusals import Books, Candidate
from notifyhub.store.rows import Type, as_uuid, fetch, fetch_rows, is_postgres, run, run_rows, uuid_parameter
from notifyhub.store.wordings import Wording

SETTLED_MS = 5_000
"""On PostgreSQL a client may become visible after one with a higher id: late joiners wait this long to be added."""

_COLUMNS = tuple(field.column_name for field in Mailing._meta.sorted_fields)
_UNFINISHED = f"""
    SELECT {", ".join(_COLUMNS)} FROM mailings
    WHERE expanded_at IS NULL AND (
        status = '{MailingStatus.RUNNING}' OR (swept = 0 AND status = '{MailingStatus.EXPIRED}'))
    ORDER BY id"""


class Member(NamedTuple):
    """A client of an audience; JSON as text."""

    id: int
    phone: str
    operator_code: str | None
    timezone: str
    addresses: str
    opted_out: str
    attributes: str


class Placed(NamedTuple):
    """A delivery to store; `due_at` in epoch ms, `rest` as in `chain_steps`."""

    position: int
    channel: str
    address: str
    status: str
    reason: str | None
    due_at: int
    dedup_key: str | None
    client_id: int
    operator_code: str | None
    sender: str
    rest: str | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """What a slice of an audience becomes.

    mailing      its row when the slice was read
    cursor       where the next slice begins
    is_last      all clients have been looked at
    deliveries   in the order of the clients
    places       positions that are taken, by deliveries and by what may follow them
    matched, unreachable, opted_out   numbers of clients
    wordings     the texts of its deliveries, and of those that may follow, if they are made from a template
    """

    mailing: Row
    cursor: int
    is_last: bool
    now: int
    deliveries: Sequence[Placed]
    places: int
    matched: int
    unreachable: int
    opted_out: int
    wordings: Sequence[Wording] = ()

    @property
    def next(self) -> Row:
        """The row of the mailing once this slice is stored."""
        return {**self.mailing, "cursor": self.cursor, "placed": self.mailing["placed"] + self.places}


_PLACED: dict[str, Type] = {
    "position": "BIGINT",
    "channel": "TEXT",
    "address": "TEXT",
    "status": "TEXT",
    "reason": "TEXT",
    "due_at": "BIGINT",
    "dedup_key": "TEXT",
    "client_id": "BIGINT",
    "operator_code": "TEXT",
    "sender": "TEXT",
}
_SAME: dict[str, Type] = {
    "message_id": "UUID",
    "mailing_id": "BIGINT",
    "lane": "BIGINT",
    "priority": "BIGINT",
    "max_attempts": "BIGINT",
    "created_at": "BIGINT",
}
_INSERT = f"""
    INSERT INTO deliveries ({", ".join([*_PLACED, *_SAME])}, attempt, spent, maybe_sent)
    SELECT {", ".join(f"r.{name}" for name in _PLACED)}, {", ".join(f"s.{name}" for name in _SAME)}, 0, 0, 0
    FROM {{rows}} AS r CROSS JOIN (SELECT {", ".join(f"CAST(? AS {{{name}}}) AS {name}" for name in _SAME)}) AS s
    WHERE {fingerprints.FREE} ON CONFLICT DO NOTHING"""
_THERE = """
    SELECT r.position AS position, d.id AS id FROM {rows} AS r JOIN deliveries AS d
    ON d.message_id = r.message_id AND d.position = r.position"""
_DUPLICATE: dict[str, Type] = {
    "message_id": "UUID",
    "position": "BIGINT",
    "channel": "TEXT",
    "address": "TEXT",
    "duplicate_of": "BIGINT",
    "client_id": "BIGINT",
}
_INSERT_DUPLICATES = f"""
    INSERT INTO duplicates ({", ".join(_DUPLICATE)}) SELECT {", ".join(_DUPLICATE)} FROM {{rows}} AS r"""
_ADVANCE = """
    UPDATE mailings SET cursor = ?, placed = placed + ?, matched = matched + ?, unreachable = unreachable + ?,
        opted_out = opted_out + ?, expanded_at = ?
    WHERE id = ? AND cursor = ? AND expanded_at IS NULL AND status = ? AND COALESCE(ends_at, -1) = ?"""


def unfinished(database: peewee.Database) -> list[dict[str, Any]]:
    """Query: the rows of mailings whose audience has not been looked at to its end."""
    return [dict(zip(_COLUMNS, row, strict=True)) for row in fetch(database, _UNFINISHED, _COLUMNS)]


def members(mailing: Row, limit: int, now: int) -> Callable[[peewee.Database], list[Member]]:
    """Query: the next clients of a mailing's audience, in the order of their ids; `now` in epoch ms."""

    def ask(database: peewee.Database) -> list[Member]:
        audience = audience_of(orjson.loads(mailing["audience"]))
        where, values = audiences.condition(audience, postgres=is_postgres(database))
        settled = f"AND c.created_at <= {now - SETTLED_MS}" if mailing["late_joiners"] else ""
        sql = f"""
            SELECT {", ".join(f"c.{name} AS {name}" for name in Member._fields)} FROM clients AS c
            WHERE c.id > ? AND c.id <= ? {settled} AND {where} ORDER BY c.id LIMIT ?"""
        edges = (mailing["cursor"], mailing["last_client_id"])
        return sorted(Member._make(row) for row in fetch(database, sql, Member._fields, *edges, *values, limit))

    return ask


def place(database: peewee.Database, slices: Sequence[Slice]) -> list[bool]:
    """Store slices, as a writer's job. False for one that somebody else stored, or whose mailing was changed."""
    return [_place(database, slice_) for slice_ in slices]


def _place(database: peewee.Database, slice_: Slice) -> bool:
    mailing = slice_.mailing
    numbers = (slice_.places, slice_.matched, slice_.unreachable, slice_.opted_out)
    expanded_at = slice_.now if slice_.is_last else None
    end = -1 if mailing["ends_at"] is None else mailing["ends_at"]
    at = (mailing["id"], mailing["cursor"], mailing["status"], end)
    erasures.keep_off(database)
    if not run(database, _ADVANCE, slice_.cursor, *numbers, expanded_at, *at).rowcount:
        return False
    left_out = _insert(database, mailing, slice_.deliveries, slice_.now)
    duplicates = len(left_out)
    noting.placed(mailing, (d for d in slice_.deliveries if d.position not in left_out))
    if slice_.wordings:
        wordings.add(database, uuid_parameter(database, as_uuid(mailing["message_id"])), slice_.wordings)
    if is_chain(chain := orjson.loads(mailing["channels"])):
        _begin_chains(database, mailing, slice_.deliveries, chain)
    if duplicates:
        run(database, "UPDATE mailings SET duplicates = duplicates + ? WHERE id = ?", duplicates, mailing["id"])
    counts = "UPDATE messages SET accepted = accepted + ?, duplicates = duplicates + ? WHERE id = ?"
    run(database, counts, len(slice_.deliveries) - duplicates, duplicates, mailing["message_id"])
    _refuse(database, mailing, slice_)
    # Their deliveries are cancelled when it is their turn.
    erasures.forget_gone(database, {d.client_id for d in slice_.deliveries})
    return True


def _refuse(database: peewee.Database, mailing: Row, slice_: Slice) -> None:
    """Refuse what goes to addresses of which it is known that nothing arrives, or may be sent there."""
    overridden = bool(mailing["ignore_reachability"])
    if overridden:
        refusals.override(database, [as_uuid(mailing["message_id"])])
    waiting = [d for d in slice_.deliveries if d.status == Status.SCHEDULED]
    books = refusals.books_of(database, ((d.channel, d.address) for d in waiting), slice_.now)
    if not books:
        return
    hit = [d for d in waiting if refusals.is_in(books, d.channel, d.address)]
    ids = _there(database, mailing, hit)
    candidates = in_books(mailing, (d for d in hit if d.position in ids), books, ids)
    refusals.refuse(database, candidates, books, slice_.now)


def in_books(mailing: Row, deliveries: Iterable[Placed], books: Books, ids: Mapping[int, int]) -> Iterator[Candidate]:
    """The deliveries whose addresses are in these books; `ids` by their positions, as far as they are stored."""
    options, overridden = orjson.loads(mailing["options"] or "{}"), bool(mailing["ignore_reachability"])
    for d in deliveries:
        if refusals.is_in(books, d.channel, d.address):
            own = options.get(d.channel, {})
            yield Candidate(ids.get(d.position, 0), d.channel, d.address, own, overridden, d.due_at)


def _begin_chains(
    database: peewee.Database, mailing: Row, deliveries: Sequence[Placed], chain: Mapping[str, Any]
) -> None:
    message_id = as_uuid(mailing["message_id"]).hex
    within = chain.get("confirm_within")
    within_ms = None if within is None else milliseconds(within)
    chain_steps.begin(database, [Begun(message_id, d.position, d.rest, within_ms) for d in deliveries])


def _insert(database: peewee.Database, mailing: Row, deliveries: Sequence[Placed], now: int) -> set[int]:
    """Insert the rows, and return the positions of those that are duplicates."""
    pending, left_out = list(deliveries), set[int]()
    if mailing["deduplicate"].isdigit():
        window_ms = int(mailing["deduplicate"]) * 1000
        fingerprints.give_way(database, [(d.dedup_key, d.due_at, window_ms) for d in pending if d.dedup_key])
    for _ in range(TRIES):
        if not pending:
            return left_out
        if _insert_fresh(database, mailing, pending, now) == len(pending):
            return left_out
        there = _there(database, mailing, pending)
        refused = [d for d in pending if d.position not in there]
        holders = fingerprints.holders(database, [d.dedup_key for d in refused if d.dedup_key])
        duplicates = [d for d in refused if d.dedup_key in holders]
        _insert_duplicates(database, mailing, duplicates, holders)
        left_out |= {d.position for d in duplicates}
        # A key may have been released since the row was refused: then it is simply tried again.
        pending = [d for d in refused if d.dedup_key not in holders]
    raise StoreUnavailable("others took the place again and again; this slice is tried again")


def _insert_fresh(database: peewee.Database, mailing: Row, deliveries: Sequence[Placed], now: int) -> int:
    same = (mailing["message_id"], mailing["id"], mailing["id"], mailing["priority"], mailing["max_attempts"], now)
    kinds = {name: "TEXT" if kind == "UUID" and not is_postgres(database) else kind for name, kind in _SAME.items()}
    sql = _INSERT
    for name, kind in kinds.items():
        sql = sql.replace(f"{{{name}}}", kind)
    count: int = run_rows(database, sql, _PLACED, map(tuple, deliveries), *same).rowcount
    return count


def _there(database: peewee.Database, mailing: Row, deliveries: Sequence[Placed]) -> dict[int, int]:
    """The ids of those deliveries that are stored, by position."""
    id_ = as_uuid(mailing["message_id"]).hex
    columns: dict[str, Type] = {"message_id": "UUID", "position": "BIGINT"}
    rows = fetch_rows(database, _THERE, ("position", "id"), columns, [(id_, d.position) for d in deliveries])
    return dict(rows)  # type: ignore[arg-type]


def _insert_duplicates(
    database: peewee.Database, mailing: Row, deliveries: Sequence[Placed], holders: dict[str, int]
) -> None:
    if deliveries:
        id_ = as_uuid(mailing["message_id"]).hex
        rows = [(id_, d.position, d.channel, d.address, holders[d.dedup_key or ""], d.client_id) for d in deliveries]
        run_rows(database, _INSERT_DUPLICATES, _DUPLICATE, rows)
