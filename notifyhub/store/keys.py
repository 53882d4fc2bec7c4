"""API keys: made once, kept as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.store.models import ApiKey

KEY_PREFIX = "nh_"
SHOWN = len(KEY_PREFIX) + 6


@dataclass(frozen=True, slots=True)
class NewKey:
    """`now` in epoch ms."""

    name: str
    scopes: tuple[str, ...]
    now: int


def hash_key(key: str) -> str:
    """What is kept of a key. It has 256 random bits, so a plain fast hash is as good as a slow one."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def create(database: peewee.Database, wanted: Sequence[NewKey]) -> list[answers.Key]:
    """Make keys, as a writer's job; the key itself is in the answer and nowhere else."""
    return [_create(database, new) for new in wanted]


def _create(database: peewee.Database, new: NewKey) -> answers.Key:
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    row: dict[str, Any] = {
        "name": new.name,
        "prefix": key[:SHOWN],
        "hash": hash_key(key),
        "scopes": " ".join(new.scopes),
        "created_at": new.now,
    }
    id_ = ApiKey.insert(row).execute(database)
    return _answer({**row, "id": id_, "revoked_at": None}).model_copy(update={"key": key})


def revoke(database: peewee.Database, wanted: Sequence[tuple[int, int]]) -> list[bool]:
    """Revoke keys, as a writer's job: pairs of (id, now in epoch ms); False where there is no such live key."""
    return [
        bool(ApiKey.update(revoked_at=now).where((ApiKey.id == id_) & ApiKey.revoked_at.is_null()).execute(database))
        for id_, now in wanted
    ]


def every(database: peewee.Database) -> list[answers.Key]:
    """All keys, revoked ones too, by rising id."""
    return [_answer(row) for row in ApiKey.select().order_by(ApiKey.id).dicts().execute(database)]


def live(hash_: str) -> Callable[[peewee.Database], answers.Key | None]:
    """The key that hashes to `hash_`, unless it was revoked."""

    def ask(database: peewee.Database) -> answers.Key | None:
        wanted = (ApiKey.hash == hash_) & ApiKey.revoked_at.is_null()
        rows = list(ApiKey.select().where(wanted).dicts().execute(database))
        return _answer(rows[0]) if rows else None

    return ask


def _answer(row: dict[str, Any]) -> answers.Key:
    revoked_at = row["revoked_at"]
    return answers.Key(
        id=row["id"],
        name=row["name"],
        prefix=row["prefix"],
        scopes=row["scopes"].split(),
        created_at=to_datetime(row["created_at"]),
        revoked_at=None if revoked_at is None else to_datetime(revoked_at),
    )
