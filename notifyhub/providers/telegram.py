"""Telegram by its Bot API (core.telegram.org/bots/api): `sendMessage`.

The HTTP status decides, then `parameters`, and the description only refines: its texts may change.
A 200 means stored in the chat; bots get no receipts. The API knows no idempotency key.
"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

import orjson

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Outcome
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.base import HttpProvider, integer_in, json_object, object_in
from notifyhub.providers.http import LONGEST_WAIT_S, HttpRequest, HttpResponse, Transport
from notifyhub.providers.meaning import BAD_REQUEST, CONFIGURATION, Meaning, by_status, permanent

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
    (400, "", BAD_REQUEST),
    (403, "blocked by the user", permanent("recipient_blocked")),
    (403, "user is deactivated", permanent("recipient_deactivated")),  # the account was deleted
    (403, "can't initiate conversation", permanent("not_subscribed")),  # the person never pressed Start
    (403, "can't send messages to", permanent("recipient_is_bot")),
    (403, "bot was kicked", permanent("not_a_member")),
    (403, "bot is not a member", permanent("not_a_member")),
    (403, "chat was deleted", permanent("recipient_unknown")),
    (403, "", permanent("forbidden")),
    (409, "", CONFIGURATION),  # two programs use the bot
    (413, "", permanent("text_too_long")),
    # 401 and 404 both mean a wrong token: the public host answers 404 to a malformed one. They, 421 (the token is
    # not for this server), 429 and 5xx are read by status alone.
)


class TelegramProvider(HttpProvider):
    """Sends text by a bot.

    base_url  scheme, host and port, such as `https://api.telegram.org`
    token     the bot's token; it stands in the path of every call, so URLs must not be logged
    """

    channel: ClassVar[str] = "telegram"

    def __init__(self, transport: Transport, retry: RetryPolicy, *, base_url: str, token: str) -> None:
        secret = token.partition(":")[2]  # what stands before the colon is the bot's public id
        super().__init__(transport, retry, (token, secret) if len(secret) >= 8 else (token,))
        self._url = f"{base_url.rstrip('/')}/bot{quote(token, safe=':')}/sendMessage"
        self._headers = {"Content-Type": "application/json"}

    def request(self, envelope: Envelope) -> HttpRequest:
        to = envelope.address
        chat_id = to if to.startswith("@") else int(to)
        return HttpRequest(self._url, orjson.dumps({"chat_id": chat_id, "text": envelope.text}), self._headers)

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


def _status(response: HttpResponse, answer: dict[str, Any]) -> int:
    """The HTTP status; `error_code` repeats it, and counts alone where something in between made it a 200."""
    code = integer_in(answer, "error_code")
    if response.status == 200 and answer.get("ok") is False and code is not None and 400 <= code < 600:
        return code
    return response.status


def recall(code: int, detail: str) -> Meaning | None:
    """What a kept code and answer mean (see `providers.codes`)."""
    return _meaning(code, json_object(detail.encode()))


def _meaning(status: int, answer: dict[str, Any]) -> Meaning | None:
    return _described(status, answer) or by_status(status)


def _described(status: int, answer: dict[str, Any]) -> Meaning | None:
    if answer.get("ok") is not False:
        return None  # not from the Bot API: a proxy's 403 blames no recipient
    if status == 400 and "migrate_to_chat_id" in object_in(answer, "parameters"):
        return permanent("chat_migrated")  # the new id stands in the detail
    description = str(answer.get("description")).lower()
    return next((meaning for code, part, meaning in _TABLE if code == status and part in description), None)


def _asked_s(answer: dict[str, Any]) -> float | None:
    """Seconds of `parameters.retry_after`, which wins over the header."""
    seconds = integer_in(object_in(answer, "parameters"), "retry_after")
    return min(float(seconds), LONGEST_WAIT_S) if seconds is not None and seconds > 0 else None
