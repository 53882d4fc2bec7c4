"""Passes over old deliveries, in the order of their ids, a slice at a time.

How far a pass has come is stored (`RetentionMark`), and so is what it had to leave because it was open or had ended
lately (`RetentionKept`): it is looked at again every day. So a pass costs what is new to it, not what was ever sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import peewee

from notifyhub.domain.states import OPEN, Status
from notifyhub.store.forgetting import ID
from notifyhub.store.rows import Type, fetch, is_postgres, run, run_rows

LOOK_AGAIN_MS = 86_400_000


class Pass(StrEnum):
    """What a pass does with deliveries that ended long ago, and with messages that never had any."""

    PRUNE = "prune"
    FORGET = "forget"
    PRUNE_MESSAGES = "prune_messages"
    FORGET_MESSAGES = "forget_messages"


@dataclass(frozen=True, slots=True)
class Batch:
    """What a pass finds next; moments in epoch ms.

    ready    the deliveries, or messages, that ended before `cutoff`
    left     those that did not
    reached  where the pass will be; None: it looks again at what it had left
    is_last  there is nothing after it
    """

    name: Pass
    cutoff: int
    now: int
    ready: Sequence[Any]
    left: Sequence[int] = ()
    reached: int | None = None
    is_last: bool = False


_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN))
# Neither has a time of its own: it is that of the mailing's end.
_ENDED_WITH_MAILING = f"'{Status.EXPIRED}', '{Status.CANCELLED}'"
_ENDED = f"""(
    {{d}}.status NOT IN ({_OPEN}) AND {{d}}.created_at < {{cutoff}} AND {{d}}.due_at < {{cutoff}}
    AND COALESCE({{d}}.sent_at, 0) < {{cutoff}}
    AND ({{d}}.status <> '{Status.EXPIRED}' OR COALESCE({{d}}.expires_at, 0) < {{cutoff}})
    AND NOT EXISTS (SELECT 1 FROM attempts AS a WHERE a.delivery_id = {{d}}.id AND a.finished_at >= {{cutoff}})
    AND NOT EXISTS (SELECT 1 FROM receipts AS e WHERE e.delivery_id = {{d}}.id AND e.at >= {{cutoff}})
    AND ({{d}}.mailing_id = 0 OR {{d}}.status NOT IN ({_ENDED_WITH_MAILING}) OR NOT EXISTS (
        SELECT 1 FROM mailings AS g
        WHERE g.id = {{d}}.mailing_id AND COALESCE(g.ended_at, {{cutoff}}) >= {{cutoff}})))"""
# The steps of a chain stay together: its story is told from the first to the last.
_CHAIN_ENDED = f"""NOT EXISTS (
    SELECT 1 FROM chain_steps AS own JOIN chain_steps AS s ON s.chain_id = own.chain_id
    JOIN deliveries AS x ON x.id = s.delivery_id WHERE own.delivery_id = d.id AND NOT {_ENDED.replace("{d}", "x")})"""
_READY = f"({_ENDED.replace('{d}', 'd')} AND {_CHAIN_ENDED})"
_JUDGED = f"d.id AS id, d.created_at AS created_at, CASE WHEN {_READY} THEN 1 ELSE 0 END AS ready"
_COLUMNS = ("id", "created_at", "ready")
_LEFT = f"""
    SELECT {_JUDGED} FROM retention_kept AS k JOIN deliveries AS d ON d.id = k.delivery_id
    WHERE k.name = ? AND k.look_at <= ? ORDER BY k.look_at, k.delivery_id LIMIT ?"""
_NEXT = f"SELECT {_JUDGED} FROM deliveries AS d WHERE d.id > ? ORDER BY d.id LIMIT ?"
_REACHED = "SELECT reached FROM retention_marks WHERE name = ?"
_READY_NOW = f"SELECT d.id AS id FROM {{rows}} AS r JOIN deliveries AS d ON d.id = r.id WHERE {_READY} {{lock}}"
_MARK = """
    INSERT INTO retention_marks AS m (name, reached) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET reached = excluded.reached WHERE m.reached < excluded.reached"""
_KEPT: dict[str, Type] = {"name": "TEXT", "id": "BIGINT", "look_at": "BIGINT"}
_KEEP = """
    INSERT INTO retention_kept (name, delivery_id, look_at) SELECT r.name, r.id, r.look_at FROM {rows} AS r WHERE true
    ON CONFLICT (name, delivery_id) DO UPDATE SET look_at = excluded.look_at"""
_DONE = "DELETE FROM retention_kept WHERE name = ? AND delivery_id IN (SELECT r.id FROM {rows} AS r)"


def next_batch(
    name: Pass, cutoff: int, now: int, limit: int, after: int | None = None
) -> Callable[[peewee.Database], Batch]:
    """Query: what a pass finds next; first what it had left, then what is new to it.

    after  the id to go on from, for a pass that changes nothing; None: from where it is
    """

    def ask(database: peewee.Database) -> Batch:
        if after is None and (rows := _fetch(database, _LEFT, cutoff, name, now, limit)):
            return _batch(rows, None, is_last=False)
        start = reached(database, name) if after is None else after
        rows = _fetch(database, _NEXT, cutoff, start, limit)
        old = rows[: next((i for i, row in enumerate(rows) if row[1] >= cutoff), len(rows))]
        return _batch(old, old[-1][0] if old else start, is_last=len(old) < limit)

    def _batch(rows: Sequence[Sequence[Any]], mark: int | None, *, is_last: bool) -> Batch:
        ready = [id_ for id_, _, is_ready in rows if is_ready]
        left = [id_ for id_, _, is_ready in rows if not is_ready]
        return Batch(name, cutoff, now, ready, left, mark, is_last)

    return ask


def waiting(name: Pass, cutoff: int) -> Callable[[peewee.Database], tuple[int, int]]:
    """Query: how many deliveries a pass had left, and how many of those are ready by now."""

    def ask(database: peewee.Database) -> tuple[int, int]:
        rows = _fetch(database, _LEFT, cutoff, name, 2**62, 2**31)
        return len(rows), sum(row[2] for row in rows)

    return ask


def reached(database: peewee.Database, name: Pass) -> int:
    """Where a pass is; 0: it has not begun."""
    row = run(database, _REACHED, name).fetchone()
    return 0 if row is None else int(row[0])


def take(database: peewee.Database, batch: Batch) -> list[int]:
    """The deliveries of a batch that are still ready, which stay so until this transaction ends.

    Whoever changes one of the others at this moment keeps it.
    """
    lock = "ORDER BY d.id FOR UPDATE OF d SKIP LOCKED" if is_postgres(database) else ""
    sql = _READY_NOW.replace("{cutoff}", str(batch.cutoff)).replace("{lock}", lock)
    return [row[0] for row in run_rows(database, sql, ID, [(id_,) for id_ in batch.ready]).fetchall()]


def settle(database: peewee.Database, batch: Batch, done: Sequence[int]) -> None:
    """Note how far the pass has come, and what it leaves."""
    run_rows(database, _DONE.replace("name = ?", f"name = '{batch.name}'"), ID, [(id_,) for id_ in done])
    ready = set(done)
    left = [*batch.left, *(id_ for id_ in batch.ready if id_ not in ready)]
    look_at = batch.now + LOOK_AGAIN_MS
    if left:
        run_rows(database, _KEEP, _KEPT, [(batch.name, id_, look_at) for id_ in left])
    mark(database, batch)


def mark(database: peewee.Database, batch: Batch) -> None:
    """Note how far the pass has come."""
    if batch.reached is not None:
        run(database, _MARK, batch.name, batch.reached)


def _fetch(database: peewee.Database, sql: str, cutoff: int, *given: Any) -> list[Sequence[Any]]:
    return fetch(database, sql.replace("{cutoff}", str(cutoff)), _COLUMNS, *given)
