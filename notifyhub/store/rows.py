"""Many rows in one statement, with the same SQL for both engines: the rows are one JSON parameter.

SQLite's `json_each` and PostgreSQL's `json_array_elements` turn it back into rows, which is many times faster than
binding each value (figures in docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import orjson
import peewee

Type = Literal["BIGINT", "TEXT", "UUID"]
Row = Sequence[Any]


def is_postgres(database: peewee.Database) -> bool:
    return isinstance(database, peewee.PostgresqlDatabase)


def run(database: peewee.Database, sql: str, *parameters: Any) -> Any:
    """Execute `sql`, whose parameters are written `?` for either engine, and return the cursor."""
    if is_postgres(database):
        sql = sql.replace("?", "%s")
    return database.execute_sql(sql, parameters)  # type: ignore[no-untyped-call]


def run_rows(
    database: peewee.Database, sql: str, columns: Mapping[str, Type], rows: Iterable[Row], *parameters: Any
) -> Any:
    """Execute `sql`, in which `{rows}` is replaced by a table of `rows` with these columns. It precedes every `?`."""
    table = _table(is_postgres(database), tuple(columns.items()))
    return run(database, sql.replace("{rows}", table), orjson.dumps(list(rows)).decode(), *parameters)


def fetch(database: peewee.Database, select: str, names: Sequence[str], *parameters: Any) -> list[Sequence[Any]]:
    """All rows of a SELECT whose columns are called `names`.

    On SQLite they come as one row of JSON: its driver releases the GIL before each row and has to acquire it again,
    which costs many times the row itself while other threads are busy.
    """
    if is_postgres(database):
        rows: list[Sequence[Any]] = run(database, select, *parameters).fetchall()
        return rows
    together = f"SELECT json_group_array(json_array({', '.join(names)})) FROM ({select})"
    (text,) = run(database, together, *parameters).fetchone()
    rows = orjson.loads(text)
    return rows


def fetch_rows(
    database: peewee.Database, select: str, names: Sequence[str], columns: Mapping[str, Type], rows: Iterable[Row]
) -> list[Sequence[Any]]:
    """`fetch` for a SELECT in which `{rows}` is replaced by a table of `rows` with these columns."""
    table = _table(is_postgres(database), tuple(columns.items()))
    return fetch(database, select.replace("{rows}", table), names, orjson.dumps(list(rows)).decode())


@lru_cache
def _table(postgres: bool, columns: tuple[tuple[str, Type], ...]) -> str:
    if postgres:
        picked = ", ".join(f"CAST(value ->> {i} AS {kind}) AS {name}" for i, (name, kind) in enumerate(columns))
        return f"(SELECT {picked} FROM json_array_elements(CAST(? AS json)))"
    # json_extract keeps JSON's own types, so nothing has to be cast.
    picked = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, (name, _) in enumerate(columns))
    return f"(SELECT {picked} FROM json_each(?))"


def uuid_parameter(database: peewee.Database, value: UUID) -> UUID | str:
    """SQLite binds no UUIDs."""
    return value if is_postgres(database) else value.hex


def as_uuid(value: Any) -> UUID:
    """SQLite stores a UUID as 32 hex digits, as peewee does; PostgreSQL's driver returns a UUID."""
    return value if isinstance(value, UUID) else UUID(value)
