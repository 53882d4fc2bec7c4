"""Trying again what failed of a mailing: a writer's job, slice by slice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.clock import to_iso
from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.mailings import LIVE, MailingStatus
from notifyhub.domain.states import Status
from notifyhub.domain.templates import UNWORDED
from notifyhub.errors import Conflict, NotFound, NotifyhubError
from notifyhub.store import chain_steps, fingerprints, noting, refusals, wordings
from notifyhub.store.mailings import Row, find
from notifyhub.store.rows import Type, as_uuid, fetch, is_postgres, run_rows
from notifyhub.store.wordings import Wording

SLICE = 2_000
BEGINNING = (0, "")


class RetrySlice(NamedTuple):
    """after  the client and channel at which the slice before this one ended; `now` in epoch ms"""

    id: int
    now: int
    after: tuple[int, str] = BEGINNING


class Retried(NamedTuple):
    """What a slice did, and where the next one begins; None: that was all."""

    retried: int
    duplicates: int
    channels: frozenset[str]
    next: tuple[int, str] | None


class _Failed(NamedTuple):
    id: int
    client_id: int
    channel: str
    address: str
    dedup_key: str | None
    position: int


# There is no text for these.
_UNWORDED = ", ".join(f"'{reason}'" for reason in sorted(UNWORDED))
_FAILED = f"""
    SELECT {", ".join(_Failed._fields)} FROM deliveries
    WHERE mailing_id = ? AND mailing_id <> 0 AND (client_id, channel) > (?, ?) AND status = '{Status.FAILED}'
        AND address <> ''
        AND COALESCE(reason, '') NOT IN ({_UNWORDED})
    ORDER BY client_id, channel LIMIT ? {{lock}}"""
_AGAIN = f"""
    UPDATE deliveries SET status = '{Status.SCHEDULED}', spent = 0, reason = NULL, due_at = ?, dedup_key = r.dedup_key
    FROM {{rows}} AS r WHERE deliveries.id = r.id AND deliveries.status = '{Status.FAILED}'"""
_REOPEN = f"""
    UPDATE mailings SET status = '{MailingStatus.RUNNING}', ended_at = NULL, updated_at = r.now FROM {{rows}} AS r
    WHERE mailings.id = r.id AND mailings.status = '{MailingStatus.FINISHED}'"""


def retry_failed(database: peewee.Database, slices: Sequence[RetrySlice]) -> list[Retried | NotifyhubError]:
    """Schedule the failed deliveries of mailings that may still send, with all attempts available again."""
    return [_retry(database, slice_) for slice_ in slices]


def reopen(database: peewee.Database, ids: Iterable[int], now: int) -> None:
    """Mailings that had finished go on; `now` in epoch ms."""
    run_rows(database, _REOPEN, {"id": "BIGINT", "now": "BIGINT"}, [(id_, now) for id_ in ids])


def _retry(database: peewee.Database, slice_: RetrySlice) -> Retried | NotifyhubError:
    mailing = find(database, slice_.id, lock=True)
    if mailing is None:
        return NotFound("mailing", slice_.id)
    if mailing["status"] not in (*LIVE, MailingStatus.FINISHED):
        return Conflict(f"mailing {slice_.id} is {mailing['status']}: nothing of it is sent any more")
    if mailing["ends_at"] is not None and mailing["ends_at"] <= slice_.now:
        return Conflict(f"mailing {slice_.id} ended at {to_iso(mailing['ends_at'])}")
    lock = "FOR UPDATE" if is_postgres(database) else ""
    rows = fetch(database, _FAILED.format(lock=lock), _Failed._fields, slice_.id, *slice_.after, SLICE)
    failed = sorted((_Failed._make(row) for row in rows), key=lambda row: (row.client_id, row.channel))
    said = _said(database, mailing, failed)
    keys = {row.id: row.dedup_key or _key(mailing, row, said.get(row.position)) for row in failed}
    free = fingerprints.free(database, keys)
    again = [row for row in failed if row.id in free]
    columns: dict[str, Type] = {"id": "BIGINT", "dedup_key": "TEXT"}
    if again:
        sql = _AGAIN.replace("due_at = ?, ", f"due_at = {slice_.now:d}, ")
        run_rows(database, sql, columns, [(row.id, keys[row.id]) for row in again])
        told = ((row.id, mailing["message_id"], slice_.id, row.client_id, row.channel) for row in again)
        noting.moved("delivery.retried", told)
        chain_steps.rearm(database, [(row.id, slice_.now) for row in again])
        reopen(database, [slice_.id], slice_.now)
        # Whoever retries by hand wants the messenger to be asked again.
        refusals.override(database, [as_uuid(mailing["message_id"])])
    last = (failed[-1].client_id, failed[-1].channel) if len(failed) == SLICE else None
    return Retried(len(again), len(failed) - len(again), frozenset(row.channel for row in again), last)


def _said(database: peewee.Database, mailing: Row, failed: Sequence[_Failed]) -> dict[int, Wording]:
    """The texts of those that have their own, by position."""
    if mailing["template"] is None:
        return {}
    message_id = mailing["message_id"]
    return {
        place[1]: own for place, own in wordings.at(database, ((message_id, row.position) for row in failed)).items()
    }


def _key(mailing: Row, row: _Failed, said: Wording | None) -> str | None:
    if mailing["deduplicate"] == "off":
        return None
    text, given = (mailing["text"], mailing["options"]) if said is None else (said.text, said.options)
    options: dict[str, Any] = orjson.loads(given or "{}")
    return dedup_key(row.channel, row.address, text, options.get(row.channel))
