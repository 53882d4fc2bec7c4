"""Bodies without their `Content-Encoding`: gzip or none."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence

from notifyhub_api.problems import BrokenGzip, UnsupportedEncoding

TAKEN = "gzip"
MOST_MEMBERS = 1_000
"""Each costs the same, also one that holds nothing; a body of no other would keep this process busy for seconds."""
_GZIP = frozenset({"gzip", "x-gzip"})  # RFC 9110, section 8.4.1.3: two names of one thing
_PLAIN = frozenset({"", "identity"})
_WITH_GZIP_HEADER = zlib.MAX_WBITS | 16
_PIECE = 64 * 1024


def is_packed(encodings: Sequence[str]) -> bool:
    """Is a body with these Content-Encoding headers compressed with gzip? Raises UnsupportedEncoding."""
    name = ", ".join(encodings).strip().lower()
    if name in _PLAIN:
        return False
    if name not in _GZIP:
        raise UnsupportedEncoding(name, TAKEN)
    return True


async def unpacked(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The unpacked content of these parts of a gzip body, in small pieces, as they arrive. Raises BrokenGzip."""
    body = _Gzip()
    async for part in parts:
        for piece in body.pieces(part):
            yield piece
            if len(piece) == _PIECE:
                await asyncio.sleep(0)  # others are to be answered while something large is unpacked
    body.end()


class _Gzip:
    """One or more gzip members in sequence (RFC 1952, section 2.2)."""

    def __init__(self) -> None:
        self._members = 0
        self._member: zlib._Decompress | None = None

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """No piece is larger than _PIECE, however far a few bytes expand."""
        while packed:
            member = self._member = self._member or self._next()
            try:
                yield member.decompress(packed, _PIECE)
            except zlib.error:
                raise BrokenGzip("it is not gzip, or was damaged on its way") from None
            packed = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                self._member = None

    def end(self) -> None:
        if self._member is not None:
            raise BrokenGzip("it ends in the middle of its gzip")

    def _next(self) -> zlib._Decompress:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise BrokenGzip(f"its gzip has more than {MOST_MEMBERS} members")
        return zlib.decompressobj(_WITH_GZIP_HEADER)
