"""The calls of a bot besides sending: webhook, account, people."""

from __future__ import annotations

import time
from typing import Any

from notifyhub.emulator.callbacks.egress import is_callable
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.limits import Limit
from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.viber import events
from notifyhub.emulator.viber.bots import EVENTS, OPTIONAL_EVENTS, Bot
from notifyhub.emulator.viber.errors import BAD_DATA, HOST, INVALID_URL, MISSING_DATA, TOO_MANY_REQUESTS, error, ok
from notifyhub.emulator.viber.notifier import Notifier, callback

ONLINE_LIMIT = 100
# Requests about one person, as documented.
USER_DETAILS = "viber.user_details"
LIMITS = {USER_DETAILS: Limit(count=2, seconds=12 * 3600)}


class Account:
    """The endpoints around sending."""

    def __init__(self, context: MessengerContext, notifier: Notifier) -> None:
        self._context = context
        self._notifier = notifier

    async def set_webhook(self, bot: Bot, fields: dict[str, Any]) -> Answer:
        code = self._webhook_fault(fields)
        if code:
            return error(code)
        url, wanted = fields["url"], fields.get("event_types")
        event_types = tuple(OPTIONAL_EVENTS if wanted is None else wanted)
        if not url:
            bot.webhook, bot.event_types = "", ()
            return ok(chat_hostname=HOST, event_types=[])
        if not await self._answers(bot, url):
            return error(INVALID_URL)
        bot.webhook, bot.event_types = url, event_types
        bot.shows = tuple(name for name in ("name", "photo") if fields.get(f"send_{name}") is not False)
        return ok(chat_hostname=HOST, event_types=list(EVENTS if wanted is None else wanted))

    def info(self, bot: Bot, _: dict[str, Any]) -> Answer:
        return ok(
            id=bot.id,
            name="Emu",
            uri="emu",
            icon="",
            background="",
            category="",
            subcategory="",
            location={"lon": 0.1, "lat": 0.2},
            country="UK",
            webhook=bot.webhook,
            event_types=list(bot.event_types),
            subscribers_count=bot.subscribers_count(),
            members=[],
        )

    def user_details(self, bot: Bot, fields: dict[str, Any]) -> Answer:
        user_id = fields.get("id")
        if not user_id:
            return error(MISSING_DATA)
        if not isinstance(user_id, str):
            return error(BAD_DATA)
        if self._context.limits.wait_s(((USER_DETAILS, f"{bot.id} {user_id}"),), time.monotonic()):
            return error(TOO_MANY_REQUESTS)
        return ok(message_token=self._notifier.tokens.next(), user=events.details(user_id))

    def online(self, bot: Bot, fields: dict[str, Any]) -> Answer:
        ids = fields.get("ids")
        if not ids:
            return error(MISSING_DATA)
        if not isinstance(ids, list) or len(ids) > ONLINE_LIMIT or not all(isinstance(one, str) for one in ids):
            return error(BAD_DATA)
        return ok(users=[_presence(bot, user_id) for user_id in ids])

    def _webhook_fault(self, fields: dict[str, Any]) -> int | None:
        url, wanted = fields.get("url"), fields.get("event_types")
        if url is None:
            return MISSING_DATA
        if not isinstance(url, str) or not (wanted is None or _are_events(wanted)):
            return BAD_DATA
        allowed = is_callable(url) and not (self._context.strictness.viber.https_only and url.startswith("http://"))
        return INVALID_URL if url and not allowed else None

    async def _answers(self, bot: Bot, url: str) -> bool:
        """Does the URL accept the `webhook` event with exactly 200?"""
        result = await self._context.callbacks.call(callback(bot, url, events.webhook(self._notifier.tokens.next())))
        return result.status == 200


def _are_events(wanted: Any) -> bool:
    return isinstance(wanted, list) and all(isinstance(event, str) and event in EVENTS for event in wanted)


def _presence(bot: Bot, user_id: str) -> dict[str, Any]:
    """Online; unknown if the person has left the bot."""
    status, text = (2, "undisclosed") if bot.has_left(user_id) else (0, "online")
    return {"id": user_id, "online_status": status, "online_status_message": text}
