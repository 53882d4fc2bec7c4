"""Viber by its REST Bot API (developers.viber.com/docs/api/rest-bot-api): `send_message`.

Application errors come with HTTP 200: the integer `status` in the body decides, never the text beside it, which
differs from the documented names. The API knows no idempotency key; `tracking_data` only comes back with a reply.
"""

from __future__ import annotations

from typing import ClassVar

import orjson

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Outcome
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.base import HttpProvider, integer_in, json_object
from notifyhub.providers.http import HttpRequest, HttpResponse, Transport
from notifyhub.providers.meaning import (
    BAD_REQUEST,
    CONFIGURATION,
    MESSENGER_ERROR,
    Meaning,
    by_status,
    permanent,
    temporary,
)

_OK = 0
_GENERAL_ERROR = 999

_TABLE: dict[int, Meaning] = {
    1: CONFIGURATION,  # invalidUrl: the webhook cannot be reached
    2: CONFIGURATION,  # invalidAuthToken
    3: BAD_REQUEST,  # badData
    4: BAD_REQUEST,  # missingData
    5: permanent("recipient_unknown"),  # receiverNotRegistered: no Viber user
    6: permanent("not_subscribed"),  # receiverNotSubscribed: never subscribed, or left
    7: CONFIGURATION,  # publicAccountBlocked
    8: CONFIGURATION,  # publicAccountNotFound: the token belongs to no bot
    9: CONFIGURATION,  # publicAccountSuspended
    10: CONFIGURATION,  # webhookNotSet: sending needs one
    11: permanent("recipient_unreachable"),  # receiverNoSuitableDevice
    12: temporary("rate_limited", 10.0),  # tooManyRequests; no wait is documented
    13: BAD_REQUEST,  # apiVersionNotSupported
    14: BAD_REQUEST,  # incompatibleWithVersion
    15: CONFIGURATION,  # publicAccountNotAuthorized
    16: BAD_REQUEST,  # inchatReplyMessageNotAllowed
    17: BAD_REQUEST,  # publicAccountIsNotInline
    18: CONFIGURATION,  # noPublicChat
    19: MESSENGER_ERROR,  # cannotSendBroadcast
    20: CONFIGURATION,  # broadcastNotAllowed
    21: permanent("recipient_unreachable"),  # unsupportedCountry
    22: BAD_REQUEST,  # paymentUnsupported
    23: temporary("configuration", 3600.0),  # free messages used up until next month, or until it is paid for
    24: CONFIGURATION,  # no balance
    _GENERAL_ERROR: MESSENGER_ERROR,
}


class ViberProvider(HttpProvider):
    """Sends text by a bot to its subscribers.

    base_url     scheme, host and port, such as `https://chatapi.viber.com`
    token        the bot's token, sent as X-Viber-Auth-Token
    sender_name  shown to the person as the sender, at most 28 characters
    """

    channel: ClassVar[str] = "viber"

    def __init__(
        self, transport: Transport, retry: RetryPolicy, *, base_url: str, token: str, sender_name: str
    ) -> None:
        super().__init__(transport, retry, (token,))
        self._url = f"{base_url.rstrip('/')}/pa/send_message"
        self._headers = {"Content-Type": "application/json", "X-Viber-Auth-Token": token}
        self._sender = {"name": sender_name}

    def request(self, envelope: Envelope) -> HttpRequest:
        message = {
            "receiver": envelope.address,
            "type": "text",
            "sender": self._sender,
            "text": envelope.text,
            "tracking_data": envelope.reference,
            "min_api_version": 1,
        }
        return HttpRequest(self._url, orjson.dumps(message), self._headers)

    def classify(self, response: HttpResponse) -> Outcome:
        answer = json_object(response.body)
        status = integer_in(answer, "status")
        if response.status != 200 or status is None:
            return self.judged_by_status(response)
        if status == _OK:
            token = integer_in(answer, "message_token")
            return self.sent(None if token is None else str(token), "0", response)
        return self.failed(_meaning(status, answer.get("status_message")), str(status), response)


def recall(code: int, detail: str) -> Meaning | None:
    """What a kept code and answer mean (see `providers.codes`); the code may be an HTTP status too."""
    answer = json_object(detail.encode())
    told = integer_in(answer, "status") == code or code in _TABLE
    return _meaning(code, answer.get("status_message")) if told else by_status(code)


def _meaning(status: int, text: object) -> Meaning:
    # 999 stands for many things; with this text it is what a phone number or another bot's subscriber gives.
    if status == _GENERAL_ERROR and "bad receiver" in str(text).lower():
        return permanent("recipient_unknown")
    return _TABLE.get(status, MESSENGER_ERROR)
