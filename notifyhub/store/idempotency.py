"""Requests with an idempotency key: done once, answered as often as repeated.

`once` runs a writer's job and stores its answer in one transaction, so that either both exist or neither. For work that
is not a single job there is `reserve`, then `keep` or `give_back`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Generic, NamedTuple, TypeVar

import peewee

from notifyhub.errors import KeyInProgress, KeyReused
from notifyhub.store.rows import Type, fetch_rows, is_postgres, run, run_rows
from notifyhub.store.writer import Job

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


class Named(NamedTuple):
    """A request with a key. Times are epoch ms; after `until` it counts as never made."""

    consumer: int
    key: str
    fingerprint: str
    now: int
    until: int


class Kept(NamedTuple):
    """A stored answer."""

    status: int
    location: str | None
    body: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Once(Generic[I, R]):
    """An item of a job, to be done unless `named` was done before; `answer` makes the stored answer from the result."""

    named: Named
    item: I
    answer: Callable[[R], Kept]


@dataclass(frozen=True, slots=True)
class Verdict(Generic[R]):
    """The verdict on a request with a key: done now, with its `result`, or answered before, or refused.

    Without `kept` and `refusal` it is a reservation: the caller may proceed.
    """

    result: R | None = None
    kept: Kept | None = None
    refusal: KeyInProgress | KeyReused | None = None


_Place = tuple[int, str]

_COLUMNS: dict[str, Type] = {
    "consumer": "BIGINT",
    "key": "TEXT",
    "fingerprint": "TEXT",
    "created_at": "BIGINT",
    "kept_until": "BIGINT",
    "status": "BIGINT",
    "location": "TEXT",
    "body": "TEXT",
}
_PLACE: dict[str, Type] = {"consumer": "BIGINT", "key": "TEXT"}
_FOUND = ("consumer", "key", "fingerprint", "kept_until", "status", "location", "body")
_FIND = f"""
    SELECT {", ".join(f"k.{name} AS {name}" for name in _FOUND)}
    FROM {{rows}} AS r JOIN idempotency_keys AS k ON k.consumer = r.consumer AND k.key = r.key"""
# A request in another process's transaction is refused at once: waiting would delay the whole group.
_LOCK = "SELECT r.lock AS lock FROM {rows} AS r WHERE pg_try_advisory_xact_lock(r.lock)"
_NOTE = f"""
    INSERT INTO idempotency_keys ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)} FROM {{rows}} AS r WHERE true
    ON CONFLICT (consumer, key) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _PLACE)}"""
_OWN = "consumer = ? AND key = ? AND created_at = ? AND status IS NULL"
_KEEP = f"UPDATE idempotency_keys SET status = ?, location = ?, body = ?, kept_until = ? WHERE {_OWN}"
_PROLONG = f"UPDATE idempotency_keys SET kept_until = ? WHERE {_OWN}"
_GIVE_BACK = f"DELETE FROM idempotency_keys WHERE {_OWN}"
_FORGET = """
    DELETE FROM idempotency_keys WHERE (consumer, key) IN (
        SELECT consumer, key FROM idempotency_keys WHERE kept_until <= ? LIMIT ?)"""
_OVER = "SELECT 1 FROM idempotency_keys WHERE kept_until <= ? LIMIT 1"


@lru_cache
def once(job: Job[I, R]) -> Job[Once[I, R], Verdict[R]]:
    """`job`, with each item done once for its key, however many processes ask."""

    def do(database: peewee.Database, wanted: Sequence[Once[I, R]]) -> list[Verdict[R]]:
        requests = [item.named for item in wanted]
        settled, firsts = _judge(database, requests)
        fresh = [wanted[i] for i in firsts.values()]
        results = job(database, [item.item for item in fresh]) if fresh else []
        done = [Verdict(result, item.answer(result)) for item, result in zip(fresh, results, strict=True)]
        return _noted(database, requests, settled, dict(zip(firsts.values(), done, strict=True)))

    return do


def reserve(database: peewee.Database, wanted: Sequence[Named]) -> list[Verdict[None]]:
    """Record that requests are in progress, as a writer's job."""
    settled, firsts = _judge(database, wanted)
    may_go_on: Verdict[None] = Verdict()
    return _noted(database, wanted, settled, dict.fromkeys(firsts.values(), may_go_on))


def keep(database: peewee.Database, answers: Sequence[tuple[Named, Kept, int]]) -> list[None]:
    """Store the answers to reserved requests until a time (epoch ms), as a writer's job."""
    for named, kept, until in answers:
        run(database, _KEEP, kept.status, kept.location, kept.body, until, named.consumer, named.key, named.now)
    return [None] * len(answers)


