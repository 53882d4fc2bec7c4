"""Tells what people and programs do with a hub: by the job that was done, once it is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from notifyhub.clock import to_ms
from notifyhub.domain.mailings import MailingStatus
from notifyhub.logs import story
from notifyhub.store import (
    changes,
    clients,
    deliveries,
    erasing,
    keys,
    mailing_moves,
    mailing_retries,
    mailings,
    resolving,
    sessions,
    templates,
    webhook_replays,
    webhooks,
)

Told = Iterator[tuple[str, dict[str, Any]]]
"""Names of events, with their fields."""


def done(job: Any, item: Any, result: Any) -> None:
    """Tell that a writer's job has done this. Nothing is told of other jobs than those of `_OF_JOBS`."""
    acts = of_job(job)
    if acts is None:
        return
    for event, fields in acts(item, result):
        story.concern(**{name: fields[name] for name in _IDS if name in fields})
        story.tell(event, **story.asked(), **fields)


def of_job(job: Any) -> Callable[[Any, Any], Told] | None:
    """What a job tells, by its item and its result; None: nothing."""
    return _OF_JOBS.get(job)


def imported(report: Any) -> None:
    """A table of clients was imported (`answers.Import`)."""
    facts = {"added": report.created, "updated": report.updated, "failed": report.failed}
    story.tell("clients.imported", **story.asked(), **facts, dry_run=report.dry_run or None)


def exported(number: int) -> None:
    """So many clients were exported."""
    story.tell("clients.exported", **story.asked(), clients=number)


_IDS = ("message_id", "mailing_id", "client_id", "delivery_id", "key_id", "erasure_id", "webhook_id")


def _client_created(item: clients.NewClient, result: Any) -> Told:
    yield "client.created", {"client_id": result.id}
    if item.opted_out:
        yield "client.opted_out", {"client_id": result.id, "channels": list(item.opted_out), "by": "api"}


def _client_changed(item: clients.ClientChange, _: Any) -> Told:
    yield "client.changed", {"client_id": item.id, "fields": sorted(item.members)}
    if (channels := item.members.get("opted_out")) is not None:
        event = "client.opted_out" if channels else "client.opted_in"
        yield event, {"client_id": item.id, "channels": list(channels) or ["all"], "by": "api"}


def _client_erased(item: int, result: clients.Deleted) -> Told:
    yield "client.erased", {"client_id": item, "cancelled": result.cancelled, "too_late": result.too_late}


def _client_wholly_erased(item: erasing.Wanted, result: Any) -> Told:
    facts = {"client_id": item.id, "erasure_id": result.id, "complete": result.complete}
    yield "client.erased", {**facts, "cancelled": result.cancelled}


def _mailing_created(_: Any, result: Any) -> Told:
    yield "mailing.created", {"mailing_id": result.id, "status": result.status}


def _mailing_changed(item: mailings.MailingChange, _: Any) -> Told:
    yield "mailing.changed", {"mailing_id": item.id, "fields": sorted(item.columns)}


def _mailing_started(item: mailing_moves.Move, result: MailingStatus) -> Told:
    # That it runs is told by the transaction in which it starts, whoever starts it.
    if result is MailingStatus.SCHEDULED:
        yield "mailing.scheduled", {"mailing_id": item.id}


def _mailing_moved(event: str) -> Callable[[mailing_moves.Move, Any], Told]:
    def tell(item: mailing_moves.Move, _: Any) -> Told:
        yield event, {"mailing_id": item.id}

    return tell


def _mailing_ended(event: str) -> Callable[[mailing_moves.Move, mailing_moves.Cancelled], Told]:
    def tell(item: mailing_moves.Move, result: mailing_moves.Cancelled) -> Told:
        yield event, {"mailing_id": item.id, "cancelled": result.cancelled, "too_late": result.too_late}

    return tell


def _mailing_retried(item: mailing_retries.RetrySlice, result: mailing_retries.Retried) -> Told:
    counts = {"retried": result.retried, "duplicates": result.duplicates}
    yield "mailing.retried", {"mailing_id": item.id, **counts}


def _message_changed(item: changes.Change, _: Any) -> Told:
    yield "message.changed", {"message_id": item.id, "fields": sorted(item.members)}


