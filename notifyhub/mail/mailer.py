"""Many mails over few connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from notifyhub.mail.account import MailAccount
from notifyhub.mail.connection import MailConnection
from notifyhub.mail.replies import AnswerLost, Refused, Reply, Unreachable

IDLE_S = 10.0
"""An idle connection is closed after this time: servers have few places, and close idle ones in their turn."""
MOST_MAILS = 100
"""Mails over one connection; many servers refuse more."""
_CLOSING = 421


class Mailer:
    """Hands mails to the server of an account. Belongs to the event loop of its first call.

    Idle connections are used again. As many are open as there are calls at the same time. Raises SettingsError for a
    CA file that is none.

    idle_s  how long a connection is kept without a mail, in seconds
    """

    def __init__(self, account: MailAccount, idle_s: float = IDLE_S) -> None:
        self._account = account
        self._idle_s = idle_s
        self._trust = account.trust()
        self._idle: dict[MailConnection, asyncio.TimerHandle] = {}
        self._closed = False

    async def send(self, recipient: str, content: bytes, timeout_s: float) -> Reply:
        """Hand over one mail to one address. Returns the server's answer.

        Raises Unreachable or Unusable if nothing was handed over, Refused if the server said no, AnswerLost if it is
        unknown whether it has taken the mail.
        """
        ends_at = asyncio.get_running_loop().time() + timeout_s
        while True:
            used = self._take()
            connection = used or await self._opened(ends_at, timeout_s)
            try:
                return await self._over(connection, recipient, content, ends_at, timeout_s)
            except Unreachable:
                # The server closed it while it was idle: no attempt of this mail.
                if used is None or asyncio.get_running_loop().time() >= ends_at:
                    raise
            except Refused as error:
                if used is None or error.stage != "MAIL FROM" or error.reply.code != _CLOSING:
                    raise

    async def aclose(self) -> None:
        self._closed = True
        while (connection := self._take()) is not None:
            connection.close()

    async def _opened(self, ends_at: float, timeout_s: float) -> MailConnection:
        if self._closed:
            raise Unreachable("the connections are closed")
        connection = MailConnection(self._account, self._trust)
        try:
            async with asyncio.timeout_at(ends_at):
                await connection.open()
        except TimeoutError:
            connection.close()
            where = f"{self._account.host}:{self._account.port}"
            raise Unreachable(f"{where} did not let us in within {timeout_s:g} s") from None
        except BaseException:
            connection.close()
            raise
        return connection

    async def _over(
        self, connection: MailConnection, recipient: str, content: bytes, ends_at: float, timeout_s: float
    ) -> Reply:
        sender = self._account.author.address
        try:
            async with asyncio.timeout_at(ends_at):
                return await connection.hand_over(sender, recipient, content)
        except TimeoutError:
            connection.spoil()
            told = f"no answer within {timeout_s:g} s"
            raise (AnswerLost("timeout", told) if connection.committed else Unreachable(told)) from None
        except asyncio.CancelledError:
            connection.spoil()
            raise
        finally:
            self._give_back(connection)

    def _take(self) -> MailConnection | None:
        """The connection that was used last, so that what is too many grows old."""
        while self._idle:
            connection, timer = self._idle.popitem()
            timer.cancel()
            if connection.usable:
                return connection
            connection.close()
        return None

    def _give_back(self, connection: MailConnection) -> None:
        if self._closed or not connection.usable or connection.mails >= MOST_MAILS:
            connection.close()
            return
        self._idle[connection] = asyncio.get_running_loop().call_later(self._idle_s, self._drop(connection))

    def _drop(self, connection: MailConnection) -> Callable[[], None]:
        def drop() -> None:
            if self._idle.pop(connection, None) is not None:
                connection.close()

        return drop
