"""Signed callbacks to the webhooks of bots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from notifyhub.emulator.callbacks.caller import Callback, CallbackResult, Repeats
from notifyhub.emulator.callbacks.receipts import schedule
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.wire import Tokens
from notifyhub.emulator.viber import events
from notifyhub.emulator.viber.bots import Bot

# It is not documented whether Viber retries a callback; a few retries are the emulator's choice.
REPEATS = Repeats(times=3)
FAILED = "failed"
REJECTED = "the receiver's app rejected the content"


class Notifier:
    """Callbacks of all bots. `tokens` numbers messages and events alike."""

    def __init__(self, context: MessengerContext, tokens: Tokens) -> None:
        self._context = context
        self.tokens = tokens

    def tell(
        self,
        bot: Bot,
        event: dict[str, Any],
        after_s: float = 0.0,
        told: Callable[[CallbackResult], None] | None = None,
    ) -> None:
        """Send an event, if the bot wants events of this kind."""
        if bot.hears(event["event"]):
            self._context.callbacks.send(replace(callback(bot, bot.webhook, event), told=told), after_s)

    def receipts(self, bot: Bot, message_token: int, user_id: str, manner: str | None) -> None:
        """Schedule the receipts of a message, as usual or as a fault says."""
        if not bot.webhook:
            return
        if manner == FAILED:
            return self.tell(bot, events.failed(message_token, user_id, REJECTED))
        for after_s, kind in schedule(self._context.receipts.settings, ("delivered", "seen"), manner):
            event = events.delivered if kind == "delivered" else events.seen
            self.tell(bot, event(message_token, user_id), after_s)


def callback(bot: Bot, url: str, event: dict[str, Any]) -> Callback:
    """A callback to a bot, signed in a header and in the query."""
    body, about = events.encoded(event), str(event.get("message_token", ""))
    signature = events.signature(bot.token, body)
    headers, parameters = {"Content-Type": "application/json", events.SIGNATURE: signature}, {events.SIG: signature}
    return Callback("viber", bot.id, event["event"], url, body, headers, parameters, repeats=REPEATS, about=about)
