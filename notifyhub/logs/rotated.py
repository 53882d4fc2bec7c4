"""A log file and those that were rotated away from it, in the order of time, as blocks of whole lines."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

BLOCK = 4 * 2**20
HEAD = 64 * 2**10
MARGIN_MS = 60_000
"""Processes write what they gathered one after another, so a file is in order only roughly."""
SMALL = 8 * 2**20

_PACKED: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_ROTATED = re.compile(r"[-.]\d[\d.:_T-]*(\.gz|\.bz2|\.xz)?")
_AT = re.compile(rb'"(?:at|timestamp)": ?"([0-9T:.+Z-]{19,32})"')


def siblings(path: Path) -> list[Path]:
    """The file and its rotated ones, oldest first: `.1`, `.2.gz`, `-20261128` and the like."""
    folder = path.parent
    found = [other for other in folder.iterdir() if _is_of(other.name, path.name)] if folder.is_dir() else []
    return sorted((other for other in found if other.is_file()), key=_began_at)


def _is_of(name: str, wanted: str) -> bool:
    return name == wanted or (name.startswith(wanted) and _ROTATED.fullmatch(name, len(wanted)) is not None)


def _began_at(path: Path) -> tuple[int, str]:
    """The time of its first record in epoch ms, or when it was last written."""
    with opened(path) as file:
        at = moment_in(file.read(HEAD))
    return (round(path.stat().st_mtime * 1000) if at is None else at), path.name


def opened(path: Path) -> BinaryIO:
    """The uncompressed bytes. Raises OSError."""
    file: BinaryIO = _PACKED.get(path.suffix, _plain)(path)
    return file


def _plain(path: Path) -> BinaryIO:
    return path.open("rb")


def moment_in(line: bytes) -> int | None:
    """The time of the first record in a text, in epoch ms."""
    found = _AT.search(line)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[1].decode())
    except ValueError:
        return None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def blocks(paths: Sequence[Path], since: int | None = None) -> Iterator[bytes]:
    """The lines of files, one after another. Those that are certainly from before `since` (epoch ms) are left out."""
    for path in paths:
        if since is not None and path.stat().st_mtime * 1000 < since - MARGIN_MS:
            continue
        with opened(path) as file:
            if since is not None and path.suffix not in _PACKED:
                file.seek(place_of(file, since - MARGIN_MS))
            yield from lines_of(file)


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines; the last line of the file may lack its end."""
    rest = b""
    while block := file.read(BLOCK):
        block = rest + block
        end = block.rfind(b"\n") + 1
        rest = block[end:]
        if end:
            yield block[:end]
    if rest:
        yield rest


def place_of(file: BinaryIO, moment: int) -> int:
    """A beginning of a line before which everything is older than `moment`."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while high - low > SMALL:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        at = moment_in(file.read(HEAD))
        if at is not None and at < moment:
            low = middle
        else:
            high = middle
    file.seek(low)
    if low:
        file.readline()
    return file.tell()
