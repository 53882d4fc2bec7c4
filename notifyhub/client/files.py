"""Files that go to a service and come from it, piece by piece."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import BinaryIO

from notifyhub.verbs.two_ways import off_the_loop

PIECE = 1 << 18


class Upload:
    """A file as the body of a request, from its beginning each time it is sent.

    size      bytes
    progress  called with the number of bytes sent
    """

    def __init__(self, file: BinaryIO, progress: Callable[[int], None] | None) -> None:
        self._file = file
        self._progress = progress
        self.size = file.seek(0, os.SEEK_END)

    def pieces(self) -> Iterator[bytes]:
        self._file.seek(0)
        while piece := self._file.read(PIECE):
            yield piece
            self._sent()

    async def pieces_awaited(self) -> AsyncIterator[bytes]:
        await off_the_loop(partial(self._file.seek, 0))
        while piece := await off_the_loop(partial(self._file.read, PIECE)):
            yield piece
            self._sent()

    def _sent(self) -> None:
        if self._progress is not None:
            self._progress(self._file.tell())


class RowsTaken:
    """Writes a table that comes in pieces to a file, and counts its rows: line ends outside of quotation marks.

    open_     opens the file; with the first piece, so that a refusal leaves what is there
    progress  called with the number of rows after each piece
    """

    def __init__(self, open_: Callable[[], BinaryIO], *, is_csv: bool, progress: Callable[[int], None] | None) -> None:
        self._open = open_
        self._file: BinaryIO | None = None
        self._is_csv = is_csv
        self._lines = -1 if is_csv else 0  # its head
        self._is_quoted = False
        self._progress = progress

    @property
    def number(self) -> int:
        return max(0, self._lines)

    def take(self, piece: bytes) -> None:
        if self._file is None:
            self._file = self._open()
        self._file.write(piece)
        if self._is_csv:
            parts = piece.split(b'"')
            self._lines += sum(part.count(b"\n") for part in parts[self._is_quoted :: 2])
            self._is_quoted ^= len(parts) % 2 == 0
        else:
            self._lines += piece.count(b"\n")
        if self._progress is not None and self.number:
            self._progress(self.number)
