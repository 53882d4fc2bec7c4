"""Telegram by its Bot API (core.telegram.org/bots/api): `sendMessage`.

The HTTP status decides, then `parameters`; the description only refines that, because its texts may change.
A 200 means stored in the chat; bots get no receipts. The API knows no idempotency key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Any
from urllib.parse import quote

import orjson

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Outcome
from notifyhub.domain.rates import ChannelLimits, Rate
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.base import HttpProvider, integer_in, json_object, object_in
from notifyhub.providers.http import LONGEST_WAIT_S, HttpRequest, HttpResponse, Transport
from notifyhub.providers.meaning import BAD_REQUEST, Meaning, by_status, configuration, permanent

_FIELDS = {
    "parse_mode": "parse_mode",
    "silent": "disable_notification",
    "protect": "protect_content",
    "thread_id": "message_thread_id",
}

# Bots FAQ. A group is sparing with its 20 a minute, so that three of them may go at once.
LIMITS = ChannelLimits(
    sender=Rate(30, 1), address=Rate(1, 1), group=Rate(17, 60, burst=3), is_group=lambda address: address[0] in "-@"
)
PAID = Rate(1000, 1)
"""Of an account with paid broadcasts (`allow_paid_broadcast` of sendMessage)."""

# First match wins; the fragment is looked for in the lower-cased description. "" matches what is left.
_TABLE: tuple[tuple[int, str, Meaning], ...] = (
    (400, "text is empty", permanent("empty_text")),
    (400, "is too long", permanent("text_too_long")),  # the text, or the message after entities were parsed
    (400, "can't parse entities", permanent("bad_markup")),
    (400, "unsupported parse_mode", permanent("bad_markup")),
    (400, "chat_id is empty", permanent("recipient_unknown")),
    (400, "chat not found", permanent("recipient_unknown")),  # also when the bot has never met the chat
    (400, "thread not found", permanent("recipient_unknown")),
    (400, "group chat was upgraded", permanent("chat_migrated")),
    (400, "no write access", permanent("no_rights")),
    (400, "need administrator rights", permanent("no_rights")),
    (400, "not enough rights", permanent("no_rights")),
    (400, "to be replied not found", permanent("bad_request")),
    (400, "", BAD_REQUEST),  # BUTTON_URL_INVALID and other upper-case codes of the server
    (403, "blocked by the user", permanent("recipient_blocked")),
    (403, "user is deactivated", permanent("recipient_deactivated")),  # the account was deleted
    (403, "can't initiate conversation", permanent("not_subscribed")),  # the person never pressed Start
    (403, "can't send messages to", permanent("recipient_is_bot")),
    (403, "bot was kicked", permanent("not_a_member")),
    (403, "bot is not a member", permanent("not_a_member")),
    (403, "chat was deleted", permanent("recipient_unknown")),
    (403, "", permanent("forbidden")),
    (401, "", configuration("$TOKEN, which is wrong or was revoked (@BotFather gives a new one)")),
    # The public host answers 404 to a malformed token; a self-hosted server also to a wrong path.
    (404, "", configuration("$TOKEN, which is not a valid token, or $BASE_URL")),
    (409, "", configuration("the bot of $TOKEN: another program is using it")),
    (421, "", configuration("$TOKEN: the Bot API server at $BASE_URL does not accept it")),
    (413, "", permanent("text_too_long")),
    # 429 and 5xx are read by status alone.
)


class TelegramProvider(HttpProvider):
    """Sends text by a bot.

    base_url  scheme, host and port, such as `https://api.telegram.org`
    token     the bot's token; it is in the path of every call, so URLs must not be logged
    paid      pay for messages above the free rate
    """

    channel: str = "telegram"

    def __init__(
        self, transport: Transport, retry: RetryPolicy, *, base_url: str, token: str, paid: bool = False
    ) -> None:
        secret = token.partition(":")[2]  # what stands before the colon is the bot's public id
        super().__init__(transport, retry, (token, secret) if len(secret) >= 8 else (token,))
        self._url = f"{base_url.rstrip('/')}/bot{quote(token, safe=':')}/sendMessage"
        self._headers = {"Content-Type": "application/json"}
        self._always = {"allow_paid_broadcast": True} if paid else {}

    async def send(self, envelope: Envelope) -> Outcome:
        """One call, and a second one if the group has become a supergroup with a new id.

        In that case the first was refused, so nobody gets the text twice.
        """
        began = monotonic()
        answer = await self.exchange(envelope)
        if not isinstance(answer, HttpResponse):
            return answer
        moved_to = _moved_to(answer)
        if moved_to is None or moved_to == envelope.address:
            return self.classify(answer)
        left_s = envelope.timeout_s - (monotonic() - began)
        outcome = await super().send(replace(envelope, address=moved_to, timeout_s=left_s))
        told = f"group {envelope.address} is now supergroup {moved_to}, which this went to: {outcome.detail}"
        return replace(outcome, detail=self.mask(told))

    def request(self, envelope: Envelope) -> HttpRequest:
        to = envelope.address
        chat_id = to if to.startswith("@") else int(to)
        message: dict[str, Any] = {"chat_id": chat_id, "text": envelope.text, **self._always}
        if envelope.options:
            message |= _asked_for(envelope.options)
        return HttpRequest(self._url, orjson.dumps(message), self._headers)

    def classify(self, response: HttpResponse) -> Outcome:
        answer = json_object(response.body)
        if response.status == 200 and answer.get("ok") is True:
            message_id = integer_in(object_in(answer, "result"), "message_id")
            return self.sent(None if message_id is None else str(message_id), "200", response)
        status = _status(response, answer)
        meaning = _meaning(status, answer)
        if meaning is None:
            return self.bad_answer(response)
        return self.failed(meaning, str(status), response, _asked_s(answer))


def _asked_for(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options under Telegram's names."""
    asked = {field: options[name] for name, field in _FIELDS.items() if name in options}
    if "link_preview" in options:
        asked["link_preview_options"] = {"is_disabled": not options["link_preview"]}
    return asked


