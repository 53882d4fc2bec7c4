"""The Viber REST Bot API: `/pa/<endpoint>`. Facts from developers.viber.com/docs/api/rest-bot-api.

Application errors come with HTTP 200; the verdict is the integer `status` in the body.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from notifyhub.emulator.people.people import Deed
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.wire import Answer, Arrival, Call, Refusal, Tokens, html
from notifyhub.emulator.viber.account import Account
from notifyhub.emulator.viber.bots import Bot, Bots
from notifyhub.emulator.viber.errors import CODE_OF_STATUS, INVALID_TOKEN, OUTCOMES, error
from notifyhub.emulator.viber.notifier import Notifier
from notifyhub.emulator.viber.persons import Persons
from notifyhub.emulator.viber.sending import Sending

SEND = "pa/send_message"
BROADCAST = "pa/broadcast_message"
INFO = "pa/get_account_info"
TOKEN_FORM = re.compile(r"[0-9a-z]{8,}(?:-[0-9a-z]{8,}){2}")

Handler = Callable[[Bot, dict[str, Any]], Answer | Awaitable[Answer]]


class Viber:
    """One bot for each token, which is in the header or the body."""

    channel = "viber"

    def __init__(self, context: MessengerContext) -> None:
        self._context = context
        self._bots = Bots()
        notifier = Notifier(context, Tokens())
        self._sending = Sending(context, notifier)
        self._persons = Persons(context, self._bots, notifier)
        account = Account(context, notifier)
        self._handlers: dict[str, Handler] = {
            "pa/set_webhook": account.set_webhook,
            INFO: account.info,
            "pa/get_user_details": account.user_details,
            "pa/get_online": account.online,
        }

    def aside(self, call: Call) -> Answer | Awaitable[Answer] | None:
        handler, is_send = self._handlers.get(call.path), call.path in (SEND, BROADCAST)
        if handler is None and not is_send:
            return html(404, "404 Not Found")
        # Versions of the documentation differ on get_account_info.
        if call.method != "POST" and (call.method, call.path) != ("GET", INFO):
            return html(405, "405 Method Not Allowed")
        if handler is None:
            return None
        fields = call.json_object() or {}
        token = _token(call, fields)
        return self._token_fault(token) or handler(self._bots.of(token), fields)

    def read(self, call: Call) -> Arrival:
        content = call.json_object()
        fields = content or {}
        token = _text(_token(call, fields))
        arrival = Arrival(_text(fields.get("receiver")), _text(fields.get("text")), token, content)
        if token:
            arrival.account = self._bots.of(token).id
        if call.path == BROADCAST:
            arrival.receivers = _receivers(fields)
        return arrival

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        fields = arrival.content
        if fields is None:
            return self._sending.not_json()
        token = _token(call, fields)
        refused = self._token_fault(token)
        if refused:
            return refused
        send = self._sending.broadcast if call.path == BROADCAST else self._sending.message
        return send(self._bots.of(token), arrival, len(call.body))

    def refuse(self, refusal: Refusal) -> Answer:
        code = _code(refusal)
        if code is None:
            return html(refusal.status, f"{refusal.status} {HTTPStatus(refusal.status).phrase}")
        return self._sending.verdict(code)

    def hear(self, address: str, bot: str, deed: Deed) -> dict[str, Any]:
        return self._persons.hear(address, bot, deed)

    def forget_people(self) -> None:
        """Forget subscriptions and what people did; bots and their webhooks stay."""
        self._bots.forget_people()

    def _token_fault(self, token: Any) -> Answer | None:
        if not token:
            return error(INVALID_TOKEN, "missing_auth_token")
        strict = self._context.strictness.viber.token_form
        good = isinstance(token, str) and (not strict or TOKEN_FORM.fullmatch(token))
        return None if good else error(INVALID_TOKEN)


def _code(refusal: Refusal) -> int | None:
    if refusal.outcome is not None:
        return OUTCOMES[refusal.outcome].code
    return refusal.code if refusal.code is not None else CODE_OF_STATUS.get(refusal.status)


def _token(call: Call, fields: dict[str, Any]) -> Any:
    return call.header(b"x-viber-auth-token") or fields.get("auth_token")


def _receivers(fields: dict[str, Any]) -> tuple[str, ...]:
    receivers = fields.get("broadcast_list")
    return tuple(one for one in receivers if isinstance(one, str)) if isinstance(receivers, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
