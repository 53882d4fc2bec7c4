"""The moves of mailings between their states: each is a conditional UPDATE and a writer's job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import peewee
from uuid_utils.compat import uuid7

from notifyhub.clock import to_iso
from notifyhub.domain.addresses import FORMS
from notifyhub.domain.mailings import LIVE, MAILING_CANCELLED, NOT_STARTED, TOO_LATE, WINDOW_CLOSED, MailingStatus
from notifyhub.domain.states import Status
from notifyhub.errors import Conflict, NotFound, NotifyhubError
from notifyhub.store import noting, statistics
from notifyhub.store.deliveries import GIVE_UP_KEY, PRIORITIES, TOO_LATE_AS
from notifyhub.store.mailings import find
from notifyhub.store.rows import as_uuid, is_postgres, run, uuid_parameter

MOST_STARTED_AT_ONCE = 100
ANY_LATER_CLIENT = 2**62
"""As `last_client_id`: clients who join later are added too."""


class Move(NamedTuple):
    """A person's decision about a mailing; `now` in epoch ms."""

    id: int
    now: int


class Cancelled(NamedTuple):
    """The state of a cancelled mailing, and its deliveries that are cancelled with it, or were sent already."""

    status: MailingStatus
    cancelled: int
    too_late: int


_BEGIN = f"""
    UPDATE mailings SET status = '{MailingStatus.RUNNING}', started_at = ?, updated_at = ?, message_id = ?,
        last_client_id = CASE WHEN late_joiners = 1 THEN {ANY_LATER_CLIENT}
            ELSE (SELECT COALESCE(MAX(id), 0) FROM clients) END
    WHERE id = ? AND status IN ('{MailingStatus.DRAFT}', '{MailingStatus.SCHEDULED}')"""
_MESSAGE = """
    INSERT INTO messages (id, text, created_at, send_at, expires_at, priority, max_attempts, on_unconfirmed, reference,
        metadata, options, deduplicate, accepted, duplicates, mailing_id, channels, template, template_version,
        language)
    SELECT message_id, text, started_at, NULL, ends_at, priority, max_attempts, on_unconfirmed, reference, metadata,
        options, deduplicate, 0, 0, id, CASE WHEN SUBSTR(channels, 1, 1) = '{' THEN channels END,
        template, template_version, language
    FROM mailings WHERE id = ?"""
_MOVE = "UPDATE mailings SET status = ?, updated_at = ? WHERE id = ? AND status = ?"
_END = "UPDATE mailings SET status = ?, ended_at = ?, updated_at = ?, swept = ? WHERE id = ?"
_DUE = f"""
    SELECT id, ends_at FROM mailings WHERE status = '{MailingStatus.SCHEDULED}' AND starts_at <= ?
    ORDER BY starts_at LIMIT ? {{lock}}"""

# Every column of the index on what waits is given, so this is a handful of searches however much was sent.
_PLACES = f"d.channel IN ({{channels}}) AND d.priority IN ({', '.join(str(rank) for rank in PRIORITIES)})"
_WAITS = f"d.status = '{Status.SCHEDULED}' AND {_PLACES} AND d.mailing_id = mailings.id"
_OPEN = f"""(
    EXISTS (SELECT 1 FROM deliveries AS d WHERE {_WAITS})
    OR EXISTS (SELECT 1 FROM deliveries AS d WHERE d.status = '{Status.SENDING}' AND d.mailing_id = mailings.id))"""
# What may still be confirmed may lead to another step.
_AWAITED = """EXISTS (
    SELECT 1 FROM chain_steps AS c
    WHERE c.mailing_id = mailings.id AND c.mailing_id <> 0 AND c.confirm_at IS NOT NULL
        AND c.channel IN ('viber', 'whatsapp'))"""
_IS_LIVE = f"status IN ('{MailingStatus.RUNNING}', '{MailingStatus.PAUSED}')"
# With late joiners a mailing is done when it ends.
_ALL_PLACED = "(expanded_at IS NOT NULL OR (late_joiners = 1 AND ends_at <= ?))"
# The end came before some of it. Of those whose window stays closed that was known from the beginning.
_LEFT = f"""EXISTS (
    SELECT 1 FROM mailing_counts AS c
    WHERE c.mailing_id = mailings.id AND c.status = '{Status.EXPIRED}' AND c.reason <> '{WINDOW_CLOSED}'
        AND c.number > 0)"""
_FINISH = f"""
    UPDATE mailings SET ended_at = ?, updated_at = ?,
        status = CASE WHEN {_LEFT} THEN '{MailingStatus.EXPIRED}' ELSE '{MailingStatus.FINISHED}' END
    WHERE {_IS_LIVE} AND {_ALL_PLACED} AND NOT {_OPEN} AND NOT {_AWAITED}"""
