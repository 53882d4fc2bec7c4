"""What people do in chats, turned into updates."""

from __future__ import annotations

import secrets
import time
from typing import Any

from notifyhub.emulator.people.people import Deed, Unheard
from notifyhub.emulator.telegram.answers import Refused
from notifyhub.emulator.telegram.bots import Bot, Bots
from notifyhub.emulator.telegram.chats import bot_user, chat_of, person_of
from notifyhub.emulator.telegram.keyboards import has_button
from notifyhub.emulator.telegram.messages import Message, Messages
from notifyhub.emulator.telegram.texts import detected
from notifyhub.emulator.telegram.updates import Updates


class Hearing:
    """Turns the deeds of people into updates for bots."""

    def __init__(self, bots: Bots, messages: Messages, updates: Updates) -> None:
        self._bots = bots
        self._messages = messages
        self._updates = updates

    def hear(self, address: str, bot_id: str, deed: Deed) -> dict[str, Any]:
        """The update made from a deed. Raises `Unheard`."""
        if not (bot_id.isascii() and bot_id.isdigit()):
            raise Unheard("on telegram a bot is named by its id, the number before the colon of its token")
        try:
            chat = chat_of(address)
        except Refused as refused:
            raise Unheard(f"{address}: {refused.description}") from refused
        bot = self._bots.get(int(bot_id))
        match deed.kind:
            case "message":
                return self._message(bot, chat, deed.text)
            case "press":
                return self._press(bot, chat, deed)
        return self._member(bot, chat, blocks=deed.kind == "block")

    def _message(self, bot: Bot, chat: dict[str, Any], text: str) -> dict[str, Any]:
        if chat["id"] in bot.blocked_by:
            raise Unheard("this person has blocked the bot")
        author = {"sender_chat": chat} if chat["type"] == "channel" else {"from": person_of(chat)}
        message: Message = {
            "message_id": self._messages.next_id(),
            **author,
            "chat": chat,
            "date": int(time.time()),
            "text": text,
        }
        entities = detected(text)
        if entities:
            message["entities"] = entities
        self._messages.keep(bot.id, message)
        return self._updates.push(bot, "channel_post" if chat["type"] == "channel" else "message", message)

    def _press(self, bot: Bot, chat: dict[str, Any], deed: Deed) -> dict[str, Any]:
        message = self._pressed(bot, chat, deed)
        query_id = str(secrets.randbits(62))
        bot.presses.append(query_id)
        query = {
            "id": query_id,
            "from": person_of(chat),
            "message": message,
            "chat_instance": str(chat["id"]),
            "data": deed.data,
        }
        return self._updates.push(bot, "callback_query", query)

    def _pressed(self, bot: Bot, chat: dict[str, Any], deed: Deed) -> Message:
        for message in self._messages.latest(bot.id, chat["id"]):
            if deed.message_id in (None, str(message["message_id"])) and has_button(message, deed.data):
                return message
        raise Unheard("no message of this chat has a button with that data")

    def _member(self, bot: Bot, chat: dict[str, Any], *, blocks: bool) -> dict[str, Any]:
        (bot.blocked_by.add if blocks else bot.blocked_by.discard)(chat["id"])
        member = {"user": bot_user(bot.id), "status": "member"}
        kicked = {"user": bot_user(bot.id), "status": "kicked", "until_date": 0}
        content = {
            "chat": chat,
            "from": person_of(chat),
            "date": int(time.time()),
            "old_chat_member": member if blocks else kicked,
            "new_chat_member": kicked if blocks else member,
        }
        return self._updates.push(bot, "my_chat_member", content)
