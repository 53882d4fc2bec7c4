"""The SMTP server beside the emulator's HTTP."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from typing import cast

from notifyhub import logs
from notifyhub.emulator.email.answers import TOO_MANY_CONNECTIONS
from notifyhub.emulator.email.mailroom import Mailroom

DEFAULT_PORT = 8025
BACKLOG = 1024
MOST_CONNECTIONS = 500
ELSEWHERE = "choose another port with NOTIFYHUB_EMULATOR_SMTP_PORT, or --smtp-port of notifyhub emulator"

_log = logs.logger(__name__)


class Door:
    """Accepts mail on a port of its own, on the loop that serves the emulator.

    First `listen` or `use`, then `open` in the loop; without a socket, `open` and `close` do nothing. With `tls`
    clients may use STARTTLS.
    """

    def __init__(
        self, room: Mailroom, tls: ssl.SSLContext | None = None, *, most_connections: int = MOST_CONNECTIONS
    ) -> None:
        self._room = room
        self._tls = tls
        self._most = most_connections
        self._listener: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Protocol] = set()

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port; None if it does not listen."""
        return None if self._listener is None else self._listener.getsockname()[:2]

    def listen(self, host: str, port: int) -> bool:
        """Listen on a port, as `listener_on` does."""
        return self.listen_with(listener_on(host, port))

    def listen_with(self, listener: socket.socket | None) -> bool:
        """Listen with this socket, if there is one."""
        self._listener = listener
        return listener is not None

    async def open(self) -> None:
        """Start accepting mail."""
        if self._listener is not None and self._server is None:
            self._server = await asyncio.get_running_loop().create_server(self._connection, sock=self._listener)

    async def close(self) -> None:
        """Stop listening, and hang up."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        elif self._listener is not None:
            self._listener.close()
        self._listener = None
        for one in list(self._connections):
            transport = getattr(one, "transport", None)
            if transport is not None:
                transport.abort()

    def _connection(self) -> asyncio.Protocol:
        if len(self._connections) >= self._most:
            return _TurnedAway()
        # aiosmtpd is imported with the first mail only: most emulators never see one.
        from notifyhub.emulator.email.conversation import Conversation

        one = Conversation(self._room, asyncio.get_running_loop(), self._tls, self._connections.discard)
        self._connections.add(one)
        return one


def listener_on(host: str, port: int) -> socket.socket | None:
    """A socket that listens on a port, 0 for a free one; if somebody else has it, on a free one.

    If that is impossible, the log says why: the rest works without it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = _listener(host, port, family)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _log.warning(
            "no e-mail arrives at the emulator: cannot listen on %s:%s: %s (%s)", host, port, reason, ELSEWHERE
        )
        return None
    listener.set_inheritable(False)
    return listener


def _listener(host: str, port: int, family: socket.AddressFamily) -> socket.socket:
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
    listener = socket.create_server((host, 0), family=family, backlog=BACKLOG)
    _log.warning(
        "port %s is taken, so the emulator takes mail on %s:%s (%s)", port, host, listener.getsockname()[1], ELSEWHERE
    )
    return listener


class _TurnedAway(asyncio.Protocol):
    """Tells a client that there are too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not asserted: uvloop's transports have no such base.
        writing = cast(asyncio.WriteTransport, transport)
        writing.write(f"{TOO_MANY_CONNECTIONS.line}\r\n".encode())
        writing.close()
