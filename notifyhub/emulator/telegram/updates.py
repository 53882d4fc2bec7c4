"""Updates reach a bot by getUpdates or by its webhook."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Callable
from typing import Any

import orjson

from notifyhub.emulator.callbacks.callbacks import Callbacks
from notifyhub.emulator.callbacks.caller import Callback, CallbackResult, Repeats
from notifyhub.emulator.callbacks.egress import is_callable
from notifyhub.emulator.shared.limits import Limits
from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import Refused, bad, success, too_many_requests
from notifyhub.emulator.telegram.bots import Bot, Webhook
from notifyhub.emulator.telegram.fields import Fields

CHANNEL = "telegram"
MOST_UPDATES = 100
LONGEST_POLL_S = 50
SECRET_LIMIT = 256
SECRET = re.compile(r"[A-Za-z0-9_-]*")
DEFAULT_CONNECTIONS = 40
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
# Pauses up to a minute, and the receiver's own up to an hour (server source). After 10 repeats an update is dropped.
REPEATS = Repeats(times=10, first_s=1.0, factor=2.0, most_s=60.0, retry_after_limit_s=3600.0)

WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
TERMINATED = {
    "getUpdates": "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    "setWebhook": "Conflict: terminated by setWebhook request",
}

Answered = Callable[[Bot, CallbackResult], None]


class Updates:
    """The updates of all bots. `answered` gets each answer of a webhook: it may be a method call."""

    def __init__(self, callbacks: Callbacks, limits: Limits, answered: Answered) -> None:
        self._callbacks = callbacks
        self._limits = limits
        self._answered = answered

    def push(self, bot: Bot, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Send an update, unless the bot does not want its kind. Returns the update."""
        bot.last_update_id += 1
        update = {"update_id": bot.last_update_id, kind: content}
        if bot.wants(kind):
            bot.updates.append(update)
            bot.interrupt("update")
            if bot.webhook is not None:
                self._post(bot, bot.webhook, update)
        return update

    async def poll(self, bot: Bot, fields: Fields) -> Answer:
        """getUpdates."""
        if bot.webhook is not None:
            raise Refused(409, WEBHOOK_ACTIVE)
        bot.interrupt("getUpdates")
        _allow(bot, fields)
        _confirm(bot, fields.number("offset"))
        timeout_s = min(max(fields.number("timeout"), 0), LONGEST_POLL_S)
        if not bot.updates and timeout_s:
            await self._wait(bot, timeout_s)
        limit = min(max(fields.number("limit", MOST_UPDATES), 1), MOST_UPDATES)
        return success([update for update, _ in zip(bot.updates, range(limit), strict=False)])

    async def _wait(self, bot: Bot, timeout_s: int) -> None:
        waiting = bot.waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                why = await waiting
        except TimeoutError:
            return
        finally:
            if bot.waiting is waiting:
                bot.waiting = None
        if why in TERMINATED:
            raise Refused(409, TERMINATED[why])

    def set_webhook(self, bot: Bot, fields: Fields) -> Answer:
        url = fields.text("url").strip()
        if not url:
            return self.delete_webhook(bot, fields)
        webhook = _webhook(url, fields)
        wait_s = self._limits.wait_s([("telegram.webhook", str(bot.id))], time.monotonic())
        if wait_s > 0:
            return too_many_requests(math.ceil(wait_s))
        if bot.webhook == webhook and "allowed_updates" not in fields and not fields.flag("drop_pending_updates"):
            return success(True, "Webhook is already set")
        _allow(bot, fields)
        self._detach(bot, fields)
        bot.webhook = webhook
        bot.interrupt("setWebhook")
        for update in bot.updates:
            self._post(bot, webhook, update)
        return success(True, "Webhook was set")

    def delete_webhook(self, bot: Bot, fields: Fields) -> Answer:
        was_set = bot.webhook is not None
        self._detach(bot, fields)
        return success(True, "Webhook was deleted" if was_set else "Webhook is already deleted")

    def describe_webhook(self, bot: Bot, _: Fields) -> Answer:
        """getWebhookInfo."""
        webhook = bot.webhook
        about: dict[str, Any] = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": bool(webhook and webhook.has_certificate),
            "pending_update_count": len(bot.updates),
        }
        if webhook:
            about |= {"max_connections": webhook.max_connections, "ip_address": webhook.ip_address}
        if webhook and webhook.last_error:
            about |= {"last_error_date": webhook.last_error[0], "last_error_message": webhook.last_error[1]}
        if bot.allowed:
            about["allowed_updates"] = bot.allowed
        return success({name: value for name, value in about.items() if name != "ip_address" or value})

    def _detach(self, bot: Bot, fields: Fields) -> None:
        bot.webhook = None
        self._callbacks.cancel(CHANNEL, str(bot.id))
        if fields.flag("drop_pending_updates"):
            bot.updates.clear()

    def _post(self, bot: Bot, webhook: Webhook, update: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers[SECRET_HEADER] = webhook.secret_token
        kind = next(key for key in update if key != "update_id")
        callback = Callback(
            channel=CHANNEL,
            bot=str(bot.id),
            kind=kind,
            url=webhook.url,
            body=orjson.dumps(update),
            headers=headers,
            repeats=REPEATS,
            told=lambda result: self._heard(bot, webhook, update, result),
        )
        self._callbacks.send(callback)

    def _heard(self, bot: Bot, webhook: Webhook, update: dict[str, Any], result: CallbackResult) -> None:
        if result.last and update in bot.updates:
            bot.updates.remove(update)
        if result.delivered:
            self._answered(bot, result)
        else:
            trouble = result.error or f"Wrong response from the webhook: {result.status}"
            webhook.last_error = (int(result.at), trouble)


def _allow(bot: Bot, fields: Fields) -> None:
    """Without a list the setting stays; an empty list is the default set."""
    if "allowed_updates" in fields:
        allowed = fields.json("allowed_updates", list, "allowed_updates JSON object") or []
        bot.allowed = tuple(kind for kind in allowed if isinstance(kind, str))


def _confirm(bot: Bot, offset: int) -> None:
    """An offset confirms all updates before it; a negative one keeps only that many."""
    if offset < 0:
        first = bot.updates[max(len(bot.updates) + offset, 0)]["update_id"] if bot.updates else 0
        bot.forget_updates(first)
    else:
        bot.forget_updates(offset)


def _webhook(url: str, fields: Fields) -> Webhook:
    """Check the URL as a self-hosted server does: plain HTTP and any port are fine. Raises `Refused`."""
    if not is_callable(url if "://" in url else f"https://{url}"):
        raise bad("invalid webhook URL specified")
    secret = fields.text("secret_token")
    if len(secret) > SECRET_LIMIT:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    return Webhook(
        url=url if "://" in url else f"https://{url}",
        secret_token=secret,
        max_connections=min(max(fields.number("max_connections", DEFAULT_CONNECTIONS), 1), 100),
        ip_address=fields.text("ip_address"),
        has_certificate=fields.upload("certificate") is not None,
    )