def prolong(database: peewee.Database, living: Sequence[tuple[Named, int]]) -> list[None]:
    """Extend reservations until a time (epoch ms), as a writer's job: the requests are still in progress."""
    for named, until in living:
        run(database, _PROLONG, until, named.consumer, named.key, named.now)
    return [None] * len(living)


def give_back(database: peewee.Database, reserved: Sequence[Named]) -> list[None]:
    """Release reservations, as a writer's job: nothing was done."""
    for named in reserved:
        run(database, _GIVE_BACK, named.consumer, named.key, named.now)
    return [None] * len(reserved)


def forget(database: peewee.Database, passes: Sequence[tuple[int, int]]) -> list[int]:
    """Delete up to `limit` answers that were kept until `now` (epoch ms), as a writer's job. Returns their number."""
    return [run(database, _FORGET, now, limit).rowcount for now, limit in passes]


def needs_forgetting(now: int) -> Callable[[peewee.Database], bool]:
    """Is any stored answer too old at `now` (epoch ms)?"""
    return lambda database: run(database, _OVER, now).fetchone() is not None


def answered(named: Named) -> Callable[[peewee.Database], Verdict[Any] | None]:
    """The verdict on a request; None if it was never made."""
    return lambda database: _found(database, [named]).get(0)


def _judge(database: peewee.Database, wanted: Sequence[Named]) -> tuple[dict[int, Verdict[Any]], dict[_Place, int]]:
    """The verdicts on items that are not to be done now; and for the others, the position of the first of each key."""
    settled = _in_other_hands(database, wanted)
    # In a separate statement, which sees everything committed before the locks were acquired.
    settled |= _found(database, wanted)
    firsts: dict[_Place, int] = {}
    for i, named in enumerate(wanted):
        if i not in settled:
            firsts.setdefault(_place(named), i)
    return settled, firsts


def _in_other_hands(database: peewee.Database, wanted: Sequence[Named]) -> dict[int, Verdict[Any]]:
    """Refusals of requests that are in another process's open transaction. On SQLite only one is open at a time."""
    if not is_postgres(database):
        return {}
    locks = [_lock(named) for named in wanted]
    had = {lock for (lock,) in fetch_rows(database, _LOCK, ("lock",), {"lock": "BIGINT"}, [(n,) for n in set(locks)])}
    return {i: Verdict(refusal=KeyInProgress()) for i, lock in enumerate(locks) if lock not in had}


def _found(database: peewee.Database, wanted: Sequence[Named]) -> dict[int, Verdict[Any]]:
    """The verdicts on requests made before whose answers are still kept."""
    rows = fetch_rows(database, _FIND, _FOUND, _PLACE, {_place(named) for named in wanted})
    known = {(row[0], row[1]): row for row in rows}
    return {
        i: _verdict(named, row[2], None if row[4] is None else Kept(*row[4:]))
        for i, named in enumerate(wanted)
        if (row := known.get(_place(named))) is not None and row[3] > named.now
    }


def _noted(
    database: peewee.Database,
    wanted: Sequence[Named],
    settled: dict[int, Verdict[R]],
    done: Mapping[int, Verdict[R]],
) -> list[Verdict[R]]:
    """Record what was done, and return the verdict on each request, including repeats within the group."""
    if done:
        run_rows(database, _NOTE, _COLUMNS, [_row(wanted[i], verdict.kept) for i, verdict in done.items()])
    first = {_place(wanted[i]): i for i in done}
    verdicts = {**settled, **done}
    for i, named in enumerate(wanted):
        if i not in verdicts:
            place = first[_place(named)]
            verdicts[i] = _verdict(named, wanted[place].fingerprint, done[place].kept)
    return [verdicts[i] for i in range(len(wanted))]


def _verdict(named: Named, fingerprint: str, kept: Kept | None) -> Verdict[Any]:
    """The verdict on a request whose key was used with this fingerprint; without `kept`, that one is in progress."""
    if named.fingerprint != fingerprint:
        return Verdict(refusal=KeyReused())
    return Verdict(refusal=KeyInProgress()) if kept is None else Verdict(kept=kept._replace(replayed=True))


def _row(named: Named, kept: Kept | None) -> Sequence[Any]:
    answer = (None, None, None) if kept is None else (kept.status, kept.location, kept.body)
    return (named.consumer, named.key, named.fingerprint, named.now, named.until, *answer)


def _place(named: Named) -> _Place:
    return named.consumer, named.key


def _lock(named: Named) -> int:
    """PostgreSQL's advisory lock for this key."""
    digest = blake2b(f"{named.consumer} {named.key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
