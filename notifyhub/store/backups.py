"""Backups of a SQLite store while it is in use (sqlite.org/backup.html)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from notifyhub.errors import Conflict, StoreUnavailable

PAGES = 2_000
"""Copied at once, which takes a few milliseconds."""


def back_up(path: Path, file: Path, progress: Callable[[int, int], None] | None = None) -> int:
    """Copy the store at `path` to `file` as of one moment, and verify the copy. Returns its size in bytes.

    progress  called with the number of pages copied so far, and of all pages

    Whoever writes meanwhile is not held up. The file appears only once it is complete. Raises Conflict if there is such
    a file already, StoreUnavailable if the copy is damaged, OSError.
    """
    if file.exists():
        raise Conflict(f"{file} is there already: give another name, or move it away")
    made = file.with_name(f"{file.name}.part")
    made.unlink(missing_ok=True)
    try:
        _copy(path, made, progress)
        _verify(made)
        os.link(made, file)  # unlike a rename it replaces nothing
    except sqlite3.Error as error:
        raise StoreUnavailable(f"cannot back up {path}: {error}") from error
    except FileExistsError:
        raise Conflict(f"{file} is there already: give another name, or move it away") from None
    finally:
        for left in (made, made.with_name(f"{made.name}-journal")):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    return file.stat().st_size


def _copy(path: Path, made: Path, progress: Callable[[int, int], None] | None) -> None:
    def copied(_: int, remaining: int, pages: int) -> None:
        if progress is not None:
            progress(pages - remaining, pages)

    with (
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)) as source,
        closing(sqlite3.connect(made)) as target,
    ):
        # While this is open, the source is read as of one moment, and nobody's commit makes the copy begin again.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        source.backup(target, pages=PAGES, progress=copied, sleep=0)


def _verify(made: Path) -> None:
    with closing(sqlite3.connect(made)) as copy:
        told = [row[0] for row in copy.execute("PRAGMA integrity_check").fetchall()]
    if told != ["ok"]:
        raise StoreUnavailable(f"the copy is damaged, so it was not kept: {told[0]}")
    with open(made, "rb") as file:
        os.fsync(file.fileno())
