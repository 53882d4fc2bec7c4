"""E-mail by SMTP (RFC 5321): one mail to one address in each call.

Sent means that the mail server has taken the mail. What becomes of it later, a bounce included, comes as another mail
to the author, which is not read here. SMTP knows no idempotency key; the Message-ID is the same for every attempt.
"""

from __future__ import annotations

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import RetryPolicy
from notifyhub.mail.account import MailAccount
from notifyhub.mail.mailer import Mailer
from notifyhub.mail.replies import AnswerLost, Refused, Unreachable, Unusable
from notifyhub.providers.base import DETAIL_LIMIT
from notifyhub.providers.email_codes import meaning_of
from notifyhub.providers.email_message import composed, message_id
from notifyhub.providers.shown import LONGEST_BODY, ShownCall

_MEND = {
    "no_such_host": "{0}HOST: there is no such host",
    "tls_failed": "{0}TLS and {0}PORT, or the certificate of {0}HOST",
    "tls_missing": "{0}TLS: the mail server offers no STARTTLS",
    "login_missing": "{0}USERNAME and {0}TLS: the mail server offers no login",
}


class EmailProvider:
    """Sends mails from one account.

    settings  how its settings are called in advice: a prefix, such as NOTIFYHUB_EMAIL_
    """

    channel: str = "email"

    def __init__(self, retry: RetryPolicy, account: MailAccount, settings: str = "NOTIFYHUB_EMAIL_") -> None:
        self.retry = retry
        self._account = account
        self._settings = settings
        self._mailer = Mailer(account)

    async def send(self, envelope: Envelope) -> Outcome:
        author = self._account.author
        try:
            mail = composed(envelope, author, self._account.reply_to)
        except UnicodeError as error:
            # Half of a surrogate pair in the text: it cannot be sent, and a retry would not help.
            return PermanentFailure("bad_request", code="not_encodable", detail=str(error)[:DETAIL_LIMIT])
        try:
            reply = await self._mailer.send(envelope.address, mail, envelope.timeout_s)
        except Refused as error:
            return self._refused(error)
        except Unusable as error:
            return Misconfigured(error.code, _detail(error), _MEND[error.code].format(self._settings))
        except Unreachable as error:
            return TemporaryFailure("unreachable", "not_connected", _detail(error))
        except AnswerLost as error:
            return Unconfirmed(error.code, _detail(error))
        return Sent(message_id(envelope.reference, author), reply.codes, _cut(str(reply)))

    def shown(self, envelope: Envelope) -> ShownCall:
        """The mail for this envelope, which is not sent. There are no secrets in it."""
        mail = composed(envelope, self._account.author, self._account.reply_to).decode("ascii")
        head, _, body = mail.partition("\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.replace("\r\n ", " ").split("\r\n"))
        return ShownCall("SMTP", self._account.url, headers, body[:LONGEST_BODY])

    async def aclose(self) -> None:
        await self._mailer.aclose()

    def _refused(self, error: Refused) -> Outcome:
        outcome = meaning_of(error.stage, error.reply).outcome(error.reply.codes, _detail(error))
        if isinstance(outcome, Misconfigured):
            mend = outcome.mend.replace("$", self._settings)
            return Misconfigured(outcome.code, outcome.detail, mend, outcome.retry_after_s)
        return outcome


def _detail(error: Exception) -> str:
    return _cut(str(error))


def _cut(text: str) -> str:
    return text.replace("\x00", "")[:DETAIL_LIMIT]
