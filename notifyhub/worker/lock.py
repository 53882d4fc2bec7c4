"""At most one process pumps a SQLite file: it allows one writer at a time, and two pumps would starve each other."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, Self

from notifyhub.forks import ForkedLock

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        # A record lock, because a forked child does not inherit it, unlike one of flock.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


# Record locks do not distinguish holders in one process, so those are kept here, by process and path.
_held: set[tuple[int, str]] = set()
_changing = ForkedLock()


class PumpLock:
    """An exclusive lock on a small file beside the database. The system releases it however its holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    @classmethod
    def of(cls, database: Path) -> Self:
        """The lock of a SQLite file."""
        return cls(database.with_name(f"{database.name}.pump"))

    def take(self) -> bool:
        """Try to take the lock without waiting. Raises OSError if the file cannot be used."""
        with _changing:
            # The file must not be opened again while it is locked here: closing it would release the lock.
            if self._place in _held:
                return False
            file = self._path.open("ab")
            try:
                _lock(file)
            except (BlockingIOError, PermissionError):
                file.close()
                return False
            self._file = file
            _held.add(self._place)
            return True

    def release(self) -> None:
        with _changing:
            if self._file is not None and self._place in _held:
                _held.discard(self._place)
                self._file.close()
            self._file = None

    @property
    def _place(self) -> tuple[int, str]:
        return os.getpid(), str(self._path.resolve())