# PostgreSQL: whoever changes a mailing may also open a delivery of it, and a statement that waited does not see that.
_FREE = f"SELECT id FROM mailings WHERE {_IS_LIVE} FOR UPDATE SKIP LOCKED"
_EXPIRE = f"""
    UPDATE mailings SET status = '{MailingStatus.EXPIRED}', ended_at = ?, updated_at = ?, swept = 0
    WHERE {_IS_LIVE} AND ends_at <= ?"""

_UNSWEPT = "SELECT id, status FROM mailings WHERE swept = 0 ORDER BY id"
_CLEAR = f"""
    UPDATE deliveries SET status = {{status}}, reason = ?, dedup_key = {GIVE_UP_KEY}
    WHERE status = '{Status.SCHEDULED}' AND id IN (
        SELECT d.id FROM deliveries AS d
        WHERE d.status = '{Status.SCHEDULED}' AND {_PLACES} AND d.mailing_id = ? LIMIT ?)"""
_CLEAR_CANCELLED = _CLEAR.replace("{status}", f"'{Status.CANCELLED}'")
_CLEAR_EXPIRED = _CLEAR.replace("{status}", TOO_LATE_AS)
_SWEPT = f"""
    UPDATE mailings SET swept = 1
    WHERE id = ? AND (status = '{MailingStatus.CANCELLED}' OR expanded_at IS NOT NULL) AND NOT {_OPEN}"""
_REORDER = f"""
    UPDATE deliveries SET priority = ? WHERE status = '{Status.SCHEDULED}' AND id IN (
        SELECT d.id FROM deliveries AS d
        WHERE d.status = '{Status.SCHEDULED}' AND {_PLACES} AND d.priority <> ? AND d.mailing_id = ? LIMIT ?)"""
_LIVE_PRIORITIES = f"SELECT id, priority FROM mailings WHERE {_IS_LIVE}"


def start(database: peewee.Database, moves: Sequence[Move]) -> list[MailingStatus | NotifyhubError]:
    """Start mailings now; a draft with a later start is scheduled for it."""
    return [_start(database, move) for move in moves]


def _start(database: peewee.Database, move: Move) -> MailingStatus | NotifyhubError:
    row = find(database, move.id, lock=True)
    if row is None:
        return NotFound("mailing", move.id)
    status = MailingStatus(row["status"])
    if status not in NOT_STARTED:
        does = "resume it instead" if status is MailingStatus.PAUSED else "it cannot be started again"
        return Conflict(f"mailing {move.id} is {status}: {does}")
    if row["ends_at"] is not None and row["ends_at"] <= move.now:
        return Conflict(f"mailing {move.id} ended at {to_iso(row['ends_at'])}: give it a later ends_at first")
    if status is MailingStatus.DRAFT and row["starts_at"] > move.now:
        run(database, _MOVE, MailingStatus.SCHEDULED, move.now, move.id, status)
        return MailingStatus.SCHEDULED
    begin(database, move.id, move.now)
    return MailingStatus.RUNNING


def begin(database: peewee.Database, id_: int, now: int) -> bool:
    """Start a mailing that has not started, at `now` (epoch ms). False if it was not one."""
    key = uuid_parameter(database, uuid7())
    if not run(database, _BEGIN, now, now, key, id_).rowcount:
        return False
    run(database, _MESSAGE, id_)
    noting.note("mailing.started", mailing_id=id_, message_id=as_uuid(key))
    return True


def start_due(database: peewee.Database, moments: Sequence[int]) -> list[int]:
    """Start scheduled mailings whose start has come (epoch ms); those whose end has come too are expired."""
    return [_start_due(database, now) for now in moments]


def _start_due(database: peewee.Database, now: int) -> int:
    # What somebody else is changing is looked at by the next sweep.
    lock = "FOR UPDATE SKIP LOCKED" if is_postgres(database) else ""
    due = run(database, _DUE.format(lock=lock), now, MOST_STARTED_AT_ONCE).fetchall()
    for id_, ends_at in due:
        if ends_at is not None and ends_at <= now:
            run(database, _MOVE, MailingStatus.EXPIRED, now, id_, MailingStatus.SCHEDULED)
            run(database, "UPDATE mailings SET ended_at = ? WHERE id = ?", now, id_)
            noting.note("mailing.expired", mailing_id=id_)
        else:
            begin(database, id_, now)
    return len(due)


def pause(database: peewee.Database, moves: Sequence[Move]) -> list[MailingStatus | NotifyhubError]:
    """Stop running mailings until they are resumed."""
    return [_turn(database, move, MailingStatus.RUNNING, MailingStatus.PAUSED) for move in moves]


def resume(database: peewee.Database, moves: Sequence[Move]) -> list[MailingStatus | NotifyhubError]:
    """Let paused mailings go on."""
    return [_turn(database, move, MailingStatus.PAUSED, MailingStatus.RUNNING) for move in moves]


