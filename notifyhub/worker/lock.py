"""At most one process pumps a SQLite file: it has one writer at a time, and two pumps would starve each other."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class PumpLock:
    """An exclusive lock, held through SQLite itself in a small file beside the database.

    The operating system gives it up when the holder dies, however it dies, and a forked child does not inherit it
    (both are not so of `flock`). Works wherever SQLite does.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: sqlite3.Connection | None = None

    def take(self) -> bool:
        """Try to take the lock, without waiting. Raises sqlite3.Error when the file cannot be used."""
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return False
            raise
        self._held = connection
        return True

    def release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
