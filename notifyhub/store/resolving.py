"""Decisions about single deliveries: jobs of the writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import peewee

from notifyhub.clock import to_iso
from notifyhub.domain.states import Status
from notifyhub.errors import Conflict, NotFound, NotifyhubError
from notifyhub.requests import Verdict
from notifyhub.store import chain_steps, chains, noting
from notifyhub.store.deliveries import GIVE_UP_KEY
from notifyhub.store.rows import run, run_rows


@dataclass(frozen=True, slots=True)
class Resolution:
    """What happened to an unconfirmed delivery; `now` in epoch ms."""

    id: int
    verdict: Verdict
    now: int


# The time of sending is unknown. One that did not arrive releases its key: the same content may be sent again.
_SET = {
    Verdict.SENT: f"status = '{Status.SENT}', reason = NULL",
    Verdict.FAIL: f"status = '{Status.FAILED}', reason = 'resolved', maybe_sent = 0, dedup_key = NULL",
    Verdict.RESEND: f"status = '{Status.SCHEDULED}', reason = NULL, spent = 0, due_at = ?",
}
_HELD = f"WHERE id = ? AND status = '{Status.UNCONFIRMED}'"
_IN_TIME = "AND (expires_at IS NULL OR expires_at > ?)"
# Of a mailing that was cancelled or deleted, or is over, nothing is sent any more.
_MAILING_GOES_ON = """AND (mailing_id = 0 OR mailing_id IN (
    SELECT g.id FROM mailings AS g
    WHERE g.deleted_at IS NULL AND g.status IN ('running', 'paused', 'finished')
        AND (g.ends_at IS NULL OR g.ends_at > ?)))"""
_HAS_ADDRESS = "AND address <> ''"
_FACTS = "SELECT channel, status, expires_at, mailing_id, address FROM deliveries WHERE id = ?"
_CANCEL_THESE = f"""
    UPDATE deliveries SET status = '{Status.CANCELLED}', reason = NULL, dedup_key = {GIVE_UP_KEY} FROM {{rows}} AS r
    WHERE deliveries.id = r.id AND deliveries.status = '{Status.SCHEDULED}' {noting.RETURNING}"""


def resolve(database: peewee.Database, resolutions: Sequence[Resolution]) -> list[str | NotifyhubError]:
    """Resolve unconfirmed deliveries, as each verdict says. Returns their channels."""
    return [_resolve(database, resolution) for resolution in resolutions]


def _resolve(database: peewee.Database, resolution: Resolution) -> str | NotifyhubError:
    id_, now = resolution.id, resolution.now
    moved = f"UPDATE deliveries SET {_SET[resolution.verdict]} {_HELD}"
    if resolution.verdict is Verdict.RESEND:
        count = run(database, f"{moved} {_HAS_ADDRESS} {_IN_TIME} {_MAILING_GOES_ON}", now, id_, now, now).rowcount
    else:
        count = run(database, moved, id_).rowcount
    facts = run(database, _FACTS, id_).fetchone()
    if facts is None:
        return NotFound("delivery", id_)
    channel, status, expires_at, mailing_id, address = facts
    if count:
        if resolution.verdict is Verdict.FAIL:
            noting.failed([(str(channel), "resolved")])
        _follow(database, resolution)
        return str(channel)
    if status != Status.UNCONFIRMED:
        return Conflict(f"delivery {id_} is {status}: only unconfirmed deliveries can be resolved")
    if not address:
        return Conflict(f"the address of delivery {id_} was removed: it cannot be sent again")
    if mailing_id:
        return Conflict(f"delivery {id_} is of mailing {mailing_id}, which has ended: nothing of it is sent any more")
    return Conflict(f"delivery {id_} ended at {to_iso(expires_at)}: retry its message with a new expires_at instead")


def _follow(database: peewee.Database, resolution: Resolution) -> None:
    """What the verdict means for a chain."""
    match resolution.verdict:
        case Verdict.FAIL:
            chains.advance(database, [resolution.id], resolution.now)
        case Verdict.RESEND:
            chain_steps.rearm(database, [(resolution.id, resolution.now)])
        case Verdict.SENT:
            chain_steps.disarm(database, [resolution.id])


def cancel_these(database: peewee.Database, batches: Sequence[Sequence[int]]) -> list[set[int]]:
    """Cancel the unclaimed ones of these deliveries. Returns which those are, for each batch."""
    ids = set(chain.from_iterable(batches))
    rows = run_rows(database, _CANCEL_THESE, {"id": "BIGINT"}, [(id_,) for id_ in sorted(ids)]).fetchall()
    noting.moved("delivery.cancelled", rows)
    cancelled = {row[0] for row in rows}
    chain_steps.stop_these(database, ids)
    return [cancelled & set(batch) for batch in batches]
