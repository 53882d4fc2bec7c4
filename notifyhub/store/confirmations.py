"""Steps of chains that are not confirmed in time, and receipts that come after all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import peewee

from notifyhub.domain.chains import CONFIRMED_LATE, NOT_CONFIRMED, WITH_RECEIPTS
from notifyhub.domain.mailings import MailingStatus
from notifyhub.domain.receipt import Receipt
from notifyhub.domain.states import Status
from notifyhub.store import chain_steps, chains, noting
from notifyhub.store.chains import BODY, STEP, Step
from notifyhub.store.deliveries import GIVE_UP_KEY
from notifyhub.store.rows import Type, fetch, fetch_rows, is_postgres, run, run_rows


class _Awaited(NamedTuple):
    """What is known of a step whose time is over; `first_at` (epoch ms): of its first attempt."""

    channel: str
    status: str
    attempt: int
    first_at: int | None


_DUE = "SELECT 1 FROM chain_steps WHERE confirm_at IS NOT NULL AND confirm_at <= ? LIMIT 1"
# What is being sent is waited for.
_OVERDUE = f"""
    SELECT {STEP}, d.channel AS channel, d.status AS status, d.attempt AS attempt,
        (SELECT MIN(a.started_at) FROM attempts AS a WHERE a.delivery_id = d.id) AS first_at
    FROM chain_steps AS c JOIN deliveries AS d ON d.id = c.delivery_id {BODY}
    WHERE c.confirm_at IS NOT NULL AND c.confirm_at <= ? AND d.status <> '{Status.SENDING}'
    ORDER BY c.confirm_at LIMIT ? {{lock}}"""
_GIVE_WAY = f"""
    UPDATE deliveries SET status = '{Status.SUPERSEDED}', reason = '{NOT_CONFIRMED}',
        dedup_key = CASE WHEN r.status = '{Status.SENT}' THEN dedup_key ELSE {GIVE_UP_KEY} END
    FROM {{rows}} AS r WHERE deliveries.id = r.id AND deliveries.status = r.status {noting.RETURNING}"""
_ID: dict[str, Type] = {"id": "BIGINT"}
_HELD_UP = frozenset({Status.SCHEDULED, Status.UNCONFIRMED})

_RECEIPT: dict[str, Type] = {"id": "BIGINT", "kind": "TEXT"}
_UNTOLD = (Status.SCHEDULED, Status.FAILED, Status.EXPIRED, Status.CANCELLED)
_IS_UNTOLD = "status IN ({})".format(", ".join(f"'{status}'" for status in _UNTOLD))
# The last step of the chain is the one that nothing follows.
_LATE = f"""
    SELECT r.id AS id, r.kind AS kind, e.id AS last_id FROM {{rows}} AS r
    JOIN deliveries AS d ON d.id = r.id AND d.status = '{Status.SUPERSEDED}'
    JOIN chain_steps AS c ON c.delivery_id = d.id
    JOIN chain_steps AS l ON l.chain_id = c.chain_id AND l.next_id IS NULL
    JOIN deliveries AS e ON e.id = l.delivery_id AND e.id <> d.id"""
# The same for steps whose formers were told of while they were on their way.
_TOLD_BEFORE = f"""
    SELECT t.delivery_id AS id, t.kind AS kind, c.delivery_id AS last_id FROM {{rows}} AS r
    JOIN chain_steps AS c ON c.delivery_id = r.id AND c.former_id IS NOT NULL AND c.next_id IS NULL
    JOIN chain_steps AS f ON f.chain_id = c.chain_id AND f.delivery_id <> c.delivery_id
    JOIN receipts AS t ON t.delivery_id = f.delivery_id AND t.kind IN ('{Status.DELIVERED}', '{Status.READ}')"""
# What is on its way is looked at again as soon as that has ended.
_GO_NO_FURTHER = """
    UPDATE chain_steps SET rest = NULL, confirm_at = r.now FROM {rows} AS r
    WHERE chain_steps.delivery_id = r.id AND chain_steps.next_id IS NULL"""
_TAKE_BACK = f"""
    UPDATE deliveries SET status = '{Status.SUPERSEDED}', reason = '{CONFIRMED_LATE}', dedup_key = {GIVE_UP_KEY}
    FROM {{rows}} AS r WHERE deliveries.id = r.id AND deliveries.{_IS_UNTOLD} RETURNING deliveries.id"""
_REACHED = f"""
    UPDATE deliveries SET status = r.kind, reason = NULL FROM {{rows}} AS r
    WHERE deliveries.id = r.id AND deliveries.status = '{Status.SUPERSEDED}'"""
_REFERRING: dict[str, Type] = {"id": "BIGINT", "message_id": "UUID", "channel": "TEXT", "messenger_id": "TEXT"}
_PROVE = f"""
    UPDATE deliveries SET messenger_id = r.messenger_id FROM {{rows}} AS r
    WHERE deliveries.id = r.id AND deliveries.message_id = r.message_id AND deliveries.channel = r.channel
        AND deliveries.maybe_sent = 1 AND deliveries.status = '{Status.SUPERSEDED}'
        AND deliveries.messenger_id IS NULL"""


def any_overdue(now: int) -> Callable[[peewee.Database], bool]:
    """Query: is the time of any step over at `now` (epoch ms)?"""
    return lambda database: run(database, _DUE, now).fetchone() is not None


def give_way(database: peewee.Database, items: Sequence[tuple[int, int]]) -> list[tuple[int, frozenset[str]]]:
    """Let steps that were not confirmed in time give way: pairs of (now in epoch ms, most at once).

    Returns for each how many were looked at, and the channels with something newly due.
    """
    return [_give_way(database, now, limit) for now, limit in items]


def _give_way(database: peewee.Database, now: int, limit: int) -> tuple[int, frozenset[str]]:
    # Those that somebody else is changing are looked at by the next sweep.
    lock = "FOR UPDATE OF d, c SKIP LOCKED" if is_postgres(database) else ""
    names = (*Step._fields, *_Awaited._fields)
    rows = fetch(database, _OVERDUE.replace("{lock}", lock), names, now, limit)
    overdue: list[tuple[Step, str]] = []
    later: list[tuple[int, int]] = []
    arrived = _settle_told(database, _TOLD_BEFORE, _ID, [(row[0],) for row in rows])
    done = list(arrived)
    for row in rows:
        step, awaited = Step(*row[: len(Step._fields)]), _Awaited(*row[len(Step._fields) :])
        if step.id in arrived:
            continue
        if step.rest is None or not step.may_go_on(now) or not _is_open(awaited):
            done.append(step.id)
        elif (since := _waits_since(step, awaited, now)) is not None:
            later.append((step.id, since))
        else:
            overdue.append((step, awaited.status))
    if done:
        chain_steps.disarm(database, done)
    if later:
        chain_steps.rearm(database, later)
    if not overdue:
        return len(rows), frozenset()
    states: dict[str, Type] = {"id": "BIGINT", "status": "TEXT"}
    moved = run_rows(database, _GIVE_WAY, states, [(step.id, status) for step, status in overdue]).fetchall()
    noting.moved("delivery.superseded", moved, reason=NOT_CONFIRMED)
    gone = {row[0] for row in moved}
    return len(rows), chains.store_successors(database, [step for step, _ in overdue if step.id in gone], now)


def _is_open(awaited: _Awaited) -> bool:
    """May it still be in doubt whether this step gets through?"""
    return awaited.status in _HELD_UP or (awaited.status == Status.SENT and awaited.channel in WITH_RECEIPTS)


def _waits_since(step: Step, awaited: _Awaited, now: int) -> int | None:
    """The moment (epoch ms) from which a step of a mailing has its time, if that is not over; None: it is.

    A million deliveries are due at once, and most of them only wait their turn: of those the time begins with the
    first attempt.
    """
    if not step.mailing_id or step.confirm_within_ms is None:
        return None
    if step.mailing_status == MailingStatus.PAUSED:
        return now
    if awaited.first_at is None:
        return now if awaited.status == Status.SCHEDULED else None
    return awaited.first_at if awaited.first_at + step.confirm_within_ms > now else None


def hear(database: peewee.Database, told: Sequence[tuple[int, Receipt]], now: int) -> None:
    """What receipts that were just applied mean for chains: pairs of (delivery, receipt), `now` in epoch ms."""
    reached = [(id_, receipt.kind) for id_, receipt in told if receipt.kind in (Status.DELIVERED, Status.READ)]
    failed = [id_ for id_, receipt in told if receipt.kind is Status.FAILED]
    if reached:
        chain_steps.disarm(database, {id_ for id_, _ in reached})
        on_their_way = _settle_told(database, _LATE, _RECEIPT, reached)
        run_rows(database, _GO_NO_FURTHER, {"id": "BIGINT", "now": "BIGINT"}, [(id_, now) for id_ in on_their_way])
    if failed:
        chains.advance(database, failed, now)
        _settle_told(database, _TOLD_BEFORE, _ID, [(id_,) for id_ in failed])


def prove(database: peewee.Database, receipts: Iterable[Receipt]) -> None:
    """Note the messenger's id of steps that gave way before it was known whether they were accepted."""
    rows = [(r.delivery_id, r.message_id, r.channel, r.messenger_id) for r in receipts]
    run_rows(database, _PROVE, _REFERRING, rows)


def _settle_told(
    database: peewee.Database, ask: str, columns: Mapping[str, Type], rows: Sequence[Sequence[Any]]
) -> set[int]:
    """The result of a chain becomes that of the step that arrived after all, unless its last step has gone out.

    Returns the last steps of the chains of which a former step arrived; those that were taken back are left out.
    """
    found = fetch_rows(database, ask, ("id", "kind", "last_id"), columns, rows) if rows else []
    # A chain may be told of twice; that it was read is the later news.
    last = {last_id: (id_, kind) for id_, kind, last_id in sorted(found, key=lambda row: str(row[1]))}
    if not last:
        return set()
    taken = {id_ for (id_,) in run_rows(database, _TAKE_BACK, _ID, [(id_,) for id_ in last]).fetchall()}
    if taken:
        chain_steps.stop_these(database, taken)
        chain_steps.disarm(database, taken)
        run_rows(database, _REACHED, _RECEIPT, [last[id_] for id_ in sorted(taken)])
    return last.keys() - taken
