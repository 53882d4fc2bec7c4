"""On which line did a table have a phone first? Of a million rows that is too much for memory, and for the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

CACHE_KIB = 32_000


class FirstLines:
    """The phones of a table and their lines, in a file that nobody sees. Used by one thread."""

    def __init__(self) -> None:
        # An empty name is a database of this connection alone; it goes to disk when it outgrows its cache.
        self._seen = sqlite3.connect("", isolation_level=None)
        self._seen.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._seen.execute("CREATE TABLE seen (phone INTEGER PRIMARY KEY, line INTEGER NOT NULL)")
        self._seen.execute("BEGIN")

    def add(self, found: Sequence[tuple[int, int]]) -> Mapping[int, int]:
        """Note these (phone, line) pairs. Returns, by line, the first line of each phone that was seen before."""
        before = self._seen.total_changes
        self._seen.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", found)
        if self._seen.total_changes - before == len(found):
            return {}
        firsts = {line: self._first(phone) for phone, line in found}
        return {line: first for line, first in firsts.items() if line != first}

    def _first(self, phone: int) -> int:
        line: int
        (line,) = self._seen.execute("SELECT line FROM seen WHERE phone = ?", (phone,)).fetchone()
        return line

    def close(self) -> None:
        self._seen.close()
