"""An account at a mail server."""

from __future__ import annotations

import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

from notifyhub.domain.mailboxes import Mailbox, mailbox
from notifyhub.email_settings import EmailSender, EmailSettings, Tls
from notifyhub.errors import SettingsError

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
MASK = "***"


@dataclass(frozen=True, slots=True)
class MailAccount:
    """Where mails go and who they are from.

    author    the From of each mail, whose address is also the sender that the server is told
    reply_to  where answers go; None: to the author
    username  login; None: none
    """

    host: str
    port: int
    tls: Tls
    author: Mailbox
    reply_to: Mailbox | None = None
    username: str | None = None
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    verify_tls: bool = True

    @property
    def url(self) -> str:
        """The server as a URL, without the login."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'smtps' if self.tls == 'tls' else 'smtp'}://{host}:{self.port}"

    def masked(self, text: str) -> str:
        """`text` without the password, however a server may repeat it."""
        if not self.password:
            return text
        plain, name = self.password.encode(), (self.username or "").encode()
        for secret in (plain, b64encode(b"\0%b\0%b" % (name, plain)), b64encode(plain)):
            text = text.replace(secret.decode(), MASK)
        return text

    def trust(self) -> ssl.SSLContext | None:
        """The checks of the server's certificate; None without encryption. Raises SettingsError for a bad CA file."""
        if self.tls == "none":
            return None
        context = ssl.create_default_context()
        if not self.verify_tls:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self.ca_file is not None:
            try:
                context.load_verify_locations(self.ca_file)
            except (OSError, ssl.SSLError) as error:
                raise SettingsError(f"{self.ca_file} is not a PEM file of certificates: {error}") from None
        return context


def account_of(own: EmailSettings, name: str | None = None) -> MailAccount:
    """The first account, or the additional one called `name`. The channel must not be emulated.

    Raises KeyError for an unknown name.
    """
    sender = None if name is None else own.senders[name]
    # A login is never given to another server than the one that it is for.
    given: EmailSettings | EmailSender = own if sender is None or sender.host is None else sender
    chosen = sender or own
    tls = chosen.tls or given.tls or ("tls" if (chosen.port or given.port) == _PORTS["tls"] else "starttls")
    username = chosen.username or given.username
    # Nor is a password given with another login.
    secret = chosen.password if chosen.username else chosen.password or given.password
    author = chosen.from_address or own.from_address or username or ""
    return MailAccount(
        host=given.host or "",
        port=chosen.port or given.port or _PORTS[tls],
        tls=tls,
        author=mailbox(author),
        reply_to=_answers(chosen.reply_to or own.reply_to),
        username=username,
        password=secret.get_secret_value() if secret else "",
        ca_file=own.ca_file,
        verify_tls=own.verify_tls,
    )


def emulated_account(own: EmailSettings, host: str, port: int) -> MailAccount:
    """The account at the emulator, which needs neither login nor encryption."""
    author = mailbox(own.from_address or "notifyhub <notifyhub@emulator.example>")
    return MailAccount(host=host, port=port, tls="none", author=author, reply_to=_answers(own.reply_to))


def _answers(written: str | None) -> Mailbox | None:
    return None if written is None else mailbox(written)
