"""Mailings: creating, changing and reading them. Their moves are in `store.mailing_moves`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.audience import audience_of, in_words
from notifyhub.domain.chains import is_chain, names
from notifyhub.domain.mailings import LIVE, NOT_STARTED, MailingStatus
from notifyhub.domain.orders import Order
from notifyhub.domain.pacing import PACED
from notifyhub.domain.states import Status
from notifyhub.errors import Conflict, Fault, InvalidRequest, NotFound, NotifyhubError
from notifyhub.requests import Priority
from notifyhub.requests.mailing_lists import MailingFilters
from notifyhub.requests.mailings import CHAIN_TO_ALL, LIVE_MEMBERS, NO_END, text_faults
from notifyhub.store import lanes, statistics
from notifyhub.store.containing import contains
from notifyhub.store.mailing_models import Mailing
from notifyhub.store.rows import fetch, is_postgres, run
from notifyhub.store.snapshots import at_one_moment

JSON_COLUMNS = ("channels", "audience", "send_window", "options", "metadata", "variables")
_COLUMNS = tuple(field.column_name for field in Mailing._meta.sorted_fields)
_SEARCHED = ("name", "text", "COALESCE(reference, '')")
_ONE = f"SELECT {', '.join(_COLUMNS)} FROM mailings WHERE id = ? AND deleted_at IS NULL"
_PAGE = f"""
    SELECT {", ".join(_COLUMNS)} FROM mailings
    WHERE deleted_at IS NULL AND id {{beyond}} ? {{among}} {{found}} ORDER BY id {{order}} LIMIT ?"""

_RELEASE = f"""
    UPDATE deliveries SET due_at = ?
    WHERE status = '{Status.SCHEDULED}' AND channel = ? AND sender = ? AND priority = ? AND lane = ? AND due_at > ?
        AND reason = '{PACED}'"""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewMailing:
    """columns  those that a caller decides on: values as they are stored"""

    columns: Mapping[str, Any]
    status: MailingStatus
    now: int


@dataclass(frozen=True, slots=True)
class MailingChange:
    """columns  the new values, as they are stored"""

    id: int
    columns: Mapping[str, Any]
    now: int


def create(database: peewee.Database, wanted: Sequence[NewMailing]) -> list[answers.Mailing]:
    """Store mailings, as a writer's job."""
    return [_create(database, new) for new in wanted]


def _create(database: peewee.Database, new: NewMailing) -> answers.Mailing:
    numbers = ("cursor", "last_client_id", "placed", "matched", "duplicates", "unreachable", "opted_out")
    row = {
        **dict.fromkeys(_COLUMNS),
        **dict.fromkeys(numbers, 0),
        "status": new.status,
        "created_at": new.now,
        "updated_at": new.now,
        "swept": 1,
        **new.columns,
    }
    del row["id"]
    id_ = Mailing.insert(row).execute(database)
    return answer({**row, "id": id_}, statistics.by_status(database, [id_])[id_])


def change(database: peewee.Database, changes: Sequence[MailingChange]) -> list[answers.Mailing | NotifyhubError]:
    """Change mailings as far as their state allows."""
    return [_change(database, change) for change in changes]


def _change(database: peewee.Database, change: MailingChange) -> answers.Mailing | NotifyhubError:
    row = find(database, change.id, lock=True)
    if row is None:
        return NotFound("mailing", change.id)
    if refusal := _refusal(row, change):
        return refusal
    new = {**row, **change.columns}
    if faults := _faults(new, change):
        return InvalidRequest(faults)
    columns = {**change.columns, "updated_at": change.now}
    Mailing.update(columns).where(Mailing.id == change.id).execute(database)
    if "rate" in change.columns and change.columns["rate"] != row["rate"]:
        _release_paced(database, new, change.now)
    if row["message_id"] is not None and "ends_at" in change.columns:
        # Claims read the end from the mailing; this is for those who look at the message.
        run(database, "UPDATE messages SET expires_at = ? WHERE id = ?", new["ends_at"], row["message_id"])
    return answer({**new, **columns}, statistics.by_status(database, [change.id])[change.id])


def _release_paced(database: peewee.Database, mailing: Row, now: int) -> None:
    """What waits for a place by the former rate asks again."""
    for channel in names(orjson.loads(mailing["channels"])):
        for lane in lanes.waiting(database, channel, now):
            if lane.lane == mailing["id"]:
                at = (channel, lane.sender, lane.priority, lane.lane, now)
                run(database, _RELEASE, now, *at)


