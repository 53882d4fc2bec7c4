"""Can the log be written, and has it been?"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from notifyhub.logs.rotated import blocks
from notifyhub.logs.searching import Search, Wanted

LEAST_FREE_BYTES = 100 * 2**20
LATELY_MS = 86_400_000


def log_file(path: Path | None, now: int) -> tuple[bool, str, str]:
    """Whether all is well with the log file, what was seen, and what to do. `now` in epoch ms."""
    if path is None:
        return True, "none, as NOTIFYHUB_LOG_FILE says", ""
    if not _can_be_written(path):
        return False, f"{path} cannot be written", "give this user the right to, or change NOTIFYHUB_LOG_FILE"
    free = shutil.disk_usage(_folder_of(path)).free
    if free < LEAST_FREE_BYTES:
        return False, f"{free / 2**20:.0f} MB are free for {path}", "make room, or have it rotated sooner"
    if lost := _dropped_lately(path, now):
        return False, f"{lost:,} lines of {path} were lost within a day", "was the disk full, or is it too slow?"
    return True, str(path) if path.exists() else f"{path}, created when there is something to write", ""


def _can_be_written(path: Path) -> bool:
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    return os.access(_folder_of(path), os.W_OK | os.X_OK)


def _folder_of(path: Path) -> Path:
    """Its folder, or the one in which that would be made."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())


def _dropped_lately(path: Path, now: int) -> int:
    if not path.exists():
        return 0
    search = Search(Wanted(event="log.dropped", since=now - LATELY_MS))
    return sum(int(found.record.get("lines", 0)) for found in search.through(blocks([path], now - LATELY_MS)))
