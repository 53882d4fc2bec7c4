"""Handing reports over to a mail server.

The standard library's client is enough: a report is a few mails a day, sent on a thread that may wait.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr

from notifyhub.settings import Settings
from notifyhub.smtp_settings import SmtpSettings

TIMEOUT_S = 10.0
"""For each answer of the server; a mail takes some ten of them, and `daily.LEASE_MS` outlasts that."""


class PostFailed(Exception):
    """The mail server did not take it; the text says why."""


Compose = Callable[..., EmailMessage]
"""Makes the mail, once it is known from whom it is (`sender=…`)."""
Post = Callable[[Compose], None]
"""Hands a mail over, and returns when the server has taken it. Raises PostFailed."""


def post_of(settings: Settings) -> Post | None:
    """The way to the mail server of the settings; none if there is none."""
    smtp = settings.smtp
    return None if smtp.host is None else lambda compose: _post(smtp, smtp.host or "", compose)


def _post(smtp: SmtpSettings, host: str, compose: Compose) -> None:
    mail = compose(sender=smtp.effective_sender)
    try:
        with _connected(smtp, host) as connection:
            _hand_over(connection, smtp, mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise PostFailed(_answer(*next(iter(error.recipients.values())))) from None
    except smtplib.SMTPResponseException as error:
        raise PostFailed(_answer(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPNotSupportedError as error:
        raise PostFailed(f"{host} cannot do this: {error}") from None
    except smtplib.SMTPException as error:
        raise PostFailed(f"{host} broke off: {error}") from None
    except ssl.SSLError as error:
        raise PostFailed(f"TLS with {host} failed: {getattr(error, 'verify_message', '') or error.reason}") from None
    except (OSError, UnicodeError) as error:
        raise PostFailed(f"{host}:{smtp.effective_port} cannot be reached: {_why(error)}") from None


def _connected(smtp: SmtpSettings, host: str) -> smtplib.SMTP:
    if smtp.tls == "tls":
        return smtplib.SMTP_SSL(host, smtp.effective_port, timeout=TIMEOUT_S, context=_trust(smtp))
    return smtplib.SMTP(host, smtp.effective_port, timeout=TIMEOUT_S)


def _hand_over(connection: smtplib.SMTP, smtp: SmtpSettings, mail: EmailMessage) -> None:
    # Never without encryption because somebody on the way left it out of what the server offers.
    if smtp.tls == "starttls":
        connection.starttls(context=_trust(smtp))
    if smtp.username is not None:
        connection.login(smtp.username, smtp.password.get_secret_value() if smtp.password else "")
    connection.send_message(mail, parseaddr(mail["From"])[1], [mail["To"]])
    # It was taken; what the server says to a goodbye changes nothing.
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()


def _trust(smtp: SmtpSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=None if smtp.ca_file is None else str(smtp.ca_file))


def _answer(code: int, text: bytes | str) -> str:
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"the mail server said {code} {' '.join(told.split())[:300]}".rstrip()


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT_S:g} s"
    if isinstance(error, socket.gaierror):
        return "no such host"
    return str(getattr(error, "strerror", None) or error)
