"""Who did what: lines that are stored in the transaction of the change that they tell of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.errors import NotFound, NotifyhubError
from notifyhub.requests.audit import AuditFilters
from notifyhub.store.rows import Type, fetch, run, run_rows
from notifyhub.store.writer import Job

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


class Line(NamedTuple):
    """A line without its id; `created_at` in epoch ms, the rest as in `audit_models.AuditLine`."""

    created_at: int
    face: str
    who: str | None
    key_id: int | None
    action: str
    about_kind: str
    about_id: str | None
    changed: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Audited(Generic[I, R]):
    """An item of a job; `lines` tells by its result who did what."""

    item: I
    lines: Callable[[R], Sequence[Line]]


Place = tuple[int, int]
"""Of a line: (created_at, id)."""

_TYPES: dict[str, Type] = {
    "created_at": "BIGINT",
    "face": "TEXT",
    "who": "TEXT",
    "key_id": "BIGINT",
    "action": "TEXT",
    "about_kind": "TEXT",
    "about_id": "TEXT",
    "changed": "TEXT",
    "request_id": "TEXT",
}
# The name of a key is looked up here, so that a request needs it only if it changes something.
# A query of its own instead of a join, which would lose the order of the rows.
_WHO = "COALESCE(r.who, (SELECT k.name FROM api_keys AS k WHERE k.id = r.key_id))"
_PICKED = ", ".join(_WHO if name == "who" else f"r.{name}" for name in _TYPES)
_INSERT = f"INSERT INTO audit ({', '.join(_TYPES)}) SELECT {_PICKED} FROM {{rows}} AS r"
_COMPLETE = "UPDATE audit SET changed = ? WHERE id = ?"
_COLUMNS = ("id", *_TYPES)
_PAGE = f"""
    SELECT {", ".join(_COLUMNS)} FROM audit {{where}} ORDER BY created_at {{order}}, id {{order}} LIMIT ?"""
_PLACE = "SELECT created_at, id FROM audit WHERE id = ?"
_FORGET = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE created_at < ? ORDER BY created_at LIMIT ?)"
_ANY_OLDER = "SELECT 1 FROM audit WHERE created_at < ? LIMIT 1"


@lru_cache
def audited(job: Job[I, R]) -> Job[Audited[I, R], R]:
    """`job`, which also stores who asked for what it did. What it refused to do is not told."""

    def do(database: peewee.Database, wanted: Sequence[Audited[I, R]]) -> Sequence[R]:
        results = job(database, [one.item for one in wanted])
        pairs = zip(wanted, results, strict=True)
        _insert(database, [line for one, result in pairs for line in _told(one, result)])
        return results

    return do


def _told(one: Audited[I, R], result: R) -> Sequence[Line]:
    return () if isinstance(result, NotifyhubError) else one.lines(result)


def _insert(database: peewee.Database, lines: Sequence[Line]) -> None:
    if lines:
        run_rows(database, _INSERT, _TYPES, map(tuple, lines))


def begin(database: peewee.Database, lines: Sequence[Line]) -> list[int]:
    """Store lines of what takes many transactions, as a writer's job, before the first. Returns their ids."""
    one_by_one = f"{_INSERT} RETURNING id"
    return [int(run_rows(database, one_by_one, _TYPES, [tuple(line)]).fetchone()[0]) for line in lines]


def complete(database: peewee.Database, ends: Sequence[tuple[int, str]]) -> list[None]:
    """Write what had changed at the end, as a writer's job: pairs of (id, JSON)."""
    for id_, changed in ends:
        run(database, _COMPLETE, changed, id_)
    return [None] * len(ends)


def page(
    filters: AuditFilters, before: Place | None, limit: int
) -> Callable[[peewee.Database], list[answers.AuditEntry]]:
    """Query: the first lines with these filters, after the place `before`."""
    tests, values = _conditions(filters, before)
    sql = _PAGE.format(where=f"WHERE {' AND '.join(tests)}" if tests else "", order=filters.order.sql)

    def ask(database: peewee.Database) -> list[answers.AuditEntry]:
        rows = fetch(database, sql, _COLUMNS, *values, limit)
        return [_answer(row) for row in sorted(rows, key=lambda row: (row[1], row[0]), reverse=filters.order.reverse)]

    return ask


def _conditions(filters: AuditFilters, before: Place | None) -> tuple[list[str], list[Any]]:
    given: list[tuple[str, Sequence[Any]]] = []
    if filters.who is not None:
        given.append(("who = ?", [filters.who]))
    if filters.actions:
        given.append((f"action IN ({', '.join('?' for _ in filters.actions)})", filters.actions))
    if filters.about_kind is not None:
        given.append(("about_kind = ?", [filters.about_kind]))
    if filters.about_id is not None:
        given.append(("about_id = ?", [filters.about_id]))
    if filters.created_from is not None:
        given.append(("created_at >= ?", [filters.created_from]))
    if filters.created_to is not None:
        given.append(("created_at < ?", [filters.created_to]))
    if before is not None:
        given.append((f"(created_at, id) {filters.order.beyond} (?, ?)", before))
    return [test for test, _ in given], [value for _, values in given for value in values]


def place(id_: int) -> Callable[[peewee.Database], Place]:
    """Query: the place of a line. Raises NotFound."""

    def ask(database: peewee.Database) -> Place:
        row = run(database, _PLACE, id_).fetchone()
        if row is None:
            raise NotFound("line of the audit", id_)
        return int(row[0]), int(row[1])

    return ask


def forget(database: peewee.Database, passes: Sequence[tuple[int, int]]) -> list[int]:
    """Delete up to `limit` lines from before a moment (epoch ms), as a writer's job. Returns their numbers."""
    return [run(database, _FORGET, until, limit).rowcount for until, limit in passes]


def any_older(until: int) -> Callable[[peewee.Database], bool]:
    """Query: is any line from before this moment (epoch ms)?"""
    return lambda database: run(database, _ANY_OLDER, until).fetchone() is not None


def _answer(row: Sequence[Any]) -> answers.AuditEntry:
    id_, created_at, face, who, key_id, action, kind, about_id, changed, request_id = row
    return answers.AuditEntry(
        id=id_,
        created_at=to_datetime(created_at),
        face=face,
        who=who,
        key_id=key_id,
        action=action,
        about=answers.About(kind=kind, id=about_id),
        changed=None if changed is None else orjson.loads(changed),
        request_id=request_id,
    )
