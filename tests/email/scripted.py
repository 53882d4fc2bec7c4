"""A mail server that answers what a test says: odd codes, silence, connections that break."""

from __future__ import annotations

import asyncio
import re
from typing import Self

HANG_UP = "(hangs up)"
SILENT = "(says nothing)"

# A dot at the beginning of a line was doubled (RFC 5321, 4.5.2).
_DOTS = re.compile(rb"(?m)^\.")
_FRIENDLY = {"greeting": "220 ready", "DATA": "354 go on", "content": "250 2.0.0 queued as 7", "QUIT": "221 bye"}


class ScriptedMailServer:
    """`async with ScriptedMailServer(RCPT=["450 later", "250 ok"])`: the answers to a command, then friendly ones.

    `greeting` and `content` (the end of a mail) are the others. `said` is every command, `mails` every mail that was
    sent to its end, whatever was answered.
    """

    def __init__(self, **answers: list[str]) -> None:
        self._answers = answers
        self._closing = asyncio.Event()
        self.said: list[str] = []
        self.mails: list[bytes] = []
        self.connections = 0
        self.quit_said = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = "greeting"
        while (answer := self._answer(command)) != HANG_UP:
            if answer == SILENT:
                await self._closing.wait()
                return
            writer.write(f"{answer}\r\n".encode())
            if command == "DATA" and answer.startswith("354"):
                sent = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
                self.mails.append(_DOTS.sub(b"", sent))
                command = "content"
                continue
            line = (await reader.readline()).decode().strip()
            if not line:
                return
            self.said.append(line)
            if line == "QUIT":
                self.quit_said.set()
            command = line.partition(" ")[0].upper()

    def _answer(self, command: str) -> str:
        scripted = self._answers.get(command)
        return scripted.pop(0) if scripted else _FRIENDLY.get(command, "250 ok")
