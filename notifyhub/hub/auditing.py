"""The audit's lines: who did what, by the job that did it, as `telling` tells it to the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, NamedTuple

import orjson

from notifyhub import answers
from notifyhub.clock import now_ms
from notifyhub.domain.mailings import MailingStatus
from notifyhub.hub import telling
from notifyhub.logs.current import ASKED_BY, REQUEST_ID, Who
from notifyhub.store import (
    audit,
    changes,
    deliveries,
    mailing_moves,
    mailing_retries,
    reachability_lists,
    recount,
    resolving,
    sessions,
    webhook_replays,
)
from notifyhub.store.audit import Audited, Line
from notifyhub.store.database import Database
from notifyhub.store.writer import Job

MOST_LISTED = 100
"""Ids in one line."""


class Act(NamedTuple):
    """Something that was done to something.

    id  None: it has none, or they are several
    by  who did it, where that is known only afterwards; None: who asks
    """

    action: str
    kind: str
    id: object
    changed: Mapping[str, Any]
    by: Who | None = None


class Asked(NamedTuple):
    """Who asks now, and in which request."""

    who: Who
    request_id: str | None

    def line(self, act: Act) -> Line:
        who = act.by or self.who
        about = None if act.id is None else str(act.id)
        changed = _json(act.changed) if act.changed else None
        key_id = who.key_id or None
        return Line(now_ms(), who.face, who.name, key_id, act.action, act.kind, about, changed, self.request_id)


def asked_now() -> Asked:
    return Asked(ASKED_BY.get(), REQUEST_ID.get())


def written(database: Database, job: Job[Any, Any], item: Any) -> Future[Any]:
    """Do a job; if it is one that people are named for, its line is stored in the same transaction."""
    acts = _OWN.get(job) or telling.of_job(job)
    if acts is None:
        return database.write(job, item)
    lines = partial(_lines, asked_now(), acts, item)
    return database.write(audit.audited(job), Audited(item, lines))


class Course:
    """An act of many transactions. Its line is stored before the first, and says after the last what had changed.

    A line that says `"complete": false` is of an act that is going on, or was cut off.
    """

    def __init__(self, database: Database, action: str, kind: str) -> None:
        self._database = database
        self._asked = asked_now()
        self._act = Act(action, kind, None, {"complete": False})
        self._id: int | None = None

    def begin(self) -> Future[int]:
        """It is about to begin. Fails with StoreUnavailable."""
        stored: Future[int] = self._database.write(audit.begin, self._asked.line(self._act))
        stored.add_done_callback(self._begun)
        return stored

    def end(self, **changed: Any) -> Future[Any] | None:
        """It has ended; whoever has to know when that is written may wait for it. None: it has not begun."""
        return None if self._id is None else self._database.write(audit.complete, (self._id, _json(changed)))

    def _begun(self, stored: Future[int]) -> None:
        if stored.exception() is None:
            self._id = stored.result()


def _lines(asked: Asked, acts: Callable[[Any, Any], Iterator[Any]], item: Any, result: Any) -> Sequence[Line]:
    return [asked.line(one if isinstance(one, Act) else _as_act(*one)) for one in acts(item, result)]


_KINDS = {
    **{f"{kind}_id": kind for kind in ("client", "mailing", "message", "delivery", "key", "webhook", "session")},
    "template": "template",
}


def _as_act(event: str, fields: Mapping[str, Any]) -> Act:
    """An event of the log as an act."""
    # Not `next`: its StopIteration would be lost in a future, and whoever waits for it would wait for ever.
    (name, *_) = [name for name in _KINDS if name in fields]
    changed = {key: value for key, value in fields.items() if key != name and value is not None}
    return Act(event, _KINDS[name], fields[name], changed)


def _json(changed: Mapping[str, Any]) -> str:
    return orjson.dumps(changed, default=str).decode()


# What the log tells otherwise, or not at all; and what changed nothing has no line.


def _started(item: mailing_moves.Move, result: MailingStatus) -> Iterator[Act]:
    later = result is MailingStatus.SCHEDULED
    yield Act("mailing.scheduled" if later else "mailing.started", "mailing", item.id, {})


def _mailing_retried(item: mailing_retries.RetrySlice, result: mailing_retries.Retried) -> Iterator[Act]:
    # One line for the act: that of the slice it begins with.
    if item.after == mailing_retries.BEGINNING and (result.retried or result.next):
        more = {} if result.next is None else {"at_least": True}
        yield Act("mailing.retried", "mailing", item.id, {"retried": result.retried, **more})


def _message_retried(item: changes.Retry, result: changes.Counts) -> Iterator[Act]:
    if result.retried:
        yield Act("message.retried", "message", item.id, {"retried": result.retried})


def _message_cancelled(item: Any, result: int) -> Iterator[Act]:
    if result:
        yield Act("message.cancelled", "message", item, {"cancelled": result})


def _deliveries_cancelled(_: Sequence[int], result: set[int]) -> Iterator[Act]:
    ids = sorted(result)
    if len(ids) == 1:
        yield Act("deliveries.cancelled", "delivery", ids[0], {"cancelled": 1})
    elif ids:
        changed = {"cancelled": len(ids), "delivery_ids": ids[:MOST_LISTED]}
        yield Act("deliveries.cancelled", "deliveries", None, changed)


def _suppressed(item: reachability_lists.Suppression, result: Any) -> Iterator[Act]:
    yield Act("reachability.suppressed", "address", result.id, {"channel": item.channel})


def _cleared(item: tuple[str, str], result: int) -> Iterator[Act]:
    if result:
        yield Act("reachability.cleared", "address", None, {"channel": item[0], "cleared": result})


def _repaired(_: None, result: recount.Recount) -> Iterator[Act]:
    if result.differing:
        yield Act("statistics.repaired", "statistics", None, {"differing": result.differing})


def _replayed(item: webhook_replays.Replay, result: webhook_replays.Replayed) -> Iterator[Act]:
    # One line for the act, as above.
    if item.after.id == 0 and result.posts:
        more = {} if result.last is None else {"at_least": True}
        yield Act("webhook.replayed", "webhook", item.endpoint_id, {"posts": result.posts, **more})


def _reposted(item: webhook_replays.Again | webhook_replays.Ask, result: int) -> Iterator[Act]:
    if result:
        yield Act("webhook.replayed", "webhook", item.endpoint_id, {"posts": result})


def _linked(item: sessions.NewLink, _: Any) -> Iterator[Act]:
    yield Act("session.linked", "session", None, {"name": item.name, "role": item.role})


def _began(_: Any, result: answers.Session) -> Iterator[Act]:
    # Only a redeemed link knows whom it signs in.
    changed = {"via": result.via, "role": result.role}
    yield Act("session.began", "session", result.id, changed, Who("dashboard", result.name))


def _ended(_: Any, result: answers.Session | None) -> Iterator[Act]:
    if result is not None:
        yield Act("session.ended", "session", result.id, {}, Who("dashboard", result.name))


_OWN: dict[Any, Callable[[Any, Any], Iterator[Act]]] = {
    mailing_moves.start: _started,
    mailing_retries.retry_failed: _mailing_retried,
    changes.retry: _message_retried,
    deliveries.cancel: _message_cancelled,
    resolving.cancel_these: _deliveries_cancelled,
    reachability_lists.suppress: _suppressed,
    reachability_lists.clear: _cleared,
    recount.repair: _repaired,
    webhook_replays.replay: _replayed,
    webhook_replays.again: _reposted,
    webhook_replays.retry: _reposted,
    sessions.link: _linked,
    sessions.redeem: _began,
    sessions.begin: _began,
    sessions.end: _ended,
}
