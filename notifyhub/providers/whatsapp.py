"""WhatsApp by Meta's Cloud API (developers.facebook.com, WhatsApp Cloud API, "Messages" and "Error codes").

`error.code` decides, not the HTTP status, which differs between editions of Meta's own table.
A 200 means accepted; a webhook later reports whether it arrived. `biz_opaque_callback_data` comes back there, but
does not stop a second sending.
"""

from __future__ import annotations

from typing import Any

import orjson

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import TOO_FAST, Outcome
from notifyhub.domain.rates import ChannelLimits, Rate
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.base import HttpProvider, integer_in, json_object, object_in
from notifyhub.providers.http import HttpRequest, HttpResponse, Transport
from notifyhub.providers.meaning import (
    BAD_REQUEST,
    MESSENGER_ERROR,
    RATE_LIMITED,
    Meaning,
    by_status,
    configuration,
    permanent,
    temporary,
)

_UNREACHABLE = permanent("recipient_unreachable")
_TOKEN = configuration("$TOKEN, which is wrong or has expired")
_PERMISSION = configuration("the permissions of $TOKEN: it needs whatsapp_business_messaging for this number")
_NUMBER = configuration("$PHONE_NUMBER_ID: this token has no access to such a number")
_REGISTRATION = configuration("the registration of the number of $PHONE_NUMBER_ID at Meta")
_ACCOUNT = "the WhatsApp business account at Meta"

# Meta, Cloud API, "Throughput" and "Pair rate limits".
LIMITS = ChannelLimits(sender=Rate(80, 1), address=Rate(1, 6, burst=45))

_PARAMETER = 100
_NO_SUCH_OBJECT = 33

_TABLE: dict[int, Meaning] = {
    0: _TOKEN,  # the app could not be authenticated
    1: MESSENGER_ERROR,  # unknown API error
    2: MESSENGER_ERROR,  # down or overloaded
    3: _PERMISSION,  # capability or permission
    4: temporary(TOO_FAST, 60.0, "sender"),  # calls of the app
    10: _PERMISSION,  # permission missing; 200 to 299 likewise
    **dict.fromkeys(range(200, 300), _PERMISSION),
    33: _NUMBER,  # the business number was deleted
    100: BAD_REQUEST,  # a parameter is invalid, unknown or missing
    190: _TOKEN,  # token expired or invalid
    368: configuration(f"{_ACCOUNT}: blocked for policy violations, for hours or days", 3600.0),
    2200: configuration("the webhook at Meta"),  # webhook verification
    80007: temporary(TOO_FAST, 60.0, "sender"),  # calls of the business account
    130429: temporary(TOO_FAST, 1.0, "sender"),  # throughput of the business number
    130472: _UNREACHABLE,  # the person is in an experiment group
    130497: _UNREACHABLE,  # the account may not write to this country
    131000: MESSENGER_ERROR,  # something went wrong
    131005: _PERMISSION,  # access denied
    131008: BAD_REQUEST,  # parameter missing
    131009: BAD_REQUEST,  # parameter value
    131016: MESSENGER_ERROR,  # service unavailable
    131021: permanent("recipient_is_sender"),
    131026: permanent("recipient_unknown"),  # no WhatsApp account, an old app, terms not accepted
    131030: permanent("recipient_not_allowed"),  # a test number writes to its own list only
    131031: configuration(f"{_ACCOUNT}: it is locked"),
    131037: configuration(f"{_ACCOUNT}: the display name is not approved"),
    131042: configuration(f"{_ACCOUNT}: its payment method"),
    131045: _REGISTRATION,  # certificate of the number
    131047: permanent("window_closed"),  # over 24 h since the person wrote: only a template may be sent
    131048: configuration(f"{_ACCOUNT}: too many people blocked or reported the number", 3600.0),
    131049: temporary("held_back", 86_400.0),  # too much marketing for this person; not before a day
    131050: permanent("recipient_blocked"),  # the person stopped marketing messages
    131051: BAD_REQUEST,  # message type
    131052: BAD_REQUEST,  # media download
    131053: BAD_REQUEST,  # media upload
    131056: temporary(TOO_FAST, 6.0, "address"),  # pair rate: this one recipient, one message per 6 s
    131057: MESSENGER_ERROR,  # account in maintenance
    # An error that concerns only some messages is no reason to rest.
    131062: permanent("not_enabled"),  # business-scoped ids
    131063: permanent("not_enabled"),  # marketing templates
    131064: configuration(f"{_ACCOUNT}: temporarily limited, because its templates broke the rules", 3600.0),
    132000: BAD_REQUEST,  # template: number of parameters
    132001: BAD_REQUEST,  # template: missing or not approved
    132005: BAD_REQUEST,  # template: too long
    132007: BAD_REQUEST,  # template: policy
    132008: BAD_REQUEST,  # template: value
    132012: BAD_REQUEST,  # template: format
    132015: BAD_REQUEST,  # template paused
    132016: BAD_REQUEST,  # template disabled
    132068: BAD_REQUEST,  # flow blocked
    132069: MESSENGER_ERROR,  # flow throttled
    **dict.fromkeys((133000, 133005, 133006, 133008, 133009, 133010, 133015, 133016), _REGISTRATION),
    133004: MESSENGER_ERROR,  # temporarily unavailable
    135000: BAD_REQUEST,  # generic
    137000: permanent("recipient_changed"),  # the identity key is another one now
}


