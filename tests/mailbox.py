"""A real SMTP server on a port of its own that keeps what it gets, and refuses what a test says."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "s3cret-word"


@dataclass(frozen=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    read: EmailMessage
    encrypted: bool

    def text(self, kind: str = "plain") -> str:
        """Its body as people see it, with the line ends of this machine."""
        body = self.read.get_body((kind,))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


class Mailbox:
    """refused  the answer to RCPT by address; senders_refused  the same for MAIL FROM; answer  to the mail itself;
    answers_lost  how many of the next mails are taken without an answer; going  unset: mails get none until it is set
    """

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refused: dict[str, str] = {}
        self.senders_refused: dict[str, str] = {}
        self.answer = "250 2.0.0 OK: queued as 42"
        self.answers_lost = 0
        self.logins: list[LoginPassword] = []
        self.connections = 0
        self.arrived = threading.Semaphore(0)
        self.going = threading.Event()
        self.going.set()
        self.port = 0

    @property
    def read_by(self) -> list[str]:
        """The recipients, in the order in which their mails came."""
        return [recipient for mail in self.mails for recipient in mail.recipients]

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        # A second greeting follows on STARTTLS.
        self.connections += not session.ssl or not server.tls_context
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.senders_refused:
            return self.senders_refused[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            raw = envelope.content
            assert isinstance(raw, bytes)
            read = message_from_bytes(raw, policy=policy.default)
            assert isinstance(read, EmailMessage)
            encrypted = server.transport.get_extra_info("sslcontext") is not None
            self.mails.append(Mail(str(envelope.mail_from), tuple(envelope.rcpt_tos), raw, read, encrypted))
            self.arrived.release()
            if self.answers_lost:
                self.answers_lost -= 1
                server.transport.abort()
        await asyncio.get_running_loop().run_in_executor(None, self.going.wait)
        return self.answer

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, given: LoginPassword) -> AuthResult:
        self.logins.append(given)
        return AuthResult(success=given.password == PASSWORD.encode(), handled=False)


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """Port 0 is a free one, which is known only now."""
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def mailbox(
    port: int = 0,
    box: Mailbox | None = None,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
) -> Iterator[Mailbox]:
    """Serve one on this machine; encrypted by STARTTLS, which is then needed, or by TLS from the first byte."""
    box = Mailbox() if box is None else box
    more: dict[str, Any] = {}
    if starttls is not None:
        more |= {"tls_context": starttls, "require_starttls": True}
    if tls is not None:
        more |= {"ssl_context": tls}
    if login:
        more |= {"authenticator": box.login, "auth_required": True, "auth_require_tls": False}
    controller = _Controller(box, hostname="127.0.0.1", port=port, **more)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
