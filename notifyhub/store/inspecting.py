"""What a store is like, and what is wrong with it. It may be older or newer than this notifyhub, and in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import peewee

from notifyhub.store import recount
from notifyhub.store.database import Database, Schema, sqlite_path
from notifyhub.store.every_model import every_model
from notifyhub.store.rows import is_postgres, run
from notifyhub.store.traces import OF_DELIVERY, OF_MESSAGE

MAIN_TABLES = ("clients", "mailings", "messages", "deliveries", "attempts", "pruned_keys", "erasures")
TRIGGERS = (
    "deliveries_added",
    "deliveries_added_told",
    "deliveries_moved",
    "deliveries_moved_told",
    "deliveries_removed",
    "mailings_moved_told",
)
"""They keep the counters, and write events; the migrations 0006, 0015 and 0017 make them."""


@dataclass(frozen=True, slots=True)
class Condition:
    """version  of the engine
    rows  by table, of those main tables that there are
    """

    engine: str
    version: str
    schema: Schema
    size_bytes: int
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was checked, and what is wrong with it; empty: nothing."""

    checked: str
    faults: Sequence[str]


_ORPHANS = """
    SELECT COUNT(*) FROM {table} AS t
    WHERE t.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {of} AS o WHERE o.id = t.{column})"""
_POSTGRES_TRIGGERS = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"


def condition_of(database: Database) -> Condition:
    """Raises StoreUnavailable."""
    schema = database.schema()
    with database.connected("look into the database") as opened:
        there = set(opened.get_tables())
        rows = {
            table: int(run(opened, f"SELECT COUNT(*) FROM {table}").fetchone()[0])
            for table in MAIN_TABLES
            if table in there
        }
        if is_postgres(opened):
            size = run(opened, "SELECT pg_database_size(current_database())").fetchone()[0]
            (version,) = run(opened, "SHOW server_version").fetchone()
        else:
            size = _sqlite_size(database)
            (version,) = run(opened, "SELECT sqlite_version()").fetchone()
    return Condition(database.engine, str(version), schema, int(size), rows)


def check(database: Database, *, quick: bool) -> Iterator[Finding]:
    """Check a store, one thing after the other.

    quick  only what takes no longer for a large store, and on SQLite the pages of the file but not its indexes

    Raises StoreUnavailable.
    """
    schema = database.schema()
    yield Finding("version of the schema", _versions(schema))
    with database.connected("check the database") as opened:
        if not is_postgres(opened):
            yield Finding("file", _file(opened, "quick_check" if quick else "integrity_check"))
        if schema.pending:
            # The rest would only say once more that something is missing.
            return
        structure = list(_structure(opened))
        yield Finding("tables, columns, indexes and triggers", structure)
        if not quick and not structure:
            yield Finding("rows without the one that they belong to", list(_orphans(opened)))
            yield Finding("counters of the statistics", _counters(opened))


def _versions(schema: Schema) -> list[str]:
    faults = []
    if schema.pending:
        faults.append(f"older than this notifyhub, without {', '.join(schema.pending)}: run `notifyhub db upgrade`")
    if schema.unknown:
        faults.append(f"newer than this notifyhub, with {', '.join(schema.unknown)}: use the version that made it so")
    return faults


def _file(opened: peewee.Database, pragma: str) -> list[str]:
    told = [str(row[0]) for row in run(opened, f"PRAGMA {pragma}").fetchall()]
    return [] if told == ["ok"] else told


def _structure(opened: peewee.Database) -> Iterator[str]:
    there = set(opened.get_tables())
    for model in every_model():
        table = str(model._meta.table_name)
        if table not in there:
            yield f"table {table} is missing"
            continue
        columns = {column.name for column in opened.get_columns(table)}
        yield from (
            f"column {table}.{field.column_name} is missing"
            for field in model._meta.sorted_fields
            if field.column_name not in columns
        )
        indexes = {index.name for index in opened.get_indexes(table)}
        named = (str(index._name) for index in model._meta.indexes if isinstance(index, peewee.Index))  # type: ignore[attr-defined]
        yield from (f"index {name} is missing" for name in named if name not in indexes)
    working = triggers(opened)
    yield from (f"trigger {name} is missing or disabled" for name in TRIGGERS if name not in working)


def triggers(opened: peewee.Database) -> set[str]:
    """The names of the triggers that work."""
    sql = _POSTGRES_TRIGGERS if is_postgres(opened) else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return {row[0] for row in run(opened, sql).fetchall()}


def _orphans(opened: peewee.Database) -> Iterator[str]:
    belonging = [("deliveries", "message_id", "messages")]
    belonging += [(trace.table, trace.column, "deliveries") for trace in OF_DELIVERY]
    belonging += [(trace.table, trace.column, "messages") for trace in OF_MESSAGE]
    for table, column, of in belonging:
        number = int(run(opened, _ORPHANS.format(table=table, column=column, of=of)).fetchone()[0])
        if number:
            yield f"{number} rows of {table} belong to {of} that there are not"


def _counters(opened: peewee.Database) -> list[str]:
    found = recount.compared(opened)
    if not found.differing:
        return []
    return [f"{found.differing} of {found.counters} differ: see `notifyhub stats check`, which repairs them"]


def _sqlite_size(database: Database) -> int:
    path = sqlite_path(database.url)
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
