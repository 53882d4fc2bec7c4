"""A transport that sends the head of a response together with the beginning of its body."""

from __future__ import annotations

import asyncio
from typing import Any


class Corked:
    """Keeps back what is written until the next write, or until the event loop is done with what it is doing.

    uvicorn writes the head and the body of a response one after the other. Each would be a system call and a packet of
    its own, for us and for the client.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._kept = b""

    def write(self, data: bytes) -> None:
        if self._kept:
            kept, self._kept = self._kept, b""
            self._transport.writelines((kept, data))
        else:
            self._kept = data
            self._loop.call_soon(self._let_go)

    def write_eof(self) -> None:
        self._let_go()
        self._transport.write_eof()

    def close(self) -> None:
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        kept, self._kept = self._kept, b""
        if kept and not self._transport.is_closing():
            self._transport.write(kept)

    def __getattr__(self, name: str) -> Any:
        """All else is as it is."""
        return getattr(self._transport, name)
