"""The endpoints that events are posted to. Each function is a query or a writer's job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.posting import OLD_SECRET_MS
from notifyhub.errors import Conflict, NotFound, NotifyhubError
from notifyhub.store import event_wants
from notifyhub.store.rows import fetch, is_postgres, run

MOST_ENDPOINTS = 200
"""Each of them may be called several times at once."""
_SHOWN = (
    *("id", "url", "events", "channels", "mailing_id", "description", "enabled", "disabled_reason", "failing_since"),
    *("old_until", "created_at", "updated_at"),
)
_ROW = f"SELECT {', '.join(_SHOWN)} FROM webhook_endpoints"
_PAGE = f"{_ROW} WHERE id > ? ORDER BY id LIMIT ?"
_COUNT = "SELECT COUNT(*) FROM webhook_endpoints"
_COLUMNS = ("url", "events", "channels", "mailing_id", "description", "enabled", "disabled_reason", "failing_since")
_INSERT = """
    INSERT INTO webhook_endpoints (url, events, channels, mailing_id, description, enabled, secret, created_at,
        updated_at)
    VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?) RETURNING id"""
_ROTATE = """
    UPDATE webhook_endpoints SET old_secret = secret, old_until = ?, secret = ?, updated_at = ? WHERE id = ?"""
_DROP = (
    "DELETE FROM webhook_tries WHERE post_id IN (SELECT id FROM webhook_posts WHERE endpoint_id = ?)",
    "DELETE FROM webhook_posts WHERE endpoint_id = ?",
    "DELETE FROM webhook_endpoints WHERE id = ?",
)
_OPEN = "SELECT COUNT(*) FROM webhook_posts WHERE endpoint_id = ? AND state IN ('waiting', 'posting')"
_LOCK = 7_301_904_458


class NewEndpoint(NamedTuple):
    """An endpoint to create at `now` (epoch ms)."""

    url: str
    events: Sequence[str]
    channels: Sequence[str] | None
    mailing_id: int | None
    description: str | None
    secret: str
    now: int


class EndpointChange(NamedTuple):
    """What changes of an endpoint at `now` (epoch ms): columns of `event_models.WebhookEndpoint`, lists as they are."""

    id: int
    columns: Mapping[str, Any]
    now: int


class Rotation(NamedTuple):
    """A new secret for an endpoint at `now` (epoch ms)."""

    id: int
    secret: str
    now: int


def one(id_: int) -> Callable[[peewee.Database], answers.Webhook]:
    """Query: an endpoint. Raises NotFound."""

    def ask(database: peewee.Database) -> answers.Webhook:
        found = _find(database, id_)
        if found is None:
            raise NotFound("webhook", id_)
        return found

    return ask


def page(after: int, limit: int) -> Callable[[peewee.Database], list[answers.Webhook]]:
    """Query: endpoints in the order of their ids."""
    return lambda database: [_as_answer(row) for row in fetch(database, _PAGE, _SHOWN, after, limit)]


def create(database: peewee.Database, given: Sequence[NewEndpoint]) -> list[answers.Webhook | NotifyhubError]:
    """Create endpoints. Only these answers have the secret."""
    return [_create(database, new) for new in given]


def _create(database: peewee.Database, new: NewEndpoint) -> answers.Webhook | NotifyhubError:
    if is_postgres(database):
        run(database, "SELECT pg_advisory_xact_lock(?)", _LOCK)
    if run(database, _COUNT).fetchone()[0] >= MOST_ENDPOINTS:
        return Conflict(f"there are {MOST_ENDPOINTS} webhooks already: delete one that is no longer needed")
    lists = (_stored(new.events), _stored(new.channels))
    values = (new.url, *lists, new.mailing_id, new.description, new.secret, new.now, new.now)
    (id_,) = run(database, _INSERT, *values).fetchone()
    event_wants.change(database, id_, new.events)
    made = _find(database, id_)
    assert made is not None
    return made.model_copy(update={"secret": new.secret})


def change(database: peewee.Database, changes: Sequence[EndpointChange]) -> list[answers.Webhook | NotifyhubError]:
    """Change endpoints."""
    return [_change(database, one_) for one_ in changes]


def _change(database: peewee.Database, one_: EndpointChange) -> answers.Webhook | NotifyhubError:
    columns = {name: _stored(value) for name, value in one_.columns.items() if name in _COLUMNS}
    sets = ", ".join(f"{name} = ?" for name in (*columns, "updated_at"))
    values = (*columns.values(), one_.now, one_.id)
    if not run(database, f"UPDATE webhook_endpoints SET {sets} WHERE id = ?", *values).rowcount:
        return NotFound("webhook", one_.id)
    if "events" in one_.columns:
        event_wants.change(database, one_.id, one_.columns["events"])
    return _find(database, one_.id) or NotFound("webhook", one_.id)


def rotate(database: peewee.Database, rotations: Sequence[Rotation]) -> list[answers.Webhook | NotifyhubError]:
    """Give endpoints new secrets; the former ones sign too for a day. Only these answers have the new ones."""
    return [_rotate(database, one_) for one_ in rotations]


def _rotate(database: peewee.Database, one_: Rotation) -> answers.Webhook | NotifyhubError:
    run(database, _ROTATE, one_.now + OLD_SECRET_MS, one_.secret, one_.now, one_.id)
    found = _find(database, one_.id)
    return NotFound("webhook", one_.id) if found is None else found.model_copy(update={"secret": one_.secret})


def delete(database: peewee.Database, ids: Sequence[int]) -> list[answers.DeletedWebhook | NotifyhubError]:
    """Delete endpoints, and what is still to be posted to them."""
    return [_delete(database, id_) for id_ in ids]


def _delete(database: peewee.Database, id_: int) -> answers.DeletedWebhook | NotifyhubError:
    (dropped,) = run(database, _OPEN, id_).fetchone()
    gone = [run(database, statement, id_).rowcount for statement in _DROP]
    event_wants.drop(database, id_)
    return answers.DeletedWebhook(id=id_, dropped=dropped) if gone[-1] else NotFound("webhook", id_)


def _find(database: peewee.Database, id_: int) -> answers.Webhook | None:
    rows = fetch(database, f"{_ROW} WHERE id = ?", _SHOWN, id_)
    return _as_answer(rows[0]) if rows else None


def _as_answer(row: Sequence[Any]) -> answers.Webhook:
    given = dict(zip(_SHOWN, row, strict=True))
    moments = {name: given.pop(name) for name in ("failing_since", "old_until", "created_at", "updated_at")}
    at = {name: None if value is None else to_datetime(value) for name, value in moments.items()}
    at["old_secret_until"] = at.pop("old_until")
    channels = None if given["channels"] is None else orjson.loads(given["channels"])
    return answers.Webhook(**{**given, **at, "events": orjson.loads(given["events"]), "channels": channels})


def _stored(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return orjson.dumps(list(value)).decode()
    return int(value) if isinstance(value, bool) else value
