"""Changes of accepted messages: jobs of the writer.

A job returns an error instead of raising it, because raising would undo the other jobs of the same commit. On
PostgreSQL the rows are locked before they are checked, so that nothing claims them meanwhile; on SQLite the transaction
is enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson
import peewee

from notifyhub.clock import to_iso
from notifyhub.domain.chains import names
from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.limits import text_fault
from notifyhub.domain.pacing import PACED
from notifyhub.domain.states import RETRIABLE, Status
from notifyhub.errors import Conflict, Fault, InvalidRequest, NotFound, NotifyhubError
from notifyhub.store import chain_steps, fingerprints, refusals, wordings
from notifyhub.store.rows import Type, fetch, is_postgres, run, run_rows, uuid_parameter
from notifyhub.store.wordings import Wording

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Change:
    """members  the new values: `text`, and `send_at` and `expires_at` in epoch ms, or None"""

    id: UUID
    now: int
    members: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Retry:
    """members  a new `expires_at` in epoch ms, or None; or empty, which changes nothing"""

    id: UUID
    now: int
    members: Mapping[str, Any]


class Changed(NamedTuple):
    """The channels of the waiting deliveries, and the time (epoch ms) at which they are due."""

    channels: frozenset[str]
    due_at: int


class Counts(NamedTuple):
    """The result of a retry, and the channels with something due now."""

    retried: int
    duplicates: int
    left_alone: int
    due: frozenset[str]


class _Message(NamedTuple):
    text: str
    send_at: int | None
    expires_at: int | None
    deduplicate: str
    accepted: int
    options: str | None
    mailing_id: int
    channels: str | None
    template: str | None

    @property
    def window_ms(self) -> int | None:
        return int(self.deduplicate) * 1000 if self.deduplicate.isdigit() else None

    @property
    def chained(self) -> set[str]:
        """The channels on which its chain may go on."""
        return set(names(orjson.loads(self.channels))) if self.channels else set()

    def options_for(self, channel: str) -> Mapping[str, Any]:
        given: Mapping[str, Any] = orjson.loads(self.options).get(channel, {}) if self.options else {}
        return given


class _Delivery(NamedTuple):
    id: int
    channel: str
    address: str
    due_at: int
    dedup_key: str | None
    reason: str | None
    position: int

    def moved(self, due_at: int, *, anew: bool) -> tuple[int, str | None]:
        """Its moment and reason after a change; only a new `send_at` costs it the place that a limit gave it."""
        return (self.due_at, PACED) if self.reason == PACED and not anew else (due_at, None)


_MESSAGE = f"SELECT {', '.join(_Message._fields)} FROM messages WHERE id = ?"
_DELIVERIES = f"""
    SELECT {", ".join(_Delivery._fields)} FROM deliveries
    WHERE message_id = ? AND status IN ({{statuses}}) ORDER BY id {{lock}}"""
_TRIED = "SELECT 1 FROM deliveries WHERE message_id = ? AND attempt > 0 LIMIT 1"
_STORE_MESSAGE = "UPDATE messages SET text = ?, send_at = ?, expires_at = ? WHERE id = ?"
_MOVE = f"""
    UPDATE deliveries SET due_at = r.due_at, expires_at = r.expires_at, dedup_key = r.dedup_key, reason = r.reason
    FROM {{rows}} AS r WHERE deliveries.id = r.id AND deliveries.status = '{Status.SCHEDULED}'"""
_RETRIABLE = ", ".join(f"'{status}'" for status in sorted(RETRIABLE))
_AGAIN = f"""
    UPDATE deliveries SET status = '{Status.SCHEDULED}', spent = 0, reason = NULL, due_at = r.due_at,
        expires_at = r.expires_at, dedup_key = r.dedup_key
    FROM {{rows}} AS r WHERE deliveries.id = r.id AND deliveries.status IN ({_RETRIABLE})"""
_PLAN: dict[str, Type] = {"id": "BIGINT", "due_at": "BIGINT", "expires_at": "BIGINT", "dedup_key": "TEXT"}
_MOVED: dict[str, Type] = {**_PLAN, "reason": "TEXT"}


def change(database: peewee.Database, changes: Sequence[Change]) -> list[Changed | NotifyhubError]:
    """Change messages without any attempt yet."""
    return [fingerprints.or_again(database, _change, change) for change in changes]


def retry(database: peewee.Database, retries: Sequence[Retry]) -> list[Counts | NotifyhubError]:
    """Schedule failed, expired and unconfirmed deliveries, with all attempts available again."""
    return [fingerprints.or_again(database, _retry, retry) for retry in retries]


def _change(database: peewee.Database, change: Change) -> Changed | NotifyhubError:
    key = uuid_parameter(database, change.id)
    message = _message(database, key)
    if message is None:
        return NotFound("message", change.id)
    if message.mailing_id:
        return of_a_mailing(change.id, message.mailing_id)
    waiting = _deliveries(database, key, f"'{Status.SCHEDULED}'")
    if run(database, _TRIED, key).fetchone():
        return Conflict(f"message {change.id} is on its way: what a messenger was asked to send cannot be changed")
    if not waiting:
        return Conflict(f"nothing of message {change.id} waits to be sent")
    # A new text is that of all, whatever the template said to each.
    new = message._replace(**change.members)
    if "text" in change.members:
        new = new._replace(template=None)
    # Not that of the rows, which may have been put off by a limit.
    due_at = max(new.send_at or 0, change.now)
    if faults := _faults(change, new, due_at, waiting):
        return InvalidRequest(faults)
    keys = _new_keys(database, change, new, due_at, waiting)
    if isinstance(keys, Conflict):
        return keys
    run(database, _STORE_MESSAGE, new.text, new.send_at, new.expires_at, key)
    if new.template is None and message.template is not None:
        wordings.replace(database, change.id)
    moved = {d.id: d.moved(due_at, anew="send_at" in change.members) for d in waiting}
    plan = [(d.id, moved[d.id][0], new.expires_at, keys[d.id], moved[d.id][1]) for d in waiting]
    run_rows(database, _MOVE, _MOVED, plan)
    chain_steps.rearm(database, [(d.id, due_at) for d in waiting])
    return Changed(frozenset(d.channel for d in waiting), due_at)


def _faults(change: Change, new: _Message, due_at: int, waiting: Sequence[_Delivery]) -> list[Fault]:
    faults = []
    if "text" in change.members:
        channels = sorted({d.channel for d in waiting} | new.chained)
        found = (text_fault(c, new.text, marked_up="parse_mode" in new.options_for(c)) for c in channels)
        faults += [Fault("$.text", "too_long", fault) for fault in found if fault]
    if new.expires_at is not None and new.expires_at <= due_at:
        if "expires_at" in change.members:
            faults.append(Fault("$.expires_at", "too_early", "must be after send_at"))
        elif "send_at" in change.members:
            faults.append(Fault("$.send_at", "too_late", "is not before expires_at"))
    return faults


def _new_keys(
    database: peewee.Database, change: Change, new: _Message, due_at: int, waiting: Sequence[_Delivery]
) -> Conflict | dict[int, str | None]:
    """The dedup key of each delivery, or the reason why it cannot have it."""
    moved = "text" in change.members or (new.window_ms is not None and "send_at" in change.members)
    if new.deduplicate == "off" or not moved:
        return {d.id: d.dedup_key for d in waiting}
    said = _said(database, change.id, new, waiting)
    keys = {d.id: _key(d, new, said.get(d.position)) for d in waiting}
    held = _held_by_others(database, keys, new.window_ms, due_at)
    if held:
        first = min(held)
        raise_of = f"delivery {first} would repeat delivery {held[first]}, which carries this text to the same address"
        more = f" (and {len(held) - 1} more would be duplicates)" if len(held) > 1 else ""
        return Conflict(f"{raise_of}{more}; nothing was changed")
    return dict(keys)


def _said(
    database: peewee.Database, id_: UUID, message: _Message, deliveries: Sequence[_Delivery]
) -> dict[int, Wording]:
    """The texts of those that have another than their message, by position."""
    if message.template is None:
        return {}
    key = uuid_parameter(database, id_)
    found = wordings.at(database, ((key, delivery.position) for delivery in deliveries))
    return {position: wording for (_, position), wording in found.items()}


def _key(delivery: _Delivery, message: _Message, said: Wording | None) -> str:
    channel, text = delivery.channel, message.text if said is None else said.text
    whole = message if said is None else message._replace(options=said.options)
    return dedup_key(channel, delivery.address, text, whole.options_for(channel))


def _held_by_others(
    database: peewee.Database, keys: Mapping[int, str], window_ms: int | None, due_at: int
) -> dict[int, int]:
    """Those deliveries that cannot have their key, and the holder of the key."""
    if window_ms is not None:
        fingerprints.give_way(database, [(key, due_at, window_ms) for key in keys.values()])
    holders = fingerprints.holders(database, keys.values())
    return {id_: holders[key] for id_, key in keys.items() if holders.get(key, id_) != id_}


def _retry(database: peewee.Database, retry: Retry) -> Counts | NotifyhubError:
    key = uuid_parameter(database, retry.id)
    message = _message(database, key)
    if message is None:
        return NotFound("message", retry.id)
    if message.mailing_id:
        return of_a_mailing(retry.id, message.mailing_id)
    # Those whose address was removed cannot be sent again.
    ended = [d for d in _deliveries(database, key, _RETRIABLE) if d.address]
    if not ended:
        return Counts(0, 0, message.accepted, frozenset())
    new = message._replace(**retry.members)
    if new.expires_at is not None and new.expires_at <= retry.now:
        return Conflict(
            f"message {retry.id} ended at {to_iso(new.expires_at)}: to retry it, give a new expires_at, or null"
        )
    keyless = [d for d in ended if d.dedup_key is None and new.deduplicate != "off"]
    said = _said(database, retry.id, new, keyless)
    free = {d.id: _key(d, new, said.get(d.position)) for d in keyless}
    held = _held_by_others(database, free, new.window_ms, retry.now)
    again = [d for d in ended if d.id not in held]
    run(database, _STORE_MESSAGE, new.text, new.send_at, new.expires_at, key)
    rows = [(d.id, retry.now, new.expires_at, d.dedup_key or free.get(d.id)) for d in again]
    run_rows(database, _AGAIN, _PLAN, rows)
    # Whoever retries by hand wants the messenger to be asked again.
    refusals.override(database, [retry.id])
    chain_steps.rearm(database, [(d.id, retry.now) for d in again])
    left_alone = message.accepted - len(ended)
    return Counts(len(again), len(held), left_alone, frozenset(d.channel for d in again))


def of_a_mailing(id_: UUID, mailing_id: int) -> Conflict:
    """Why the message of a mailing is not changed, cancelled or retried by itself."""
    return Conflict(f"message {id_} is that of mailing {mailing_id}: change, cancel or retry the mailing instead")


def _message(database: peewee.Database, key: UUID | str) -> _Message | None:
    row = run(database, _MESSAGE, key).fetchone()
    return None if row is None else _Message._make(row)


def _deliveries(database: peewee.Database, key: UUID | str, statuses: str) -> list[_Delivery]:
    """Deliveries of a message in these states, which they keep until this transaction ends."""
    lock = "FOR UPDATE" if is_postgres(database) else ""
    sql = _DELIVERIES.format(statuses=statuses, lock=lock)
    return [_Delivery._make(row) for row in fetch(database, sql, _Delivery._fields, key)]