def _status(response: HttpResponse, answer: dict[str, Any]) -> int:
    """The HTTP status; if something in between made it a 200, the `error_code`, which repeats it."""
    code = integer_in(answer, "error_code")
    if response.status == 200 and answer.get("ok") is False and code is not None and 400 <= code < 600:
        return code
    return response.status


def recall(code: int, detail: str) -> Meaning | None:
    """The meaning of a stored code and answer (see `providers.codes`)."""
    return _meaning(code, json_object(detail.encode()))


def _meaning(status: int, answer: dict[str, Any]) -> Meaning | None:
    return _described(status, answer) or by_status(status)


def _moved_to(response: HttpResponse) -> str | None:
    """The new id of a group that was upgraded to a supergroup."""
    if response.status != 400:
        return None
    new_id = integer_in(object_in(json_object(response.body), "parameters"), "migrate_to_chat_id")
    return None if new_id is None else str(new_id)


def _described(status: int, answer: dict[str, Any]) -> Meaning | None:
    if answer.get("ok") is not False:
        return None  # not from the Bot API: a proxy's 403 blames no recipient
    if status == 400 and "migrate_to_chat_id" in object_in(answer, "parameters"):
        return permanent("chat_migrated")  # twice in a row, or to itself; the id stands in the detail
    description = str(answer.get("description")).lower()
    return next((meaning for code, part, meaning in _TABLE if code == status and part in description), None)


def _asked_s(answer: dict[str, Any]) -> float | None:
    """Seconds from `parameters.retry_after`, which overrides the header."""
    seconds = integer_in(object_in(answer, "parameters"), "retry_after")
    return min(float(seconds), LONGEST_WAIT_S) if seconds is not None and seconds > 0 else None
