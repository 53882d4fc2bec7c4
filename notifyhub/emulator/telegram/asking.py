"""The methods that neither send nor change messages: who the bot is, chats, files, commands, names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad, success
from notifyhub.emulator.telegram.bots import Bot
from notifyhub.emulator.telegram.chats import bot_user, chat_of, full_chat, me, person_of
from notifyhub.emulator.telegram.fields import Fields
from notifyhub.emulator.telegram.media import Media, described

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
CALLBACK_ANSWER_LIMIT = 200
COMMANDS_LIMIT = 100
COMMAND_KEYS = ("command", "description")
# Method of a text that a bot has → the key of it in answers, and its most characters.
PROFILE_TEXTS = {
    "myname": ("name", 64),
    "mydescription": ("description", 512),
    "myshortdescription": ("short_description", 120),
}
# Methods that the emulator believes in and has nothing to do for.
AGREED = (
    "setmessagereaction",
    "pinchatmessage",
    "unpinchatmessage",
    "unpinallchatmessages",
    "leavechat",
    "setchatmenubutton",
    "setmydefaultadministratorrights",
    "banchatmember",
    "unbanchatmember",
    "restrictchatmember",
    "promotechatmember",
    "setchattitle",
    "setchatdescription",
    "approvechatjoinrequest",
    "declinechatjoinrequest",
    "answerinlinequery",
    "setchatpermissions",
    "setchatphoto",
    "deletechatphoto",
    "setchatstickerset",
    "deletechatstickerset",
    "setchatadministratorcustomtitle",
    "banchatsenderchat",
    "unbanchatsenderchat",
)
RIGHTS = (
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


class Asking:
    """One method for each of the Bot API's, looked up by its lower-cased name. Each raises `Refused`."""

    def __init__(self, media: Media) -> None:
        self._media = media

    def me(self, bot: Bot, _: Fields) -> Answer:
        return success(me(bot.id))

    def agree(self, _: Bot, __: Fields) -> Answer:
        return success(True)

    def chat(self, _: Bot, fields: Fields) -> Answer:
        return success(full_chat(chat_of(fields.text("chat_id"))))

    def member(self, bot: Bot, fields: Fields) -> Answer:
        chat = chat_of(fields.text("chat_id"))
        user_id = fields.number("user_id")
        if user_id <= 0:
            raise bad("invalid user_id specified")
        if user_id == bot.id:
            status = "kicked" if chat["id"] in bot.blocked_by else "member"
            until = {"until_date": 0} if status == "kicked" else {}
            return success({"user": bot_user(bot.id), "status": status} | until)
        return success({"user": person_of({"id": user_id}), "status": "member"})

    def member_count(self, _: Bot, fields: Fields) -> Answer:
        chat_of(fields.text("chat_id"))
        return success(2)

    def administrators(self, _: Bot, fields: Fields) -> Answer:
        chat = chat_of(fields.text("chat_id"))
        if chat["type"] == "private":
            raise bad("there are no administrators in the private chat")
        return success([{"user": person_of(chat), "status": "creator", "is_anonymous": False}])

    def file(self, bot: Bot, fields: Fields) -> Answer:
        return success(described(self._media.find(bot.id, fields.text("file_id"))))

    def profile_photos(self, _: Bot, fields: Fields) -> Answer:
        if fields.number("user_id") <= 0:
            raise bad("invalid user_id specified")
        return success({"total_count": 0, "photos": []})

    def menu_button(self, _: Bot, __: Fields) -> Answer:
        return success({"type": "default"})

    def default_rights(self, _: Bot, __: Fields) -> Answer:
        return success(dict.fromkeys(RIGHTS, False))

    def boosts(self, _: Bot, fields: Fields) -> Answer:
        chat_of(fields.text("chat_id"))
        if fields.number("user_id") <= 0:
            raise bad("invalid user_id specified")
        return success({"boosts": []})

    def chat_action(self, _: Bot, fields: Fields) -> Answer:
        if fields.text("action").strip().lower() not in CHAT_ACTIONS:
            raise bad("wrong parameter action in request")
        chat_of(fields.text("chat_id"))
        return success(True)

    def answer_press(self, bot: Bot, fields: Fields) -> Answer:
        """answerCallbackQuery: a press can be answered once."""
        if len(fields.text("text")) > CALLBACK_ANSWER_LIMIT:
            raise bad("MESSAGE_TOO_LONG")
        query_id = fields.text("callback_query_id")
        if query_id not in bot.presses:
            raise bad(TOO_OLD)
        bot.presses.remove(query_id)
        return success(True)

    def set_commands(self, bot: Bot, fields: Fields) -> Answer:
        commands = fields.json("commands", list, "commands JSON object") or []
        if len(commands) > COMMANDS_LIMIT:
            raise bad("too many commands specified")
        bot.settings[_commands_of(fields)] = [_command(command) for command in commands]
        return success(True)

    def commands(self, bot: Bot, fields: Fields) -> Answer:
        return success(bot.settings.get(_commands_of(fields), []))

    def delete_commands(self, bot: Bot, fields: Fields) -> Answer:
        bot.settings.pop(_commands_of(fields), None)
        return success(True)

    def set_profile_text(self, bot: Bot, fields: Fields) -> Answer:
        key, limit = PROFILE_TEXTS[fields.method.removeprefix("set")]
        text = fields.text(key)
        if len(text) > limit:
            raise bad(f"{key.replace('_', ' ')} is too long")
        bot.settings[key, fields.text("language_code")] = text
        return success(True)

    def profile_text(self, bot: Bot, fields: Fields) -> Answer:
        key, _ = PROFILE_TEXTS[fields.method.removeprefix("get")]
        usual = bot_user(bot.id)["first_name"] if key == "name" else ""
        languages = (fields.text("language_code"), "")
        found = (bot.settings.get((key, language)) for language in languages)
        return success({key: next((text for text in found if text), usual)})


ASKED: dict[str, Callable[[Asking, Bot, Fields], Answer]] = {
    "getme": Asking.me,
    "logout": Asking.agree,
    "close": Asking.agree,
    "getchat": Asking.chat,
    "getchatmember": Asking.member,
    "getchatmembercount": Asking.member_count,
    "getchatadministrators": Asking.administrators,
    "getfile": Asking.file,
    "getuserprofilephotos": Asking.profile_photos,
    "getchatmenubutton": Asking.menu_button,
    "getmydefaultadministratorrights": Asking.default_rights,
    "getuserchatboosts": Asking.boosts,
    "sendchataction": Asking.chat_action,
    "answercallbackquery": Asking.answer_press,
    "setmycommands": Asking.set_commands,
    "getmycommands": Asking.commands,
    "deletemycommands": Asking.delete_commands,
    **{f"set{name}": Asking.set_profile_text for name in PROFILE_TEXTS},
    **{f"get{name}": Asking.profile_text for name in PROFILE_TEXTS},
    **dict.fromkeys(AGREED, Asking.agree),
}


def _commands_of(fields: Fields) -> tuple[str, ...]:
    return ("commands", fields.text("scope"), fields.text("language_code"))


def _command(command: Any) -> dict[str, str]:
    if not isinstance(command, dict) or not all(isinstance(command.get(name), str) for name in COMMAND_KEYS):
        raise bad("can't parse BotCommand JSON object")
    name = command["command"].removeprefix("/")
    if not (name.isascii() and name.replace("_", "a").isalnum() and name == name.lower() and len(name) <= 32):
        raise bad("BOT_COMMAND_INVALID")
    if not command["description"].strip():
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": command["description"]}
