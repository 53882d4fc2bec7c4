"""Methods that are checked and then accepted without effect: reactions, pins, members and settings of chats.

Refusals are those of the Bot API's server and of the library behind it (tdlib source).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad, success
from notifyhub.emulator.telegram.bots import Bot
from notifyhub.emulator.telegram.chats import chat_of
from notifyhub.emulator.telegram.fields import Fields
from notifyhub.emulator.telegram.messages import Messages

CUSTOM_TITLE_LIMIT = 16
REACTION_KINDS = ("emoji", "custom_emoji", "paid")

Chat = dict[str, Any]


class Agreed:
    """One method for each of the Bot API's, or several of one kind. Each raises `Refused`."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def react(self, bot: Bot, fields: Fields) -> Answer:
        for reaction in fields.json("reaction", list, "reaction types JSON object") or []:
            if not isinstance(reaction, dict) or reaction.get("type") not in REACTION_KINDS:
                raise bad("can't parse reaction types JSON object")
        return self._of_message(bot, fields, "react")

    def pin(self, bot: Bot, fields: Fields) -> Answer:
        return self._of_message(bot, fields, "pin")

    def unpin(self, bot: Bot, fields: Fields) -> Answer:
        """Without a message id, the last pinned message is meant."""
        return self._of_message(bot, fields, "unpin") if fields.text("message_id") else self.any_chat(bot, fields)

    def any_chat(self, _: Bot, fields: Fields) -> Answer:
        _chat(fields)
        return success(True)

    def leave(self, _: Bot, fields: Fields) -> Answer:
        _shared_chat(fields)
        return success(True)

    def change_member(self, _: Bot, fields: Fields) -> Answer:
        """A ban, a promotion, or the answer to a request to join."""
        _shared_chat(fields)
        return _for_user(fields)

    def unban(self, _: Bot, fields: Fields) -> Answer:
        if _chat(fields)["type"] not in ("supergroup", "channel"):
            raise bad("method is available for supergroup and channel chats only")
        return _for_user(fields)

    def restrict(self, _: Bot, fields: Fields) -> Answer:
        fields.json("permissions", dict, "permissions JSON object")
        _supergroup(fields)
        return _for_user(fields)

    def give_title(self, _: Bot, fields: Fields) -> Answer:
        _supergroup(fields)
        if len(fields.text("custom_title")) > CUSTOM_TITLE_LIMIT:
            raise bad("ADMIN_RANK_INVALID")
        return _for_user(fields)

    def ban_sender_chat(self, _: Bot, fields: Fields) -> Answer:
        _shared_chat(fields)
        chat_of(fields.text("sender_chat_id"))
        return success(True)

    def rename(self, _: Bot, fields: Fields) -> Answer:
        _shared_chat(fields, "can't change private chat title")
        if not fields.text("title").strip():
            raise bad("title must be non-empty")
        return success(True)

    def describe(self, _: Bot, fields: Fields) -> Answer:
        _shared_chat(fields, "can't change private chat description")
        return success(True)

    def permit(self, _: Bot, fields: Fields) -> Answer:
        fields.json("permissions", dict, "permissions JSON object")
        _shared_chat(fields, "can't change private chat permissions")
        return success(True)

    def set_photo(self, bot: Bot, fields: Fields) -> Answer:
        if fields.upload("photo") is None:
            raise bad("there is no photo in the request")
        return self.delete_photo(bot, fields)

    def delete_photo(self, _: Bot, fields: Fields) -> Answer:
        _shared_chat(fields, "can't change private chat photo")
        return success(True)

    def change_sticker_set(self, _: Bot, fields: Fields) -> Answer:
        _supergroup(fields)
        return success(True)

    def _of_message(self, bot: Bot, fields: Fields, verb: str) -> Answer:
        chat = _chat(fields)
        if not self._messages.may_exist(bot.id, chat["id"], fields.number("message_id")):
            raise bad(f"message to {verb} not found")
        return success(True)


AGREED: dict[str, Callable[[Agreed, Bot, Fields], Answer]] = {
    "setmessagereaction": Agreed.react,
    "pinchatmessage": Agreed.pin,
    "unpinchatmessage": Agreed.unpin,
    "unpinallchatmessages": Agreed.any_chat,
    "leavechat": Agreed.leave,
    "banchatmember": Agreed.change_member,
    "unbanchatmember": Agreed.unban,
    "restrictchatmember": Agreed.restrict,
    "promotechatmember": Agreed.change_member,
    "approvechatjoinrequest": Agreed.change_member,
    "declinechatjoinrequest": Agreed.change_member,
    "setchatadministratorcustomtitle": Agreed.give_title,
    "banchatsenderchat": Agreed.ban_sender_chat,
    "unbanchatsenderchat": Agreed.ban_sender_chat,
    "setchattitle": Agreed.rename,
    "setchatdescription": Agreed.describe,
    "setchatpermissions": Agreed.permit,
    "setchatphoto": Agreed.set_photo,
    "deletechatphoto": Agreed.delete_photo,
    "setchatstickerset": Agreed.change_sticker_set,
    "deletechatstickerset": Agreed.change_sticker_set,
}


def _chat(fields: Fields) -> Chat:
    return chat_of(fields.text("chat_id"))


def _shared_chat(fields: Fields, fault: str = "chat member status can't be changed in private chats") -> Chat:
    """A group, supergroup or channel. Raises `Refused` with `fault` for a private chat."""
    chat = _chat(fields)
    if chat["type"] == "private":
        raise bad(fault)
    return chat


def _supergroup(fields: Fields) -> Chat:
    chat = _chat(fields)
    if chat["type"] != "supergroup":
        raise bad("method is available only for supergroups")
    return chat


def _for_user(fields: Fields) -> Answer:
    if fields.number("user_id") <= 0:
        raise bad("invalid user_id specified")
    return success(True)
