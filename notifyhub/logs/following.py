"""The end of a log file that grows, and that another tool renames or truncates meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from notifyhub.logs.rotated import BLOCK, MARGIN_MS, place_of

KNOWN_BY = 4096
"""Bytes of the last lines, whose times are those of no others."""


class Tail:
    """Reads on where it left off. `since` (epoch ms) leaves out what is certainly older."""

    def __init__(self, path: Path, since: int | None = None) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._rest = self._last = b""
        self._open()
        if self._file is not None and since is not None:
            self._file.seek(place_of(self._file, since - MARGIN_MS))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def grown(self) -> Iterator[bytes]:
        """Blocks of whole lines that are new, up to the end that the file has now."""
        while True:
            yield from self._read()
            if not self._is_another():
                return
            self._close()
            self._open()

    def _read(self) -> Iterator[bytes]:
        if self._file is None:
            return
        if self._is_rewritten():
            # Truncated by a tool that copied it before: what comes now is at its beginning.
            self._file.seek(0)
            self._rest = self._last = b""
        while block := self._file.read(BLOCK):
            self._last = (self._last + block)[-KNOWN_BY:]
            block = self._rest + block
            end = block.rfind(b"\n") + 1
            self._rest = block[end:]
            if end:
                yield block[:end]

    def _is_rewritten(self) -> bool:
        """Is what was read last not there any more? The size alone does not tell: it may have grown again."""
        assert self._file is not None
        return os.pread(self._file.fileno(), len(self._last), self._file.tell() - len(self._last)) != self._last

    def _is_another(self) -> bool:
        """Does another file have the path now?"""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False
        if self._file is None:
            return True
        own = os.fstat(self._file.fileno())
        return (now.st_dev, now.st_ino) != (own.st_dev, own.st_ino)

    def _open(self) -> None:
        self._rest = self._last = b""
        with suppress(FileNotFoundError):
            self._file = self._path.open("rb")

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
