"""What people do in Viber, turned into callbacks."""

from __future__ import annotations

from typing import Any

from notifyhub.emulator.callbacks.caller import CallbackResult
from notifyhub.emulator.people.people import Deed, Unheard
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.values import json_object
from notifyhub.emulator.viber import checks, events
from notifyhub.emulator.viber.bots import Bot, Bots
from notifyhub.emulator.viber.notifier import Notifier
from notifyhub.emulator.viber.sending import UNANSWERED


class Persons:
    """The people behind the ids."""

    def __init__(self, context: MessengerContext, bots: Bots, notifier: Notifier) -> None:
        self._context = context
        self._bots = bots
        self._notifier = notifier

    def hear(self, user_id: str, bot_id: str, deed: Deed) -> dict[str, Any]:
        """Raises `Unheard` for a bot without a webhook."""
        bot = self._bots.by_id(bot_id)
        if bot is None or not bot.webhook:
            raise Unheard(f"the bot {bot_id} has set no webhook")
        match deed.kind:
            case "message" | "press":
                return self._says(bot, user_id, deed.text or deed.data)
            case "open":
                return self._opens(bot, user_id, deed.text)
            case "block":
                return self._leaves(bot, user_id)
        return self._joins(bot, user_id)

    def _says(self, bot: Bot, user_id: str, text: str) -> dict[str, Any]:
        # The first message subscribes without an event. A pressed button sends its ActionBody.
        bot.subscribers.put(user_id, True)
        self._context.limits.reset(UNANSWERED, f"{bot.id} {user_id}")
        said = events.message(self._notifier.tokens.next(), self._person(bot, user_id), text, bot.tracking.get(user_id))
        return self._tell(bot, said)

    def _joins(self, bot: Bot, user_id: str) -> dict[str, Any]:
        bot.subscribers.put(user_id, True)
        return self._tell(bot, events.subscribed(self._notifier.tokens.next(), self._person(bot, user_id)))

    def _leaves(self, bot: Bot, user_id: str) -> dict[str, Any]:
        bot.subscribers.put(user_id, False)
        return self._tell(bot, events.unsubscribed(self._notifier.tokens.next(), user_id))

    def _opens(self, bot: Bot, user_id: str, context: str) -> dict[str, Any]:
        is_subscribed = bot.is_subscribed(user_id)
        token = self._notifier.tokens.next()
        event = events.conversation_started(token, self._person(bot, user_id), context, is_subscribed=is_subscribed)
        if not bot.hears("conversation_started"):
            raise Unheard(f"the bot {bot.id} does not hear of conversation_started")
        self._notifier.tell(bot, event, told=lambda result: self._welcome(bot, user_id, result))
        return event

    def _welcome(self, bot: Bot, user_id: str, result: CallbackResult) -> None:
        """A valid message without a receiver in the response is shown to the person who opened the conversation."""
        fields = json_object(result.answer) if result.status == 200 else None
        if fields is not None and not checks.welcome_fault(fields):
            self._context.acquaintances.meet("viber", user_id, bot.id)
            text = str(fields.get("text") or "")
            self._context.note("viber", user_id, text, body=result.answer, token=bot.token, account=bot.id)

    def _tell(self, bot: Bot, event: dict[str, Any]) -> dict[str, Any]:
        self._notifier.tell(bot, event)
        return event

    def _person(self, bot: Bot, user_id: str) -> dict[str, Any]:
        return events.profile(user_id, bot.shows)
