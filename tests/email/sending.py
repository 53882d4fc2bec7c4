"""Mails of the provider, sent to a scripted server."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.mailboxes import Mailbox
from notifyhub.domain.outcome import Outcome
from notifyhub.domain.retry import RetryPolicy
from notifyhub.mail.account import MailAccount
from notifyhub.providers.email import EmailProvider
from tests.email.scripted import ScriptedMailServer

REFERENCE = "0198c0de-42"
Seen = ScriptedMailServer


def provider_at(port: int, **given: Any) -> EmailProvider:
    own = {"host": "127.0.0.1", "tls": "none", "author": Mailbox("Магазин", "news@shop.example"), **given}
    return EmailProvider(RetryPolicy(), MailAccount(port=port, **own))


def envelope(text: str = "hi 😀", timeout_s: float = 20.0, **options: Any) -> Envelope:
    return Envelope("ann@example.com", text, REFERENCE, timeout_s, options)


def sent(
    *letters: Envelope, login: str | None = None, account: Any = None, **answers: list[str]
) -> tuple[list[Outcome], Seen]:
    """The outcomes of these, one after the other, at a server that answers this."""

    async def run() -> tuple[list[Outcome], Seen]:
        async with ScriptedMailServer(**answers) as server:
            more = (account or {}) if login is None else {"username": "hub", "password": login}
            provider = provider_at(server.port, **more)
            outcomes = [await provider.send(letter) for letter in letters]
            await provider.aclose()
            return outcomes, server

    return asyncio.run(run())


def mail_of(letter: Envelope, **account: Any) -> EmailMessage:
    _, server = sent(letter, account=account)
    read = message_from_bytes(server.mails[0], policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def body(mail: EmailMessage, kind: str = "plain") -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")
