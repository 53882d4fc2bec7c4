"""New databases for tests. The schema is made once for each engine and then copied: that takes a tenth of the time."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

import psycopg

from notifyhub.store.database import Database

_made: list[tuple[str, str]] = []


def new_sqlite(file: Path) -> str:
    """The URL of a new database in this file, with the schema."""
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_sqlite_schema(), file)
    return f"sqlite:///{file}"


def new_postgres(server: str) -> str:
    """The URL of a new database of this server, with the schema."""
    return _create(server, f'TEMPLATE "{_postgres_schema(server)}" STRATEGY FILE_COPY')


def empty_postgres(server: str) -> str:
    """The URL of a new database of this server, without anything."""
    return _create(server)


def drop_all() -> None:
    """Drop the databases of servers that were made since the last time, whoever is connected to them."""
    while _made:
        server, name = _made.pop()
        with suppress(psycopg.OperationalError), psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _create(server: str, how: str = "") -> str:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {how}')
    _made.append((server, name))
    return server.rpartition("/")[0] + f"/{name}"


@cache
def _sqlite_schema() -> Path:
    folder = tempfile.mkdtemp(prefix="notifyhub-schema-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = Path(folder) / "schema.db"
    _make(f"sqlite:///{file}")
    return file


@cache
def _postgres_schema(server: str) -> str:
    """The name of a database that nobody is connected to, as the server wants of a template."""
    url = empty_postgres(server)
    _made.pop()
    _make(url)
    return url.rpartition("/")[2]


def _make(url: str) -> None:
    database = Database(url)
    database.upgrade()
    database.close()
