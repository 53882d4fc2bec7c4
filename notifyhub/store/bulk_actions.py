"""An action on many deliveries that somebody has selected: jobs of the writer, slice by slice, and their count.

What an action leaves alone is said once, as a condition of SQL (`_FITS`), which the count and the jobs share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.domain.bulk import Bulk
from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.mailings import LIVE, MailingStatus
from notifyhub.domain.states import Status
from notifyhub.domain.templates import UNWORDED
from notifyhub.errors import StoreUnavailable
from notifyhub.requests import Filters
from notifyhub.store import chain_steps, fingerprints, noting, refusals, wordings
from notifyhub.store.deliveries import GIVE_UP_KEY
from notifyhub.store.list_queries import counted
from notifyhub.store.mailing_retries import reopen
from notifyhub.store.rows import Type, as_uuid, fetch_rows, is_postgres, run_rows
from notifyhub.store.wordings import Wording


class Part(NamedTuple):
    """A slice of the selected deliveries.

    now      epoch ms
    send_at  the new time (epoch ms), if they are rescheduled
    """

    ids: Sequence[int]
    now: int
    send_at: int | None = None


class Done(NamedTuple):
    """changed     number of deliveries
    duplicates  number of those whose content another delivery now sends or has sent
    channels    which have something to do now
    """

    changed: int = 0
    duplicates: int = 0
    channels: frozenset[str] = frozenset()


class Counted(NamedTuple):
    """matched  number of selected deliveries
    fitting  number of those that the action would change now
    """

    matched: int
    fitting: int


class _Failed(NamedTuple):
    id: int
    message_id: Any
    mailing_id: int
    client_id: int | None
    channel: str
    address: str
    dedup_key: str | None
    position: int

    @property
    def moved(self) -> tuple[Any, ...]:
        """As `noting.moved` takes it."""
        return (self.id, self.message_id, self.mailing_id, self.client_id, self.channel)


class _Message(NamedTuple):
    text: str
    options: str | None
    deduplicate: str
    template: str | None

    @property
    def window_ms(self) -> int | None:
        return int(self.deduplicate) * 1000 if self.deduplicate.isdigit() else None


_LIVE = ", ".join(f"'{status}'" for status in (*LIVE, MailingStatus.FINISHED))
# There is no text for these.
_UNWORDED = ", ".join(f"'{reason}'" for reason in sorted(UNWORDED))
# Until `{then}`: of a mailing until that ends, as it says now; otherwise until the message expires.
_GOES_ON = f"""(CASE WHEN d.mailing_id = 0 THEN d.expires_at IS NULL OR d.expires_at > {{then}}
    ELSE d.mailing_id IN (SELECT g.id FROM mailings AS g
        WHERE g.deleted_at IS NULL AND g.status IN ({_LIVE}) AND (g.ends_at IS NULL OR g.ends_at > {{then}})) END)"""
_FITS = {
    Bulk.CANCEL: f"d.status = '{Status.SCHEDULED}'",
    Bulk.RETRY: f"""d.status = '{Status.FAILED}' AND d.address <> ''
        AND COALESCE(d.reason, '') NOT IN ({_UNWORDED}) AND {_GOES_ON}""",
    Bulk.RESCHEDULE: f"d.status = '{Status.SCHEDULED}' AND {_GOES_ON}",
}
# The columns that it reads. An index has the status; a row has to be looked up for the others.
_READS = {
    Bulk.CANCEL: ("status",),
    Bulk.RETRY: ("status", "address", "reason", "mailing_id", "expires_at"),
    Bulk.RESCHEDULE: ("status", "mailing_id", "expires_at"),
}

_ID: dict[str, Type] = {"id": "BIGINT"}
_SELECTED = "SELECT d.* FROM {rows} AS r JOIN deliveries AS d ON d.id = r.id"
_COUNT = "SELECT COUNT(*) AS matched, COALESCE(SUM(CASE WHEN {fits} THEN 1 ELSE 0 END), 0) AS fitting FROM ({of}) AS d"
_CHANGE = f"""
    UPDATE deliveries SET {{set}} WHERE id IN (
        SELECT d.id FROM {{{{rows}}}} AS r JOIN deliveries AS d ON d.id = r.id WHERE {{fits}}) {noting.RETURNING}"""
_FAILED = f"""
    SELECT {", ".join(f"d.{name} AS {name}" for name in _Failed._fields)}
    FROM {{{{rows}}}} AS r JOIN deliveries AS d ON d.id = r.id WHERE {{fits}} ORDER BY d.id {{lock}}"""
_LOCK_MAILINGS = """
    SELECT g.id FROM mailings AS g WHERE g.id IN (
        SELECT d.mailing_id FROM {rows} AS r JOIN deliveries AS d ON d.id = r.id WHERE d.mailing_id <> 0)
    ORDER BY g.id FOR UPDATE"""
_MESSAGES = f"""
    SELECT m.id AS id, {", ".join(f"m.{name} AS {name}" for name in _Message._fields)}
    FROM {{rows}} AS r JOIN messages AS m ON m.id = r.id"""
_AGAIN = f"""
    UPDATE deliveries SET status = '{Status.SCHEDULED}', spent = 0, reason = NULL, due_at = r.due_at,
        dedup_key = r.dedup_key
    FROM {{rows}} AS r WHERE deliveries.id = r.id AND deliveries.status = '{Status.FAILED}'"""
_KEYED: dict[str, Type] = {"id": "BIGINT", "due_at": "BIGINT", "dedup_key": "TEXT"}


def count(action: Bulk, then: int, selected: Filters | Sequence[int]) -> Callable[[peewee.Database], Counted]:
    """Query: how many deliveries there are by these filters (`text` counts nothing) or ids, and how many would change.

    then  when what is changed would be sent (epoch ms)
    """
    fits = _FITS[action].format(then=f"{then:d}")

    def ask(database: peewee.Database) -> Counted:
        if isinstance(selected, Filters):
            return Counted._make(counted(database, _READS[action], selected, _COUNT.replace("{fits}", fits)))
        sql = _COUNT.format(fits=fits, of=_SELECTED)
        ((matched, fitting),) = fetch_rows(database, sql, Counted._fields, _ID, [(id_,) for id_ in selected])
        return Counted(matched, fitting)

    return ask


def cancel(database: peewee.Database, parts: Sequence[Part]) -> list[Done]:
    """Cancel those that are not being sent yet, and what would have followed them."""
    return [_cancelled(database, part) for part in parts]


def reschedule(database: peewee.Database, parts: Sequence[Part]) -> list[Done]:
    """Give those that are not being sent yet another time."""
    return [_rescheduled(database, part) for part in parts]


def retry(database: peewee.Database, parts: Sequence[Part]) -> list[Done | StoreUnavailable]:
    """Schedule those that failed, with all attempts available again."""
    return [fingerprints.or_again(database, _retried, part) for part in parts]


def _cancelled(database: peewee.Database, part: Part) -> Done:
    change = f"status = '{Status.CANCELLED}', reason = NULL, dedup_key = {GIVE_UP_KEY}"
    rows = _changed(database, Bulk.CANCEL, part, change)
    noting.moved("delivery.cancelled", rows)
    chain_steps.stop_these(database, part.ids)
    return Done(len(rows))


def _rescheduled(database: peewee.Database, part: Part) -> Done:
    due_at = _then(part)
    # A place that a limit gave is given up with the old time.
    rows = _changed(database, Bulk.RESCHEDULE, part, f"due_at = {due_at:d}, reason = NULL")
    noting.moved("delivery.rescheduled", rows)
    chain_steps.rearm(database, [(row[0], due_at) for row in rows])
    return Done(len(rows), channels=frozenset(row[-1] for row in rows))


def _changed(database: peewee.Database, action: Bulk, part: Part, change: str) -> Sequence[Sequence[Any]]:
    sql = _CHANGE.format(set=change, fits=_FITS[action].format(then=f"{_then(part):d}"))
    rows: Sequence[Sequence[Any]] = run_rows(database, sql, _ID, _ids(part)).fetchall()
    return rows


def _retried(database: peewee.Database, part: Part) -> Done:
    lock = ""
    if is_postgres(database):
        # As whoever ends a mailing does: the mailing first, then what is of it.
        run_rows(database, _LOCK_MAILINGS, _ID, _ids(part))
        lock = "FOR UPDATE OF d"
    sql = _FAILED.format(fits=_FITS[Bulk.RETRY].format(then=f"{part.now:d}"), lock=lock)
    failed = [_Failed._make(row) for row in fetch_rows(database, sql, _Failed._fields, _ID, _ids(part))]
    messages = _messages(database, failed)
    keys = _keys(database, failed, messages)
    _give_way(database, failed, messages, keys, part.now)
    free = fingerprints.free(database, keys)
    again = [row for row in failed if row.id in free]
    run_rows(database, _AGAIN, _KEYED, [(row.id, part.now, keys[row.id]) for row in again])
    noting.moved("delivery.retried", [row.moved for row in again])
    chain_steps.rearm(database, [(row.id, part.now) for row in again])
    reopen(database, {row.mailing_id for row in again if row.mailing_id}, part.now)
    # Whoever retries by hand wants the messenger to be asked again.
    refusals.override(database, {as_uuid(row.message_id) for row in again})
    return Done(len(again), len(failed) - len(again), frozenset(row.channel for row in again))


def _messages(database: peewee.Database, failed: Sequence[_Failed]) -> dict[Any, _Message]:
    ids = sorted({as_uuid(row.message_id).hex for row in failed})
    names = ("id", *_Message._fields)
    rows = fetch_rows(database, _MESSAGES, names, {"id": "UUID"}, [(id_,) for id_ in ids])
    return {id_: _Message(*members) for id_, *members in rows}


def _keys(
    database: peewee.Database, failed: Sequence[_Failed], messages: Mapping[Any, _Message]
) -> dict[int, str | None]:
    """The dedup key of each; None: its content may be sent twice."""
    made = [(row.message_id, row.position) for row in failed if messages[row.message_id].template is not None]
    said = wordings.at(database, made) if made else {}
    return {row.id: _key(row, messages[row.message_id], said.get((row.message_id, row.position))) for row in failed}


def _key(row: _Failed, message: _Message, said: Wording | None) -> str | None:
    if row.dedup_key is not None or message.deduplicate == "off":
        return row.dedup_key
    text, given = (message.text, message.options) if said is None else (said.text, said.options)
    options: dict[str, Any] = orjson.loads(given or "{}")
    return dedup_key(row.channel, row.address, text, options.get(row.channel))


def _give_way(
    database: peewee.Database,
    failed: Sequence[_Failed],
    messages: Mapping[Any, _Message],
    keys: Mapping[int, str | None],
    now: int,
) -> None:
    """What was sent longer ago than a message's window of deduplication is no duplicate."""
    wanted = ((keys[row.id], messages[row.message_id].window_ms) for row in failed if row.dedup_key is None)
    fingerprints.give_way(database, [(key, now, ms) for key, ms in wanted if key is not None and ms is not None])


def _then(part: Part) -> int:
    return max(part.now, part.send_at or 0)


def _ids(part: Part) -> Iterable[tuple[int]]:
    return [(id_,) for id_ in sorted(part.ids)]
