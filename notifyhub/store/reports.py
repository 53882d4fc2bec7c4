"""The daily report: who sends it, and the figures in it. Every move is one conditional statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import orjson
import peewee

from notifyhub.store.rows import fetch, run

_COLUMNS = ("day", "state", "tries", "due_at", "lease_until", "accepted", "detail", "updated_at")
# Who finds it failed and due, or left behind by a process that is gone, takes it over; of several only one does.
_CLAIM = """
    INSERT INTO reports (day, state, tries, due_at, lease_until, accepted, detail, updated_at)
    VALUES (?, 'sending', 1, ?, ?, '[]', '', ?)
    ON CONFLICT (day) DO UPDATE SET state = 'sending', tries = reports.tries + 1,
        lease_until = excluded.lease_until, updated_at = excluded.updated_at
    WHERE (reports.state = 'failed' AND reports.due_at <= ?) OR (reports.state = 'sending' AND reports.lease_until <= ?)
    RETURNING tries, accepted"""
_RECORD = """
    UPDATE reports SET state = ?, due_at = ?, lease_until = ?, accepted = ?, detail = ?, updated_at = ?
    WHERE day = ? AND state = 'sending' AND tries = ?"""
_LATEST = f"SELECT {', '.join(_COLUMNS)} FROM reports ORDER BY day DESC LIMIT 1"
# Started before the day was over, and not ended before it began.
_MAILINGS = """
    SELECT id, name, status, started_at, ended_at, matched, duplicates, unreachable, opted_out FROM mailings
    WHERE deleted_at IS NULL AND started_at < ? AND (ended_at IS NULL OR ended_at >= ?)
    ORDER BY started_at DESC, id DESC"""


class Wanted(NamedTuple):
    """Somebody who would send the report of a day; moments in epoch ms."""

    day: str
    now: int
    lease_until: int


class Claim(NamedTuple):
    """The report is this process's to send; `accepted` has who has it already."""

    day: str
    tries: int
    accepted: tuple[str, ...]


class Tried(NamedTuple):
    """What came of a try, or (`sending`) has come of it so far.

    `due_at` is when a failed one is tried again, `lease_until` when one that is being sent may be taken over: epoch ms.
    """

    claim: Claim
    state: str
    accepted: tuple[str, ...]
    now: int
    detail: str = ""
    due_at: int = 0
    lease_until: int = 0


class Standing(NamedTuple):
    """The row of a report; see `report_models.Report`."""

    day: str
    state: str
    tries: int
    due_at: int
    lease_until: int
    accepted: str
    detail: str
    updated_at: int


class MailingRow(NamedTuple):
    """A mailing that was in progress on a day; moments in epoch ms."""

    id: int
    name: str
    status: str
    started_at: int
    ended_at: int | None
    matched: int
    duplicates: int
    unreachable: int
    opted_out: int


def claim(database: peewee.Database, wanted: Sequence[Wanted]) -> list[Claim | None]:
    """Take reports, as a writer's job; none if it was sent, is being sent, or is not yet to be tried again."""
    return [_claim(database, one) for one in wanted]


def _claim(database: peewee.Database, one: Wanted) -> Claim | None:
    row = run(database, _CLAIM, one.day, one.now, one.lease_until, one.now, one.now, one.now).fetchone()
    return None if row is None else Claim(one.day, row[0], tuple(orjson.loads(row[1])))


def record(database: peewee.Database, tried: Sequence[Tried]) -> list[bool]:
    """Write down what came of tries; False for one that somebody else has taken over."""
    return [_record(database, one) for one in tried]


def _record(database: peewee.Database, one: Tried) -> bool:
    accepted = orjson.dumps(one.accepted).decode()
    values = (one.state, one.due_at, one.lease_until, accepted, one.detail, one.now, one.claim.day, one.claim.tries)
    return bool(run(database, _RECORD, *values).rowcount)


def latest(database: peewee.Database) -> Standing | None:
    """Query: the last report that somebody began to send."""
    rows = fetch(database, _LATEST, _COLUMNS)
    return Standing._make(rows[0]) if rows else None


def mailings_between(begins_ms: int, ends_ms: int) -> Callable[[peewee.Database], list[MailingRow]]:
    """Query: the mailings that were in progress between two moments, the newest first."""

    def ask(database: peewee.Database) -> list[MailingRow]:
        return [MailingRow._make(row) for row in fetch(database, _MAILINGS, MailingRow._fields, ends_ms, begins_ms)]

    return ask
