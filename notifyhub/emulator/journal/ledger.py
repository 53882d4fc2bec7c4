"""The journal's SQLite file: tables, one statement per batch, and queries."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from notifyhub.emulator.journal.filters import Filter

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    text TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    status INTEGER,
    code INTEGER,
    messenger_id TEXT,
    repeated INTEGER NOT NULL,
    fault TEXT,
    request TEXT NOT NULL,
    request_body TEXT NOT NULL,
    answer_body TEXT NOT NULL,
    inbox TEXT NOT NULL DEFAULT '',
    account TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL DEFAULT '',
    html TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS entries_by_recipient ON entries (address, channel);
CREATE TABLE IF NOT EXISTS claims (
    entry_id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL
);
"""
# Columns that are missing in files of earlier versions.
ADDED = ("inbox", "account", "subject", "html")
LISTED = ("id", "channel", "address", "text", "received_at", "accepted", "status", "code", "messenger_id")
SHOWN = (*LISTED, "repeated", "fault", "inbox", "account", "subject")
DETAILS = ("request", "request_body", "answer_body", "html")
KEPT = (*SHOWN, *DETAILS)

# One statement for a whole batch: with a statement per row the writing thread would compete with the event loop for
# the GIL at every row.
INSERT = f"INSERT INTO entries ({', '.join(KEPT)}) SELECT {{values}} FROM json_each(?)".format(  # noqa: S608
    values=", ".join(f"json_extract(value, '$[{index}]')" for index in range(len(KEPT)))
)
INSERT_CLAIMS = """
INSERT INTO claims (entry_id, key, fingerprint)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
FROM json_each(?) WHERE true
ON CONFLICT (key) DO NOTHING
"""
SELECT_CLAIMS = "SELECT key, entry_id, fingerprint FROM claims WHERE key IN (SELECT value FROM json_each(?))"


class Ledger:
    """The file, or a database in memory if `path` is None. `write` and `read` may be called from different threads."""

    def __init__(self, path: Path | None) -> None:
        self._reading = Lock()
        self._writer = _connect(path)
        self._reader = self._writer if path is None else _connect(path)
        # In memory there is only one connection, so writing has to wait for reading.
        self._writing: AbstractContextManager[Any] = self._reading if path is None else nullcontext()
        self._writer.executescript(SCHEMA)
        self._add_columns()

    def close(self) -> None:
        with self._reading:
            self._reader.close()
            self._writer.close()

    def _add_columns(self) -> None:
        there = {row[1] for row in self._writer.execute("PRAGMA table_info(entries)")}
        for column in ADDED:
            if column not in there:
                self._writer.execute(f"ALTER TABLE entries ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")

    def transaction(self) -> Transaction:
        """A write transaction; only used by the journal's writer thread."""
        return Transaction(self._writer, self._writing)

    def last_id(self) -> int:
        """The largest id ever used, including deleted entries."""
        rows = self._read("SELECT seq FROM sqlite_sequence WHERE name = 'entries'", ())
        return int(rows[0][0]) if rows else 0

    def first_id(self) -> int | None:
        """The smallest existing id."""
        first: int | None = self._read("SELECT min(id) FROM entries", ())[0][0]
        return first

    def select(self, wanted: Filter, after: int, limit: int) -> list[dict[str, Any]]:
        where, values = wanted.where(after)
        query = f"SELECT {', '.join(SHOWN)} FROM entries WHERE {where} ORDER BY id LIMIT ?"  # noqa: S608
        return [_entry(row) for row in self._read(query, (*values, limit))]

    def newest(self, wanted: Filter, before: int, limit: int) -> list[dict[str, Any]]:
        """The last entries with ids below `before`, oldest first."""
        where, values = wanted.where(0, before - 1)
        query = f"SELECT {', '.join(SHOWN)} FROM entries WHERE {where} ORDER BY id DESC LIMIT ?"  # noqa: S608
        return [_entry(row) for row in reversed(self._read(query, (*values, limit)))]

    def count(self, wanted: Filter, after: int, up_to: int) -> int:
        where, values = wanted.where(after, up_to)
        return int(self._read(f"SELECT count(*) FROM entries WHERE {where}", tuple(values))[0][0])  # noqa: S608

    def duplicates(self, wanted: Filter) -> list[dict[str, Any]]:
        """Texts that a person got more than once, with the entries' ids; repeats known to a messenger do not count."""
        where, values = wanted.where(0)
        query = (
            f"SELECT channel, address, text, count(*), json_group_array(id) FROM entries WHERE {where} "  # noqa: S608
            "AND accepted = 1 AND repeated = 0 GROUP BY channel, address, subject, text HAVING count(*) > 1 "
            "ORDER BY min(id)"
        )
        names = ("channel", "address", "text", "count")
        return [
            dict(zip(names, row, strict=False)) | {"ids": orjson.loads(row[4])}
            for row in self._read(query, tuple(values))
        ]

    def one(self, entry_id: int) -> dict[str, Any] | None:
        """An entry with its request and answer, and a mail's HTML."""
        rows = self._read(f"SELECT {', '.join(KEPT)} FROM entries WHERE id = ?", (entry_id,))  # noqa: S608
        if not rows:
            return None
        shown, details = rows[0][: len(SHOWN)], rows[0][len(SHOWN) :]
        return _entry(shown) | dict(zip(DETAILS, details, strict=True))

    def _read(self, query: str, values: tuple[object, ...]) -> list[Any]:
        with self._reading:
            return self._reader.execute(query, values).fetchall()


class Transaction:
    """Commits at the end of `with`, or rolls back on an exception."""

    def __init__(self, connection: sqlite3.Connection, lock: AbstractContextManager[Any]) -> None:
        self._connection = connection
        self._lock = lock

    def __enter__(self) -> Transaction:
        self._lock.__enter__()
        self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
        finally:
            self._lock.__exit__(None, None, None)

    def insert(self, rows: list[tuple[object, ...]]) -> None:
        """Add entries, each a row of the columns `KEPT`."""
        self._connection.execute(INSERT, (_json(rows),))

    def claim(self, claims: list[tuple[int, str, str]]) -> dict[str, tuple[int, str]]:
        """Claim keys for entries; the first one wins. Returns the winner's entry id and fingerprint by key."""
        self._connection.execute(INSERT_CLAIMS, (_json(claims),))
        rows = self._connection.execute(SELECT_CLAIMS, (_json([key for _, key, _ in claims]),))
        return {key: (entry_id, fingerprint) for key, entry_id, fingerprint in rows}

    def forget(self, up_to: int) -> None:
        """Delete the entries and claims with ids up to `up_to`."""
        self._connection.execute("DELETE FROM entries WHERE id <= ?", (up_to,))
        self._connection.execute("DELETE FROM claims WHERE entry_id <= ?", (up_to,))


def _connect(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _json(rows: list[Any]) -> str:
    # SQLite's JSON functions end a text at U+0000.
    return orjson.dumps(rows).decode().replace("\\u0000", "\\ufffd")


def _entry(row: tuple[Any, ...] | list[Any]) -> dict[str, Any]:
    entry: dict[str, Any] = dict(zip(SHOWN, row, strict=True))
    repeated = entry.pop("repeated")
    return entry | {
        "received_at": _iso(entry["received_at"]),
        "accepted": bool(entry["accepted"]),
        "repeat": bool(repeated),
    }


def _iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