def _message_retried(item: changes.Retry, result: changes.Counts) -> Told:
    counts = {"retried": result.retried, "duplicates": result.duplicates, "left_alone": result.left_alone}
    yield "message.retried", {"message_id": item.id, **counts}


def _message_cancelled(item: Any, result: int) -> Told:
    yield "message.cancelled", {"message_id": item, "cancelled": result}


def _resolved(item: resolving.Resolution, result: str) -> Told:
    yield "delivery.resolved", {"delivery_id": item.id, "channel": result, "verdict": str(item.verdict)}


def _template_changed(item: templates.NewVariant, result: Any) -> Told:
    # One that was there already made no version.
    if to_ms(result.created_at) == item.now:
        place = {"language": item.variant.language or None, "channel": item.variant.channel or None}
        yield "template.changed", {"template": item.name, "template_version": result.version, **place}


def _template_removed(item: templates.Removal, result: Any) -> Told:
    place = {"language": item.language, "channel": item.channel}
    yield "template.removed", {"template": item.name, "template_version": result.version, **place}


def _webhook_created(_: Any, result: Any) -> Told:
    yield "webhook.created", {"webhook_id": result.id}


def _webhook_changed(item: webhooks.EndpointChange, _: Any) -> Told:
    yield "webhook.changed", {"webhook_id": item.id, "fields": sorted(item.columns)}


def _webhook_rotated(item: webhooks.Rotation, _: Any) -> Told:
    yield "webhook.rotated", {"webhook_id": item.id}


def _webhook_deleted(item: int, _: Any) -> Told:
    yield "webhook.deleted", {"webhook_id": item}


def _webhook_replayed(item: webhook_replays.Replay, result: webhook_replays.Replayed) -> Told:
    yield "webhook.replayed", {"webhook_id": item.endpoint_id, "posts": result.posts}


def _webhook_retried(item: webhook_replays.Again | webhook_replays.Ask, result: int) -> Told:
    yield "webhook.replayed", {"webhook_id": item.endpoint_id, "posts": result}


def _key_created(item: keys.NewKey, result: Any) -> Told:
    yield "key.created", {"key_id": result.id, "scopes": list(item.scopes)}


def _key_revoked(item: tuple[int, int], result: bool) -> Told:
    if result:
        yield "key.revoked", {"key_id": item[0]}


def _session_linked(item: sessions.NewLink, _: Any) -> Told:
    yield "session.linked", {"role": item.role}


def _session_began(_: Any, result: Any) -> Told:
    yield "session.began", {"session_id": result.id, "via": result.via, "role": result.role}


def _session_over(event: str) -> Callable[[sessions.Ending, Any], Told]:
    def tell(item: sessions.Ending, result: Any) -> Told:
        if result is not None:
            yield event, {"session_id": item.id}

    return tell


_OF_JOBS: dict[Any, Callable[[Any, Any], Told]] = {
    clients.create: _client_created,
    clients.change: _client_changed,
    clients.delete: _client_erased,
    erasing.erase: _client_wholly_erased,
    mailings.create: _mailing_created,
    mailings.change: _mailing_changed,
    mailing_moves.start: _mailing_started,
    mailing_moves.pause: _mailing_moved("mailing.paused"),
    mailing_moves.resume: _mailing_moved("mailing.resumed"),
    mailing_moves.cancel: _mailing_ended("mailing.cancelled"),
    mailing_moves.delete: _mailing_ended("mailing.deleted"),
    mailing_retries.retry_failed: _mailing_retried,
    changes.change: _message_changed,
    changes.retry: _message_retried,
    deliveries.cancel: _message_cancelled,
    resolving.resolve: _resolved,
    templates.put: _template_changed,
    templates.remove: _template_removed,
    webhooks.create: _webhook_created,
    webhooks.change: _webhook_changed,
    webhooks.rotate: _webhook_rotated,
    webhooks.delete: _webhook_deleted,
    webhook_replays.replay: _webhook_replayed,
    webhook_replays.again: _webhook_retried,
    webhook_replays.retry: _webhook_retried,
    keys.create: _key_created,
    keys.revoke: _key_revoked,
    sessions.link: _session_linked,
    sessions.redeem: _session_began,
    sessions.begin: _session_began,
    sessions.end: _session_over("session.ended"),
    sessions.revoke: _session_over("session.revoked"),
}