def _turn(
    database: peewee.Database, move: Move, old: MailingStatus, new: MailingStatus
) -> MailingStatus | NotifyhubError:
    row = find(database, move.id, lock=True)
    if row is None:
        return NotFound("mailing", move.id)
    if row["status"] != old:
        return Conflict(f"mailing {move.id} is {row['status']}, not {old}")
    if row["ends_at"] is not None and row["ends_at"] <= move.now:
        return Conflict(f"mailing {move.id} ended at {to_iso(row['ends_at'])}")
    run(database, _MOVE, new, move.now, move.id, old)
    return new


def cancel(database: peewee.Database, moves: Sequence[Move]) -> list[Cancelled | NotifyhubError]:
    """Cancel mailings. What waits is no longer claimed from this moment on, and is cancelled by `clear`."""
    return [_cancel(database, move) for move in moves]


def _cancel(database: peewee.Database, move: Move) -> Cancelled | NotifyhubError:
    row = find(database, move.id, lock=True)
    if row is None:
        return NotFound("mailing", move.id)
    status = MailingStatus(row["status"])
    if status not in NOT_STARTED | LIVE:
        return Conflict(f"mailing {move.id} is {status}: there is nothing to cancel")
    return _cancelled(database, row, move)


def _cancelled(database: peewee.Database, row: dict[str, Any], move: Move) -> Cancelled:
    counts = statistics.by_status(database, [move.id])[move.id]
    if row["status"] in NOT_STARTED | LIVE:
        swept = int(row["message_id"] is None)
        run(database, _END, MailingStatus.CANCELLED, move.now, move.now, swept, move.id)
        row = {**row, "status": MailingStatus.CANCELLED}
    waiting = counts[Status.SCHEDULED]
    ended = (Status.SCHEDULED, Status.FAILED, Status.EXPIRED, Status.CANCELLED, Status.SUPERSEDED)
    too_late = sum(number for status, number in counts.items() if status not in ended)
    return Cancelled(MailingStatus(row["status"]), waiting, too_late)


def delete(database: peewee.Database, moves: Sequence[Move]) -> list[Cancelled | NotifyhubError]:
    """Cancel mailings that have not ended, and hide them; their deliveries stay for the statistics."""
    return [_delete(database, move) for move in moves]


def _delete(database: peewee.Database, move: Move) -> Cancelled | NotifyhubError:
    row = find(database, move.id, lock=True)
    if row is None:
        return NotFound("mailing", move.id)
    done = _cancelled(database, row, move)
    run(database, "UPDATE mailings SET deleted_at = ? WHERE id = ?", move.now, move.id)
    return done


def settle(database: peewee.Database, moments: Sequence[int]) -> list[int]:
    """Finish mailings with nothing left to send, and expire those whose end has come (epoch ms)."""
    settled = []
    for now in moments:
        finished = _finish(database, now)
        expired = run(database, f"{_EXPIRE} RETURNING id", now, now, now).fetchall()
        noting.note_all("mailing.expired", ({"mailing_id": id_} for (id_,) in expired))
        settled.append(finished + len(expired))
    return settled


def _finish(database: peewee.Database, now: int) -> int:
    finish, given = _among(_FINISH), [now, now, now, *FORMS]
    if is_postgres(database):
        finish, given = f"{finish} AND id = ANY(?)", [*given, [id_ for (id_,) in run(database, _FREE).fetchall()]]
    finished = run(database, f"{finish} RETURNING id, status", *given).fetchall()
    noting.note_all("mailing.finished", ({"mailing_id": id_, "status": status} for id_, status in finished))
    return len(finished)


def unswept(database: peewee.Database) -> list[tuple[int, str]]:
    """Query: (id, status) of mailings that ended while deliveries may still be waiting."""
    return [(id_, status) for id_, status in run(database, _UNSWEPT).fetchall()]


def clear(database: peewee.Database, items: Sequence[tuple[int, str, int]]) -> list[int]:
    """End what waits of a cancelled or expired mailing: triples of (id, its status, most at once)."""
    cleared = []
    for id_, status, limit in items:
        cancelled = status == MailingStatus.CANCELLED
        clear, reason = (_CLEAR_CANCELLED, MAILING_CANCELLED) if cancelled else (_CLEAR_EXPIRED, TOO_LATE)
        rows = run(database, _among(clear) + noting.RETURNING, reason, *FORMS, id_, limit).fetchall()
        count = noting.moved("delivery.cancelled" if cancelled else "delivery.expired", rows, reason=reason)
        if not count:
            run(database, _among(_SWEPT), id_, *FORMS)
        cleared.append(count)
    return cleared


def reorder(database: peewee.Database, limits: Sequence[int]) -> list[int]:
    """Give what waits the priority that its mailing has now. Returns how many changed, at most `limit` a mailing."""
    moved = []
    for limit in limits:
        live = run(database, _LIVE_PRIORITIES).fetchall()
        counts = [run(database, _among(_REORDER), rank, *FORMS, rank, id_, limit).rowcount for id_, rank in live]
        moved.append(sum(counts))
    return moved


def _among(sql: str) -> str:
    return sql.replace("{channels}", ", ".join("?" for _ in FORMS))
