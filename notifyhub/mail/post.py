"""Handing over a single mail, for threads that may wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formataddr, parseaddr

from notifyhub.mail.account import MailAccount
from notifyhub.mail.content import on_the_wire
from notifyhub.mail.mailer import Mailer
from notifyhub.mail.replies import NotHandedOver, Refused

Compose = Callable[..., EmailMessage]
"""Makes the mail, once it is known from whom it is (`sender=…`)."""


class PostFailed(Exception):
    """The mail server did not take it; the text says why."""


def post(account: MailAccount, timeout_s: float = 30.0) -> Callable[[Compose], None]:
    """A function that hands a mail over, and returns when the server has taken it.

    It blocks for up to `timeout_s` seconds, must not be called from an event loop, and raises PostFailed.
    """

    def send(compose: Compose) -> None:
        mail = compose(sender=formataddr((account.author.name, account.author.address)))
        try:
            asyncio.run(_sent(account, mail, timeout_s))
        except Refused as error:
            raise PostFailed(f"the mail server said {error.reply}") from None
        except NotHandedOver as error:
            raise PostFailed(str(error)) from None

    return send


async def _sent(account: MailAccount, mail: EmailMessage, timeout_s: float) -> None:
    mailer = Mailer(account)
    try:
        await mailer.send(parseaddr(str(mail["To"]))[1], on_the_wire(mail), timeout_s)
    finally:
        await mailer.aclose()
