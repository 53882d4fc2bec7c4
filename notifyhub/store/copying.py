"""Copying a store into another, of the same engine or not, and proving that both are the same.

The source is read as of one moment. The target is written in one transaction, which is committed once everything in it
was read back and found to be the same: what is interrupted leaves an empty store, and can be begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import peewee

from notifyhub.errors import Conflict, StoreUnavailable
from notifyhub.store.database import Database
from notifyhub.store.every_model import every_model
from notifyhub.store.rows import is_postgres, run
from notifyhub.store.snapshots import one_moment

BATCH = 5_000
_MOST = 2**64
_WITH_TRIGGERS = """
    SELECT DISTINCT event_object_table FROM information_schema.triggers
    WHERE event_object_schema = current_schema() ORDER BY event_object_table"""
_COUNTS = "SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE '%AUTOINCREMENT%'"

Rows = Iterator[Sequence[tuple[Any, ...]]]


class Copied(NamedTuple):
    """A table, and what was proved of it: the sum of the hashes of its rows, in hexadecimal digits."""

    table: str
    rows: int
    checksum: str


class _Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    uuids: tuple[int, ...]
    counted: bool


def total(database: Database) -> int:
    """How many rows there are to copy. Raises StoreUnavailable."""
    with database.connected("count the rows") as opened:
        return sum(int(run(opened, f"SELECT COUNT(*) FROM {table.name}").fetchone()[0]) for table in _tables())


def copy(source: Database, target: Database, progress: Callable[[int], None] | None = None) -> list[Copied]:
    """Copy everything, and prove it.

    progress  called with the number of rows written so far, and then of those proved: twice the total in the end

    Raises Conflict if the target is not empty, or one of the schemas is not that of this notifyhub; StoreUnavailable.
    """
    if source.url == target.url:
        raise Conflict("the source and the target are the same store")
    _require_current(source, "the source")
    target.upgrade()
    _require_current(target, "the target")
    done = _Counter(progress)
    with (
        source.connected("read the source") as read,
        one_moment(read),
        target.connected("write the target") as written,
        _written_at_once(written),
    ):
        _require_empty(written)
        with _without_triggers(written):
            sums = {table: _copy(read, written, table, done) for table in _tables()}
        for table, (number, checksum) in sums.items():
            if _summed(_batches(written, table), table, done) != (number, checksum):
                raise StoreUnavailable(f"table {table.name} differs from the source; nothing was kept in the target")
        _go_on_counting(read, written)
        return [Copied(table.name, number, f"{checksum:016x}") for table, (number, checksum) in sums.items()]


class _Counter:
    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self._progress = progress
        self._number = 0

    def add(self, number: int) -> None:
        self._number += number
        if self._progress is not None:
            self._progress(self._number)


def _tables() -> list[_Table]:
    return [
        _Table(
            str(model._meta.table_name),
            tuple(field.column_name for field in model._meta.sorted_fields),
            tuple(i for i, field in enumerate(model._meta.sorted_fields) if isinstance(field, peewee.UUIDField)),
            isinstance(model._meta.primary_key, peewee.AutoField),
        )
        for model in every_model()
    ]


def _require_current(database: Database, which: str) -> None:
    schema = database.schema()
    if schema.pending:
        raise Conflict(f"the schema of {which} is older than this notifyhub: run `notifyhub db upgrade` on it first")
    if schema.unknown:
        raise Conflict(f"the schema of {which} is newer than this notifyhub: use the version that made it so")


def _require_empty(written: peewee.Database) -> None:
    for table in _tables():
        if run(written, f"SELECT 1 FROM {table.name} LIMIT 1").fetchone() is not None:
            raise Conflict(f"the target is not empty (table {table.name} has rows); nothing was changed in it")


@contextmanager
def _written_at_once(written: peewee.Database) -> Iterator[None]:
    """All or nothing; nobody else writes meanwhile."""
    if is_postgres(written):
        with written.atomic():
            run(written, f"LOCK TABLE {', '.join(table.name for table in _tables())} IN EXCLUSIVE MODE")
            yield
    else:
        with written.atomic("EXCLUSIVE"):
            yield


@contextmanager
def _without_triggers(written: peewee.Database) -> Iterator[None]:
    """Counters and events are copied, so what is copied must not be counted and told again."""
    if is_postgres(written):
        tables = [row[0] for row in run(written, _WITH_TRIGGERS).fetchall()]
        for table in tables:
            run(written, f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            run(written, f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    triggers = run(written, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        run(written, f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        written.execute_sql(sql)  # type: ignore[no-untyped-call]


def _copy(read: peewee.Database, written: peewee.Database, table: _Table, done: _Counter) -> tuple[int, int]:
    """Copy a table. Returns the number of its rows, and their checksum."""
    number = checksum = 0
    with _writing(written, table) as write:
        for rows in _batches(read, table):
            write(rows)
            checksum += _hashed(rows)
            number += len(rows)
            done.add(len(rows))
    return number, checksum % _MOST


def _summed(batches: Rows, table: _Table, done: _Counter) -> tuple[int, int]:
    number = checksum = 0
    for rows in batches:
        checksum += _hashed(rows)
        number += len(rows)
        done.add(len(rows))
    return number, checksum % _MOST


def _hashed(rows: Sequence[tuple[Any, ...]]) -> int:
    """A sum, so that it does not depend on the order in which an engine has its rows."""
    return sum(int.from_bytes(blake2b(orjson.dumps(row), digest_size=8).digest(), "big") for row in rows)


def _batches(opened: peewee.Database, table: _Table) -> Rows:
    """All rows of a table; ids as hexadecimal digits, as SQLite has them."""
    sql = f"SELECT {', '.join(table.columns)} FROM {table.name}"
    if is_postgres(opened):
        # On the server, or all rows would be in memory.
        with _driver_of(opened) as connection, connection.cursor(name="notifyhub_copy") as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(BATCH):
                yield [_plain(row, table.uuids) for row in rows] if table.uuids else rows
    else:
        cursor = run(opened, sql)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _plain(row: Sequence[Any], uuids: Sequence[int]) -> tuple[Any, ...]:
    values = list(row)
    for i in uuids:
        if isinstance(values[i], UUID):
            values[i] = values[i].hex
    return tuple(values)


@contextmanager
def _writing(written: peewee.Database, table: _Table) -> Iterator[Callable[[Sequence[tuple[Any, ...]]], None]]:
    """What is to be called with rows of a table."""
    columns = ", ".join(table.columns)
    if is_postgres(written):
        with (
            _driver_of(written) as connection,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copied,
        ):

            def write_all(rows: Sequence[tuple[Any, ...]]) -> None:
                for row in rows:
                    copied.write_row(row)

            yield write_all
    else:
        sql = f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' * len(table.columns))})"
        with _driver_of(written) as connection:
            yield lambda rows: connection.executemany(sql, rows)


@contextmanager
def _driver_of(opened: peewee.Database) -> Iterator[Any]:
    """The connection of the driver, whose errors become those of peewee."""
    try:
        yield opened.connection()  # type: ignore[no-untyped-call]
    except Exception as error:
        if type(error).__module__.split(".")[0] in ("sqlite3", "psycopg"):
            raise peewee.DatabaseError(str(error)) from error
        raise


def _go_on_counting(read: peewee.Database, written: peewee.Database) -> None:
    """New rows get the ids after those that the source has given, also to rows that it has deleted since."""
    for table in (table for table in _tables() if table.counted):
        (highest,) = run(written, f"SELECT COALESCE(MAX(id), 0) FROM {table.name}").fetchone()
        last = max(int(highest), _last_given(read, table.name))
        if not last:
            continue
        if is_postgres(written):
            run(written, "SELECT setval(pg_get_serial_sequence(?, 'id'), ?)", table.name, last)
        elif run(written, _COUNTS, table.name).fetchone() is not None:
            run(written, "DELETE FROM sqlite_sequence WHERE name = ?", table.name)
            run(written, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table.name, last)


def _last_given(read: peewee.Database, table: str) -> int:
    if is_postgres(read):
        (sequence,) = run(read, "SELECT pg_get_serial_sequence(?, 'id')", table).fetchone()
        last, is_called = run(read, f"SELECT last_value, is_called FROM {sequence}").fetchone()
        return int(last) if is_called else 0
    row = run(read, "SELECT seq FROM sqlite_sequence WHERE name = ?", table).fetchone()
    return 0 if row is None else int(row[0])
