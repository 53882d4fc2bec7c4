"""One connection to a mail server."""

from __future__ import annotations

import re
import socket
import ssl
from typing import TYPE_CHECKING

from notifyhub.mail.account import MailAccount
from notifyhub.mail.replies import AnswerLost, Refused, Reply, Stage, Unreachable, Unusable

if TYPE_CHECKING:
    from aiosmtplib import SMTPResponse

# A line with only a dot ends a mail (RFC 5321, 4.5.2).
_DOT = re.compile(rb"(?m)^\.")
_CLOSING = 421
_UNKNOWN_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


class MailConnection:
    """A connection that takes one mail after the other.

    trust  the checks of the server's certificate (`MailAccount.trust`)
    """

    def __init__(self, account: MailAccount, trust: ssl.SSLContext | None) -> None:
        from aiosmtplib import SMTP

        self._account = account
        self._client = SMTP(
            hostname=account.host,
            port=account.port,
            use_tls=account.tls == "tls",
            start_tls=False,
            tls_context=trust,
            timeout=None,
            local_hostname="localhost",
        )
        self._unfinished = self._spoilt = False
        self.committed = False
        """Has the server got a whole mail that it has not answered?"""
        self.mails = 0

    @property
    def usable(self) -> bool:
        return self._client.is_connected and not self.committed and not self._spoilt

    def spoil(self) -> None:
        """Use it no more: an answer that comes later would be taken for that to another command."""
        self._spoilt = True

    async def open(self) -> None:
        """Connect, encrypt and log in. Raises Unreachable, Unusable or Refused."""
        from aiosmtplib import SMTPConnectResponseError, SMTPException, SMTPResponseException

        stage: Stage = "greeting"
        try:
            await self._client.connect()
            stage = "HELO"
            await self._greet()
            if self._account.tls == "starttls":
                stage = "STARTTLS"
                await self._encrypt()
            if self._account.username is not None:
                stage = "AUTH"
                await self._log_in(self._account.username)
        except SMTPConnectResponseError as error:
            raise Refused("greeting", self._reply(error.code, error.message)) from None
        except SMTPResponseException as error:
            raise Refused(stage, self._reply(error.code, error.message)) from None
        except (SMTPException, OSError, UnicodeError) as error:
            raise self._not_connected(error) from error

    async def hand_over(self, sender: str, recipient: str, content: bytes) -> Reply:
        """Hand over one mail, whose lines end with CR LF. Returns the server's answer.

        Raises Unreachable if the server cannot have taken it, Refused if it said no, AnswerLost if that is unknown.
        """
        from aiosmtplib import SMTPException

        try:
            if self._unfinished:
                await self._ask("MAIL FROM", b"RSET")
            self._unfinished = True
            await self._ask("MAIL FROM", b"MAIL", b"FROM:<%b>" % sender.encode("ascii"))
            await self._ask("RCPT TO", b"RCPT", b"TO:<%b>" % recipient.encode("ascii"))
            await self._ask("DATA", b"DATA", expected=354)
        except (SMTPException, OSError) as error:
            self.spoil()
            raise Unreachable(f"the mail server broke off: {_words(error)}") from error
        return await self._put(content)

    def close(self) -> None:
        """Say goodbye, and do not wait for the answer."""
        protocol = self._client.protocol
        if protocol is not None and protocol.is_connected and not (self._unfinished or self._spoilt):
            protocol.write(b"QUIT\r\n")
        self._client.close()

    async def _greet(self) -> None:
        # An address is valid whatever the name of this machine is (RFC 5321, 4.1.3).
        address = str(self._client.get_transport_info("sockname")[0])
        self._client.local_hostname = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
        await self._client.ehlo()

    async def _encrypt(self) -> None:
        # Going on without it would send the mail, and the password, to whoever struck it out of the greeting.
        if not self._client.supports_extension("starttls"):
            raise Unusable("tls_missing", "the mail server offers no STARTTLS")
        await self._client.starttls()
        await self._client.ehlo()

    async def _log_in(self, username: str) -> None:
        if not self._client.supported_auth_methods:
            raise Unusable("login_missing", "the mail server offers no login that could be used")
        await self._client.login(username, self._account.password)

    async def _ask(self, stage: Stage, *words: bytes, expected: int = 250) -> None:
        answer = await self._client.execute_command(*words)
        # 251: it is passed on to another address (RFC 5321, 3.4).
        if answer.code != expected and not (expected == 250 and answer.code in (251, 252)):
            raise Refused(stage, self._reply(*answer))

    async def _put(self, content: bytes) -> Reply:
        from aiosmtplib import SMTPException, SMTPResponseException

        protocol = self._client.protocol
        if protocol is None or not protocol.is_connected:
            raise Unreachable("the mail server broke off before the mail")
        self.committed = True
        try:
            protocol.write(_DOT.sub(b"..", content) + b".\r\n")
            answer: SMTPResponse = await protocol.read_response()
        except SMTPResponseException as error:
            raise AnswerLost("bad_answer", self._account.masked(str(error.message))) from error
        except (SMTPException, OSError) as error:
            raise AnswerLost("connection_lost", _words(error)) from error
        self.committed = self._unfinished = False
        self.mails += 1
        reply = self._reply(*answer)
        if reply.code == _CLOSING:
            self._client.close()
        if reply.code // 100 != 2:
            raise Refused("content", reply)
        return reply

    def _reply(self, code: int, text: str) -> Reply:
        readable = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return Reply(code, self._account.masked(readable))

    def _not_connected(self, error: Exception) -> Unreachable | Unusable:
        cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
        where = f"{self._account.host}:{self._account.port}"
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", "") or cause.reason or str(cause)
            return Unusable("tls_failed", f"TLS with {where} failed: {why}")
        if isinstance(cause, UnicodeError) or (isinstance(cause, socket.gaierror) and cause.errno in _UNKNOWN_HOST):
            return Unusable("no_such_host", f"there is no host {self._account.host}")
        return Unreachable(f"{where} cannot be reached: {_words(cause)}")


def _words(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
