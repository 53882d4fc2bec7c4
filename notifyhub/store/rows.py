"""Many rows in one statement, the same text for both engines: the rows travel as one JSON parameter.

SQLite's `json_each` and PostgreSQL's `json_array_elements` turn it back into rows, which is many times faster than
binding each value (figures in docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

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
    """Execute `sql`, in which `{rows}` stands for a table of `rows` with these columns. It comes before every `?`."""
    table = _table(is_postgres(database), tuple(columns.items()))
    return run(database, sql.replace("{rows}", table), orjson.dumps(list(rows)).decode(), *parameters)


@lru_cache
def _table(postgres: bool, columns: tuple[tuple[str, Type], ...]) -> str:
    if postgres:
        picked = ", ".join(f"CAST(value ->> {i} AS {kind}) AS {name}" for i, (name, kind) in enumerate(columns))
        return f"(SELECT {picked} FROM json_array_elements(CAST(? AS json)))"
    # json_extract keeps JSON's own types, so nothing has to be cast.
    picked = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, (name, _) in enumerate(columns))
    return f"(SELECT {picked} FROM json_each(?))"
