"""API keys, stored as hashes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.errors import NotFound
from notifyhub.store.models import ApiKey
from notifyhub.store.rows import fetch_rows, run

KEY_PREFIX = "nh_"
SHOWN = len(KEY_PREFIX) + 6


@dataclass(frozen=True, slots=True)
class NewKey:
    """Moments in epoch ms; `rate_limit` in requests a minute."""

    name: str
    scopes: tuple[str, ...]
    now: int
    expires_at: int | None = None
    rate_limit: int | None = None


class Known(NamedTuple):
    """What is needed to authenticate a key. Times are epoch ms."""

    id: int
    hash: str
    scopes: str
    expires_at: int | None
    last_used_at: int | None
    rate_limit: int | None


_LIVE = """
    SELECT k.id AS id, k.hash AS hash, k.scopes AS scopes, k.expires_at AS expires_at,
        k.last_used_at AS last_used_at, k.rate_limit AS rate_limit
    FROM {rows} AS r JOIN api_keys AS k ON k.hash = r.hash WHERE k.revoked_at IS NULL"""
_USED = "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)"


def hash_key(key: str) -> str:
    """The hash of a key. A key has 256 random bits, so a fast hash is as good as a slow one."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def create(database: peewee.Database, wanted: Sequence[NewKey]) -> list[answers.Key]:
    """Create keys, as a writer's job. Only the result contains the key itself."""
    return [_create(database, new) for new in wanted]


def _create(database: peewee.Database, new: NewKey) -> answers.Key:
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    row: dict[str, Any] = {
        "name": new.name,
        "prefix": key[:SHOWN],
        "hash": hash_key(key),
        "scopes": " ".join(new.scopes),
        "created_at": new.now,
        "expires_at": new.expires_at,
        "rate_limit": new.rate_limit,
    }
    id_ = ApiKey.insert(row).execute(database)
    return _answer({**row, "id": id_, "revoked_at": None, "last_used_at": None}).model_copy(update={"key": key})


def revoke(database: peewee.Database, wanted: Sequence[tuple[int, int]]) -> list[bool]:
    """Revoke keys, as a writer's job: pairs of (id, now in epoch ms). False if there is no such live key."""
    return [
        bool(ApiKey.update(revoked_at=now).where((ApiKey.id == id_) & ApiKey.revoked_at.is_null()).execute(database))
        for id_, now in wanted
    ]


def used(database: peewee.Database, uses: Sequence[tuple[int, int]]) -> list[None]:
    """Record the use of keys, as a writer's job: pairs of (id, epoch ms)."""
    # Always in the same order, so that two processes cannot deadlock.
    for id_, moment in sorted(uses):
        run(database, _USED, moment, id_, moment)
    return [None] * len(uses)


def page(after: int, limit: int) -> Callable[[peewee.Database], list[answers.Key]]:
    """Keys, including revoked ones, in the order of their ids, after `after`."""

    def ask(database: peewee.Database) -> list[answers.Key]:
        query = ApiKey.select().where(ApiKey.id > after).order_by(ApiKey.id).limit(limit)
        return [_answer(row) for row in query.dicts().execute(database)]

    return ask


def every(database: peewee.Database) -> list[answers.Key]:
    """All keys, including revoked ones, in the order of their ids."""
    return [_answer(row) for row in ApiKey.select().order_by(ApiKey.id).dicts().execute(database)]


def one(id_: int) -> Callable[[peewee.Database], answers.Key]:
    """A key, revoked or not. Raises NotFound."""

    def ask(database: peewee.Database) -> answers.Key:
        rows = list(ApiKey.select().where(ApiKey.id == id_).dicts().execute(database))
        if not rows:
            raise NotFound("key", id_)
        return _answer(rows[0])

    return ask


def live(hashes: Collection[str]) -> Callable[[peewee.Database], dict[str, Known]]:
    """The keys with these hashes that are not revoked, by hash. The caller checks whether one has expired."""

    def ask(database: peewee.Database) -> dict[str, Known]:
        rows = fetch_rows(database, _LIVE, Known._fields, {"hash": "TEXT"}, [(hash_,) for hash_ in hashes])
        return {row[1]: Known._make(row) for row in rows}

    return ask


def _answer(row: dict[str, Any]) -> answers.Key:
    moments = {
        name: None if row[name] is None else to_datetime(row[name])
        for name in ("created_at", "expires_at", "revoked_at", "last_used_at")
    }
    return answers.Key(
        id=row["id"],
        name=row["name"],
        prefix=row["prefix"],
        scopes=row["scopes"].split(),
        rate_limit=row["rate_limit"],
        **moments,
    )
