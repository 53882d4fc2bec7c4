"""A real SMTP server in this process that keeps what it gets and refuses what a test says."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Mailbox:
    """refused  what is answered to some recipients; arrived  counts the mails; going  unset: mails get no answer"""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refused: dict[str, str] = {}
        self.answer = "250 OK"
        self.logins: list[LoginPassword] = []
        self.arrived = threading.Semaphore(0)
        self.going = threading.Event()
        self.going.set()
        self.port = 0

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
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
            self.mails.append(message_from_bytes(raw, policy=policy.default))  # type: ignore[arg-type]
            self.recipients += envelope.rcpt_tos
            self.arrived.release()
        await asyncio.get_running_loop().run_in_executor(None, self.going.wait)
        return self.answer

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, given: LoginPassword) -> AuthResult:
        self.logins.append(given)
        return AuthResult(success=given.password == b"secret", handled=False)


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """Port 0 is a free one, which is known only now."""
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def mailbox(
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
    from_the_beginning: ssl.SSLContext | None = None,
) -> Iterator[Mailbox]:
    """Serve one on this machine for a while; `tls`: by STARTTLS, and needed; or encrypted `from_the_beginning`."""
    box = Mailbox()
    more: dict[str, Any] = {}
    if tls is not None:
        more |= {"tls_context": tls, "require_starttls": True}
    if from_the_beginning is not None:
        more["ssl_context"] = from_the_beginning
    if login:
        more |= {"authenticator": box.login, "auth_required": True, "auth_require_tls": tls is not None}
    controller = _Controller(box, hostname="127.0.0.1", port=port, **more)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
