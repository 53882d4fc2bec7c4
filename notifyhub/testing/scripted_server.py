"""A tiny HTTP server on a local port with scripted answers. It shares no code with the emulator."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Act = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Seen:
    """A request as received; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(status: int, body: Any, **headers: str) -> Act:
    """A complete answer; `body` as bytes, or anything else as JSON. `Retry_After` is the header Retry-After."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return written("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)


def written(raw: bytes) -> Act:
    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return act


async def hung_up(writer: asyncio.StreamWriter) -> None:
    """The request is read, and the connection closed without an answer."""
    writer.close()


async def silent(_writer: asyncio.StreamWriter) -> None:
    """The request is read and never answered."""


async def half(writer: asyncio.StreamWriter) -> None:
    """An answer cut off in the middle of its body."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok": ')
    writer.close()


class ScriptedServer:
    """Answers the n-th request with the n-th act, and all later ones with the last act."""

    def __init__(self, *acts: Act, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._acts = list(acts)
        self._writers: list[asyncio.StreamWriter] = []
        self.seen: list[Seen] = []
        self.connections = 0

    async def __aenter__(self) -> ScriptedServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            while not writer.is_closing():
                self.seen.append(await _request(reader))
                act = self._acts.pop(0) if len(self._acts) > 1 else self._acts[0]
                await act(writer)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    return Seen(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
