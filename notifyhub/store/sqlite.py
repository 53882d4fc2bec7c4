"""SQLite through a fork: no connection is open, and nobody is inside the engine, while a process forks.

SQLite keeps the locks of a file in the memory of the process. A child inherits that memory without the locks: if
somebody wrote at that moment, the child waits for a writer that it does not have; and the parent, which sees no other
process, may delete the log that the child writes to (sqlite.org/howtocorrupt.html, section 2.6).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from weakref import WeakSet

import peewee

LONGEST_WAIT_S = 5.0
"""A fork waits no longer than this for a transaction in progress."""


class Gate:
    """Let through any number of threads, until it is shut.

    A thread that is inside must not come in again.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._shut = False

    def __enter__(self) -> None:
        with self._changed:
            while self._shut:
                self._changed.wait()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._inside -= 1
            if self._shut:
                self._changed.notify_all()

    def shut(self) -> bool:
        """Let nobody in until `open`, and wait until all are outside. False: not all are."""
        self._changed.acquire()
        self._shut = True
        return self._changed.wait_for(lambda: not self._inside, LONGEST_WAIT_S)

    def open(self) -> None:
        """By the thread that shut it, or by the same one in a child."""
        self._shut = False
        self._changed.notify_all()
        self._changed.release()


class _Connection(sqlite3.Connection):
    """dropped  it was closed by another thread than its own, for a fork"""

    dropped = False


class Sqlite(peewee.SqliteDatabase):
    """One file. `with database.gate:` around each use, from connecting to the end of the transaction."""

    def __init__(self, path: str, **given: Any) -> None:
        self.gate = Gate()
        self._opened: WeakSet[_Connection] = WeakSet()
        # Only a fork uses connections of other threads, while these are outside.
        super().__init__(path, factory=_Connection, check_same_thread=False, **given)
        with _forking:
            _all.add(self)

    def connect(self, reuse_if_open: bool = False) -> bool:
        connection = self._state.conn  # type: ignore[attr-defined]
        if connection is not None and connection.dropped:
            self.close()
        connected: bool = super().connect(reuse_if_open)
        return connected

    def drop_all(self) -> None:
        """Close the connections of all threads, which must be outside."""
        for connection in list(self._opened):
            connection.dropped = True
            connection.close()

    def _connect(self) -> _Connection:
        connection: _Connection = super()._connect()  # type: ignore[misc]
        self._opened.add(connection)
        return connection


def in_use(database: peewee.Database) -> AbstractContextManager[None]:
    """While a thread connects to a database and works with it."""
    return database.gate if isinstance(database, Sqlite) else nullcontext()


_all: WeakSet[Sqlite] = WeakSet()
_shut: list[Sqlite] = []
_forking = threading.Lock()


def _before() -> None:
    _forking.acquire()
    _shut[:] = list(_all)
    for database in _shut:
        if database.gate.shut():
            database.drop_all()


def _after() -> None:
    while _shut:
        _shut.pop().gate.open()
    _forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after)
