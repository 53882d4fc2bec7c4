"""One SMTP connection: aiosmtpd's protocol, with pauses, manners and ends that the faults ask for."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, TLSSetupException

from notifyhub import logs
from notifyhub.emulator.email.answers import CLOSING, CODES, TOO_MANY, WRONG_PASSWORD
from notifyhub.emulator.email.mailroom import MOST_RECIPIENTS, Addressee, Mailroom
from notifyhub.emulator.email.saying import say

MAIL_LIMIT = 10 << 20
IDLE_S = 300.0
# Said already, or not to be said at all.
NOTHING = ""

_log = logs.logger(__name__)
# It tells of every line, and of addresses with it.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Transaction(Envelope):
    """A mail on its way in, and what becomes of it for each recipient."""

    def __init__(self) -> None:
        super().__init__()
        self.addressees: list[Addressee] = []


class Conversation(SMTP):
    """One connection. `ended` is called when it is over."""

    def __init__(
        self, room: Mailroom, loop: asyncio.AbstractEventLoop, tls: ssl.SSLContext | None, ended: Callable[[Any], None]
    ) -> None:
        super().__init__(
            Hooks(room),
            data_size_limit=MAIL_LIMIT,
            enable_SMTPUTF8=True,
            # By default it asks the network for its own name.
            hostname="localhost",
            ident="notifyhub emulator",
            tls_context=tls,
            timeout=IDLE_S,
            auth_require_tls=False,
            authenticator=lambda *told: _log_in(room, told[-1]),
            loop=loop,
        )
        self._ended = ended

    @property
    def writer(self) -> asyncio.StreamWriter:
        """The connection as it is written to."""
        return self._writer

    def _create_envelope(self) -> Envelope:
        return Transaction()

    async def push(self, status: Any) -> None:
        if status == NOTHING:
            return
        await super().push(status)
        if str(status).startswith(str(CLOSING)):
            self.writer.close()

    async def smtp_POST(self, _: str) -> None:  # noqa: N802
        """End what a web page tries to smuggle in as the body of a request."""
        self.writer.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._ended(self)
        super().connection_lost(error)


class Hooks:
    """What aiosmtpd asks about each command; it finds them by their names."""

    def __init__(self, room: Mailroom) -> None:
        self._room = room

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        assert isinstance(envelope, Transaction)
        assert isinstance(smtp, Conversation)
        if len(envelope.addressees) >= MOST_RECIPIENTS:
            return TOO_MANY.line
        addressee = self._room.meet(address, _password(session))
        await asyncio.sleep(addressee.plan.latency_s)
        if addressee.refusal is None:
            envelope.addressees.append(addressee)
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        await self._room.turn_away(addressee, envelope.mail_from or "")
        if not addressee.refusal.code:
            smtp.writer.close()
        return addressee.refusal.line

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope, Transaction)
        assert isinstance(smtp, Conversation)
        content = envelope.original_content or b""
        plan, line = await self._room.take(envelope.addressees, envelope.mail_from or "", content)
        if plan.word is None:
            return line.decode()
        await say(smtp.writer, line, plan, hang_s=self._room.hang_s)
        return NOTHING

    async def handle_exception(self, error: Exception) -> str:
        # A handshake that fails is the client's doing.
        if not isinstance(error, TLSSetupException):
            _log.error("an SMTP command failed", exc_info=error)
        return CODES[451].line


def _log_in(room: Mailroom, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    name, password = given.login.decode("utf-8", "replace"), given.password.decode("utf-8", "replace")
    if room.refuses(name, password):
        return AuthResult(success=False, message=WRONG_PASSWORD.line, handled=False)
    return AuthResult(success=True, auth_data=password)


def _password(session: Session) -> str:
    return session.auth_data if isinstance(session.auth_data, str) else ""