def _refusal(row: Row, change: MailingChange) -> Conflict | None:
    status = MailingStatus(row["status"])
    if status in NOT_STARTED:
        return None
    if status not in LIVE:
        return Conflict(f"mailing {change.id} is {status}: it can no longer be changed")
    frozen = sorted(change.columns.keys() - set(LIVE_MEMBERS))
    if not frozen:
        return None
    allowed = ", ".join(sorted(LIVE_MEMBERS))
    return Conflict(f"mailing {change.id} is {status}: {', '.join(frozen)} can no longer be changed, only {allowed}")


def _faults(new: Row, change: MailingChange) -> list[Fault]:
    end, start = new["ends_at"], new["starts_at"]
    if new["late_joiners"] and end is None:
        return [NO_END]
    channels = orjson.loads(new["channels"])
    if is_chain(channels) and new["reach"] == "all":
        return [CHAIN_TO_ALL]
    # The text may fit the request, and not the channels that the mailing has already.
    if new["template"] is None and (
        faults := text_faults(new["text"], names(channels), orjson.loads(new["options"] or "{}"))
    ):
        return faults
    if end is None or new["status"] not in NOT_STARTED or end > max(start, change.now):
        return []
    if "ends_at" in change.columns:
        return [Fault("$.ends_at", "too_early", "must be after starts_at")]
    return [Fault("$.starts_at", "too_late", "is not before ends_at")] if "starts_at" in change.columns else []


def one(id_: int) -> Callable[[peewee.Database], answers.Mailing]:
    """Query: a mailing. Raises NotFound."""

    @at_one_moment
    def ask(database: peewee.Database) -> answers.Mailing:
        row = find(database, id_)
        if row is None:
            raise NotFound("mailing", id_)
        return answer(row, statistics.by_status(database, [id_])[id_])

    return ask


def must_exist(id_: int) -> Callable[[peewee.Database], None]:
    """Query: raises NotFound when there is no such mailing."""

    def ask(database: peewee.Database) -> None:
        if find(database, id_) is None:
            raise NotFound("mailing", id_)

    return ask


def page(
    filters: MailingFilters, before: int, limit: int, order: Order = Order.NEWEST
) -> Callable[[peewee.Database], list[answers.Mailing]]:
    """Query: the first mailings that fit these filters, after the id `before`."""

    @at_one_moment
    def ask(database: peewee.Database) -> list[answers.Mailing]:
        statuses, found, values = filters.statuses, "", list[str]()
        among = f"AND status IN ({', '.join('?' for _ in statuses)})" if statuses else ""
        if filters.search:
            said, values = contains(_SEARCHED, filters.search, postgres=is_postgres(database))
            found = f"AND {said}"
        sql = _PAGE.format(beyond=order.beyond, among=among, found=found, order=order.sql)
        asked = fetch(database, sql, _COLUMNS, before, *statuses, *values, limit)
        found_rows = [dict(zip(_COLUMNS, row, strict=True)) for row in asked]
        rows = sorted(found_rows, key=itemgetter("id"), reverse=order.reverse)
        counts = statistics.by_status(database, [row["id"] for row in rows])
        return [answer(row, counts[row["id"]]) for row in rows]

    return ask


def find(database: peewee.Database, id_: int, *, lock: bool = False) -> dict[str, Any] | None:
    """The row of a mailing that is not deleted; with `lock` it stays as it is until the transaction ends."""
    locked = " FOR UPDATE" if lock and is_postgres(database) else ""
    found = fetch(database, _ONE + locked, _COLUMNS, id_)
    return dict(zip(_COLUMNS, found[0], strict=True)) if found else None


def answer(row: Row, counts: dict[str, int]) -> answers.Mailing:
    """A row of mailings as an answer."""
    loaded = {name: orjson.loads(row[name]) if row[name] else None for name in JSON_COLUMNS}
    moments = {
        name: None if row[name] is None else to_datetime(row[name])
        for name in ("starts_at", "ends_at", "created_at", "updated_at", "started_at", "expanded_at", "ended_at")
    }
    deduplicate = row["deduplicate"]
    return answers.Mailing(
        **{name: row[name] for name in ("id", "name", "status", "text", "reach", "max_attempts", "rate")},
        **{
            name: row[name]
            for name in (
                "on_unconfirmed",
                "reference",
                "message_id",
                "matched",
                "duplicates",
                "unreachable",
                "opted_out",
                "template",
                "template_version",
                "language",
            )
        },
        **{**loaded, "metadata": loaded["metadata"] or {}},
        **moments,
        audience_words=in_words(audience_of(loaded["audience"] or {})),
        priority=list(Priority)[row["priority"]],
        deduplicate=int(deduplicate) if deduplicate.isdigit() else deduplicate,
        late_joiners=bool(row["late_joiners"]),
        ignore_reachability=bool(row["ignore_reachability"]),
        counts=counts,
    )
