"""Viber by its REST Bot API (developers.viber.com/docs/api/rest-bot-api): `send_message`.

Application errors come with HTTP 200: the integer `status` in the body decides, never its text, which
differs from the documented names. The API knows no idempotency key; `tracking_data` only comes back with a reply.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Outcome
from notifyhub.domain.rates import ChannelLimits, Rate
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.base import HttpProvider, integer_in, json_object
from notifyhub.providers.http import HttpRequest, HttpResponse, Transport
from notifyhub.providers.meaning import (
    BAD_REQUEST,
    MESSENGER_ERROR,
    Meaning,
    by_status,
    configuration,
    permanent,
    temporary,
)

_OK = 0
NOT_ALLOWED = 20
"""Status of a broadcast by an account that may not make any."""

# 100 messages an hour to a person who does not answer (status 12). So 50 may go at once, and 50 more in that hour.
LIMITS = ChannelLimits(address=Rate(50, 3600, burst=50))

_GENERAL_ERROR = 999

_TABLE: dict[int, Meaning] = {
    1: configuration("the bot's webhook: Viber cannot reach it"),  # invalidUrl
    2: configuration("$TOKEN, which is wrong or was revoked"),  # invalidAuthToken
    3: BAD_REQUEST,  # badData
    4: BAD_REQUEST,  # missingData
    5: permanent("recipient_unknown"),  # receiverNotRegistered: no Viber user
    6: permanent("not_subscribed"),  # receiverNotSubscribed: never subscribed, or left
    7: configuration("the bot's account: Viber has blocked it"),  # publicAccountBlocked
    8: configuration("$TOKEN, which belongs to no bot"),  # publicAccountNotFound
    9: configuration("the bot's account: Viber has suspended it"),  # publicAccountSuspended
    10: configuration("the bot's webhook: none is set, and sending needs one"),  # webhookNotSet
    11: permanent("recipient_unreachable"),  # receiverNoSuitableDevice
    12: temporary("rate_limited", 10.0),  # tooManyRequests; no wait is documented
    13: BAD_REQUEST,  # apiVersionNotSupported
    14: BAD_REQUEST,  # incompatibleWithVersion
    15: configuration("the bot's account: it is not authorised to send"),  # publicAccountNotAuthorized
    16: BAD_REQUEST,  # inchatReplyMessageNotAllowed
    17: BAD_REQUEST,  # publicAccountIsNotInline
    18: configuration("the bot's account: it has no chat interface"),  # noPublicChat
    19: MESSENGER_ERROR,  # cannotSendBroadcast
    NOT_ALLOWED: configuration("$BROADCAST: Viber has not allowed this account to broadcast"),  # broadcastNotAllowed
    21: permanent("recipient_unreachable"),  # unsupportedCountry
    22: BAD_REQUEST,  # paymentUnsupported
    # freeMessagesExceeded: until next month, or until it is paid for
    23: configuration("the bot's account: this month's free messages are used up", 3600.0),
    24: configuration("the bot's account: its balance is used up"),  # noBalance
    _GENERAL_ERROR: MESSENGER_ERROR,
}


class ViberProvider(HttpProvider):
    """Sends text by a bot to its subscribers.

    base_url     scheme, host and port, such as `https://chatapi.viber.com`
    token        the bot's token, sent as X-Viber-Auth-Token
    sender_name  shown to the person as the sender, at most 28 characters
    """

    channel: str = "viber"

    def __init__(
        self, transport: Transport, retry: RetryPolicy, *, base_url: str, token: str, sender_name: str
    ) -> None:
        super().__init__(transport, retry, (token,))
        self._url = f"{base_url.rstrip('/')}/pa/send_message"
        self._headers = {"Content-Type": "application/json", "X-Viber-Auth-Token": token}
        self._sender = {"name": sender_name}

    def request(self, envelope: Envelope) -> HttpRequest:
        return HttpRequest(self._url, orjson.dumps(self.message(envelope)), self._headers)

    def message(self, envelope: Envelope) -> dict[str, Any]:
        """The JSON of `send_message`."""
        options = envelope.options
        return {
            "receiver": envelope.address,
            "type": "text",
            "sender": self._sender_of(options) if options else self._sender,
            "text": envelope.text,
            "tracking_data": options.get("tracking_data", envelope.reference),
            "min_api_version": options.get("min_api_version", 1),
        }

    def _sender_of(self, options: Mapping[str, Any]) -> dict[str, str]:
        sender = {"name": options.get("sender_name", self._sender["name"])}
        return {**sender, "avatar": options["sender_avatar"]} if "sender_avatar" in options else sender

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
    """The meaning of a stored code and answer (see `providers.codes`); the code may also be an HTTP status."""
    answer = json_object(detail.encode())
    told = integer_in(answer, "status") == code or code in _TABLE
    return _meaning(code, answer.get("status_message")) if told else by_status(code)


def _meaning(status: int, text: object) -> Meaning:
    # 999 has many meanings; with this text it means a phone number or another bot's subscriber.
    if status == _GENERAL_ERROR and "bad receiver" in str(text).lower():
        return permanent("recipient_unknown")
    return _TABLE.get(status, MESSENGER_ERROR)
