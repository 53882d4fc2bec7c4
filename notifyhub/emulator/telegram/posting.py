"""What all sends have in common: the chat, its rate limits, the common parameters, and the message itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from notifyhub.emulator.people.acquaintances import Acquaintances
from notifyhub.emulator.shared.limits import Limit, Limits
from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import Refused, bad, success
from notifyhub.emulator.telegram.bots import Bots
from notifyhub.emulator.telegram.chats import bot_user, chat_of
from notifyhub.emulator.telegram.contents import Content
from notifyhub.emulator.telegram.errors import OUTCOMES
from notifyhub.emulator.telegram.fields import Fields
from notifyhub.emulator.telegram.keyboards import inline_keyboard
from notifyhub.emulator.telegram.messages import Message, Messages
from notifyhub.emulator.telegram.topics import Topics

LIMITS = {
    "telegram.bot": Limit(count=30, seconds=1),
    "telegram.paid": Limit(count=1000, seconds=1),
    "telegram.chat": Limit(count=1, seconds=1),
    "telegram.group": Limit(count=20, seconds=60),
    "telegram.webhook": Limit(count=1, seconds=1),
}
"""From the bots FAQ, `webhook` from the server source. `paid` replaces `bot` with allow_paid_broadcast."""

Send = Callable[[int, Fields], Answer]
"""A method that sends, for a bot's id and the parameters. Raises `Refused`, `FloodControl`."""


class FloodControl(Exception):
    """A rate limit is exceeded. `wait_s` is in whole seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


class Posting:
    """Puts messages into chats, if the bot may write there and no rate limit is exceeded."""

    def __init__(
        self, messages: Messages, bots: Bots, limits: Limits, acquaintances: Acquaintances, topics: Topics
    ) -> None:
        self.messages = messages
        self._bots = bots
        self._limits = limits
        self._acquaintances = acquaintances
        self._topics = topics

    def about(self, fields: Fields) -> Content:
        """The parameters that any message may have. Errors in their JSON come before errors of the chat."""
        if _is_plain(fields):
            return {}
        fields.json("reply_parameters", dict, "reply parameters JSON object")
        about = inline_keyboard(fields) | self.passed_on(fields)
        if fields.text("business_connection_id"):
            about["business_connection_id"] = fields["business_connection_id"]
        return about

    def passed_on(self, fields: Fields) -> Content:
        """Those that forwarded and copied messages may have too: topic, effect and protection."""
        about: Content = {}
        if fields.flag("protect_content"):
            about["has_protected_content"] = True
        if fields.number("message_thread_id"):
            about |= {"message_thread_id": fields.number("message_thread_id"), "is_topic_message": True}
        if fields.text("message_effect_id"):
            about["effect_id"] = fields["message_effect_id"]
        return about

    def chat(self, bot_id: int, fields: Fields) -> dict[str, Any]:
        """The chat. Raises `Refused` when it cannot exist, or the person has blocked the bot."""
        chat = chat_of(fields.text("chat_id"))
        if self._bots.is_blocked(bot_id, chat["id"]):
            blocked = OUTCOMES["blocked"]
            raise Refused(blocked.status, blocked.description)
        if thread_id := fields.number("message_thread_id"):
            self._topics.check(bot_id, chat, thread_id)
        return chat

    def control_flood(self, bot_id: int, fields: Fields, chat: dict[str, Any]) -> None:
        """Count one send. Raises `FloodControl` when it would exceed a limit."""
        if not self._limits.any:
            return
        paid = fields.flag("allow_paid_broadcast")
        key = f"{bot_id}:{chat['id']}"
        asked = [("telegram.paid" if paid else "telegram.bot", str(bot_id)), ("telegram.chat", key)]
        if chat["type"] in ("group", "supergroup"):
            asked.append(("telegram.group", key))
        wait_s = self._limits.wait_s(asked, time.monotonic())
        if wait_s > 0:
            raise FloodControl(math.ceil(wait_s))

    def take_id(self, bot_id: int, fields: Fields, chat: dict[str, Any]) -> int:
        """A new message id; counts as one send."""
        self.control_flood(bot_id, fields, chat)
        return self.messages.next_id()

    def sent(self, bot_id: int, fields: Fields, chat: dict[str, Any], content: Content) -> Answer:
        """The answer to a send that makes one message."""
        return accepted(self.post(bot_id, fields, chat, content))

    def post(self, bot_id: int, fields: Fields, chat: dict[str, Any], content: Content) -> Message:
        """One message, which may be a reply to another."""
        reply = self._answered(bot_id, fields, chat)
        return self.keep(bot_id, fields, self.take_id(bot_id, fields, chat), chat, content | reply)

    def keep(self, bot_id: int, fields: Fields, message_id: int, chat: dict[str, Any], content: Content) -> Message:
        """Put the message into the chat."""
        # A post in a channel has no author, only the channel itself.
        author = {"sender_chat": chat} if chat["type"] == "channel" else {"from": bot_user(bot_id)}
        message = {"message_id": message_id, **author, "chat": chat, "date": int(time.time()), **content}
        self.messages.keep(bot_id, message)
        self._acquaintances.meet("telegram", fields["chat_id"], str(bot_id))
        return message

    def _answered(self, bot_id: int, fields: Fields, chat: dict[str, Any]) -> Content:
        """The message that this one replies to."""
        if _is_plain(fields):
            return {}
        given = fields.json("reply_parameters", dict, "reply parameters JSON object") or {}
        message_id = given.get("message_id") or fields.number("reply_to_message_id")
        if not isinstance(message_id, int) or not message_id:
            return {}
        if not self.messages.may_exist(bot_id, chat["id"], message_id):
            if given.get("allow_sending_without_reply") or fields.flag("allow_sending_without_reply"):
                return {}
            raise bad("message to be replied not found")
        answered = self.messages.get(bot_id, chat["id"], message_id)
        if answered is None:
            return {}
        return {"reply_to_message": {key: value for key, value in answered.items() if key != "reply_to_message"}}


def accepted(message: Message, result: Any = None) -> Answer:
    """The answer to a send; `result` where it is not the message. Of several, `message` is the last."""
    answer = success(message if result is None else result)
    answer.accepted, answer.messenger_id = True, str(message["message_id"])
    return answer


def _is_plain(fields: Fields) -> bool:
    """Are there only a chat and a text, as in most sends?"""
    return len(fields) == 2 and "chat_id" in fields and "text" in fields
