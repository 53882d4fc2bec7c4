"""`send_message` and `broadcast_message`: checks in order, then acceptance, tracking data and receipts."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import orjson

from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.limits import Limit
from notifyhub.emulator.shared.wire import Answer, Arrival, Copy, Fate, Refusal
from notifyhub.emulator.viber import checks
from notifyhub.emulator.viber.bots import Bot
from notifyhub.emulator.viber.errors import (
    BAD_DATA,
    BROADCAST_NOT_ALLOWED,
    CODE_OF_STATUS,
    HOST,
    NOT_REGISTERED,
    NOT_SUBSCRIBED,
    OUTCOMES,
    TOO_MANY_REQUESTS,
    WEBHOOK_NOT_SET,
    error,
)
from notifyhub.emulator.viber.events import NAME
from notifyhub.emulator.viber.notifier import Notifier

# Documented limits: messages to one person without an answer, and broadcasts of one bot.
UNANSWERED = "viber.unanswered"
BROADCASTS = "viber.broadcast"
LIMITS = {UNANSWERED: Limit(count=100, seconds=3600), BROADCASTS: Limit(count=500, seconds=10)}

# The real texts in the failed list differ from the documented names.
LIST_TEXTS = {NOT_REGISTERED: "Not found", NOT_SUBSCRIBED: "Not subscribed", TOO_MANY_REQUESTS: "Too many requests"}
USUAL = Fate()


class Sending:
    """The sends of bots."""

    def __init__(self, context: MessengerContext, notifier: Notifier) -> None:
        self._context = context
        self._notifier = notifier

    def not_json(self) -> Answer:
        return self.verdict(BAD_DATA)

    def verdict(self, code: int) -> Answer:
        """A refusal in the format of sends."""
        return error(code, message_token=self._notifier.tokens.next(), chat_hostname=HOST)

    def message(self, bot: Bot, arrival: Arrival, size_bytes: int) -> Answer:
        fields = arrival.content or {}
        code = _size_fault(size_bytes) or checks.message_fault(fields) or self._bot_fault(bot)
        code = code or self._person_fault(bot, arrival.address)
        if code:
            return self.verdict(code)
        token = self._notifier.tokens.next()
        self._sent(bot, arrival, token, arrival.address, arrival.receipts)
        return _accepted(token, {})

    def broadcast(self, bot: Bot, arrival: Arrival, size_bytes: int) -> Answer:
        fields = arrival.content or {}
        code = _size_fault(size_bytes) or checks.broadcast_fault(fields) or self._bot_fault(bot)
        code = code or self._broadcast_fault(bot)
        if code:
            return self.verdict(code)
        token = self._notifier.tokens.next()
        codes = {receiver: self._receiver_fault(bot, arrival, receiver) for receiver in arrival.receivers}
        for receiver in (receiver for receiver, code in codes.items() if not code):
            self._sent(bot, arrival, token, receiver, arrival.fates.get(receiver, USUAL).receipts)
        answer = _accepted(token, {"failed_list": [_failure(to, code) for to, code in codes.items() if code]})
        answer.copies = tuple(Copy(to, _personal(arrival.text, to), code or 0) for to, code in codes.items())
        return answer

    def _bot_fault(self, bot: Bot) -> int | None:
        return WEBHOOK_NOT_SET if self._context.strictness.viber.webhook_required and not bot.webhook else None

    def _broadcast_fault(self, bot: Bot) -> int | None:
        if not self._context.strictness.viber.may_broadcast:
            return BROADCAST_NOT_ALLOWED
        return TOO_MANY_REQUESTS if self._wait_s(BROADCASTS, bot.id) else None

    def _person_fault(self, bot: Bot, user_id: str) -> int | None:
        """Why a person cannot be written to, if so; counts towards the messages without an answer."""
        strict = self._context.strictness.viber.subscribed_only
        if bot.has_left(user_id) or (strict and not bot.is_subscribed(user_id)):
            return NOT_SUBSCRIBED
        return TOO_MANY_REQUESTS if self._wait_s(UNANSWERED, f"{bot.id} {user_id}") else None

    def _receiver_fault(self, bot: Bot, arrival: Arrival, receiver: str) -> int | None:
        if checks.receiver_fault(receiver):
            return NOT_REGISTERED
        refusal = arrival.fates.get(receiver, USUAL).refusal
        return (_code(refusal) if refusal else None) or self._person_fault(bot, receiver)

    def _wait_s(self, limit: str, key: str) -> float:
        return self._context.limits.wait_s(((limit, key),), time.monotonic())

    def _sent(self, bot: Bot, arrival: Arrival, token: int, user_id: str, manner: str | None) -> None:
        tracking = (arrival.content or {}).get("tracking_data")
        if tracking:
            bot.tracking.put(user_id, tracking)
        self._context.acquaintances.meet("viber", user_id, bot.id)
        self._notifier.receipts(bot, token, user_id, manner)


def _size_fault(size_bytes: int) -> int | None:
    return BAD_DATA if size_bytes > checks.VIBER_BODY_LIMIT else None


def _code(refusal: Refusal) -> int | None:
    """The status for one receiver, if the error concerns a receiver (503 does not)."""
    if refusal.outcome is not None:
        return OUTCOMES[refusal.outcome].code
    return refusal.code if refusal.code is not None else CODE_OF_STATUS.get(refusal.status)


def _accepted(token: int, more: dict[str, Any]) -> Answer:
    body = {
        "status": 0,
        "status_message": "ok",
        "message_token": token,
        "chat_hostname": HOST,
        "billing_status": 1,
        **more,
    }
    return Answer(status=200, body=orjson.dumps(body), accepted=True, messenger_id=str(token), code=0)


def _failure(receiver: str, code: int) -> dict[str, Any]:
    text = LIST_TEXTS.get(code) or orjson.loads(error(code).body)["status_message"]
    return {"receiver": receiver, "status": code, "status_message": text}


def _personal(text: str, user_id: str) -> str:
    """A broadcast's text as one receiver reads it."""
    if "replace_me_with_" not in text:
        return text
    text = text.replace("replace_me_with_receiver_id", user_id)
    text = text.replace("replace_me_with_url_encoded_receiver_id", quote(user_id, safe=""))
    return text.replace("replace_me_with_user_name", NAME)