class WhatsAppProvider(HttpProvider):
    """Sends text from a business number. WhatsApp accepts only templates later than 24 hours after a person's message.

    base_url         scheme, host and port, such as `https://graph.facebook.com`
    token            access token, sent as Bearer
    phone_number_id  Meta's id of the business number, not the number
    api_version      Graph version, such as `v23.0`
    """

    channel: str = "whatsapp"

    def __init__(
        self,
        transport: Transport,
        retry: RetryPolicy,
        *,
        base_url: str,
        token: str,
        phone_number_id: str,
        api_version: str = "v23.0",
    ) -> None:
        super().__init__(transport, retry, (token,))
        self._url = f"{base_url.rstrip('/')}/{api_version}/{phone_number_id}/messages"
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def request(self, envelope: Envelope) -> HttpRequest:
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            # Without the plus, Meta may put the country code of the business number in front.
            "to": f"+{envelope.address}",
            **_content(envelope),
            "biz_opaque_callback_data": envelope.reference,
        }
        return HttpRequest(self._url, orjson.dumps(message), self._headers)

    def classify(self, response: HttpResponse) -> Outcome:
        answer = json_object(response.body)
        error = object_in(answer, "error")
        code = integer_in(error, "code")
        if code is not None:
            return self.failed(_meaning(code, error, response.status), str(code), response)
        message_id = _message_id(answer)
        if response.status == 200 and message_id:
            return self.sent(message_id, "200", response)
        return self.judged_by_status(response)


def recall(code: int, detail: str) -> Meaning | None:
    """The meaning of a stored code and answer (see `providers.codes`); the code may also be an HTTP status."""
    error = object_in(json_object(detail.encode()), "error")
    if integer_in(error, "code") == code:
        return _meaning(code, error, 400)
    return _TABLE.get(code) or by_status(code)


def _content(envelope: Envelope) -> dict[str, Any]:
    template = envelope.options.get("template")
    if template is None:
        preview = envelope.options.get("preview_url", False)
        return {"type": "text", "text": {"preview_url": preview, "body": envelope.text}}
    asked = {"name": template["name"], "language": {"code": template["language"]}}
    if "components" in template:
        asked["components"] = template["components"]
    return {"type": "template", "template": asked}


def _meaning(code: int, error: dict[str, Any], status: int) -> Meaning:
    known = _NUMBER if _is_about_the_number(code, error) else _TABLE.get(code)
    if error.get("is_transient") is True and (known is None or known.permanent):
        return MESSENGER_ERROR
    return known or _unknown(status)


def _unknown(status: int) -> Meaning:
    """An unknown error, which Meta may have added: even with a 200 nothing was accepted."""
    if status >= 500:
        return MESSENGER_ERROR
    return {401: _TOKEN, 429: RATE_LIMITED}.get(status, BAD_REQUEST)


def _is_about_the_number(code: int, error: dict[str, Any]) -> bool:
    """100 means a bad request, but with this subcode it means that the token has no such number."""
    return code == _PARAMETER and integer_in(error, "error_subcode") == _NO_SUCH_OBJECT


def _message_id(answer: dict[str, Any]) -> str | None:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    message_id = first.get("id") if isinstance(first, dict) else None
    return message_id if isinstance(message_id, str) else None


def reason_of(code: int | None) -> str:
    """Why an accepted message failed, by the code of its receipt."""
    known = None if code is None else _TABLE.get(code)
    return "undeliverable" if known is None else known.reason
