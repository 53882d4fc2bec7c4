"""A bot's profile: commands, name, descriptions, menu button, and the administrator rights it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad, success
from notifyhub.emulator.telegram.bots import Bot
from notifyhub.emulator.telegram.chats import bot_user, chat_of
from notifyhub.emulator.telegram.fields import Fields

COMMANDS_LIMIT = 100
COMMAND_KEYS = ("command", "description")
TEXTS = {
    "myname": ("name", 64),
    "mydescription": ("description", 512),
    "myshortdescription": ("short_description", 120),
}
"""The last part of a method's name → the key in answers, and the longest text in characters."""

DEFAULT_BUTTON = {"type": "default"}
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
GROUP_RIGHTS = (*RIGHTS, "can_pin_messages", "can_manage_topics")
CHANNEL_RIGHTS = (*RIGHTS, "can_post_messages", "can_edit_messages")

Method = Callable[[Bot, Fields], Answer]


def set_commands(bot: Bot, fields: Fields) -> Answer:
    commands = fields.json("commands", list, "commands JSON object") or []
    if len(commands) > COMMANDS_LIMIT:
        raise bad("too many commands specified")
    bot.settings.put(_commands_of(fields), [_command(command) for command in commands])
    return success(True)


def commands(bot: Bot, fields: Fields) -> Answer:
    return success(bot.settings.get(_commands_of(fields)) or [])


def delete_commands(bot: Bot, fields: Fields) -> Answer:
    bot.settings.pop(_commands_of(fields))
    return success(True)


def set_text(bot: Bot, fields: Fields) -> Answer:
    key, limit = TEXTS[fields.method.removeprefix("set")]
    text = fields.text(key)
    if len(text) > limit:
        raise bad(f"{key.replace('_', ' ')} is too long")
    bot.settings.put((key, fields.text("language_code")), text)
    return success(True)


def text(bot: Bot, fields: Fields) -> Answer:
    """The text in the given language, else the one for all languages."""
    key, _ = TEXTS[fields.method.removeprefix("get")]
    usual = bot_user(bot.id)["first_name"] if key == "name" else ""
    languages = (fields.text("language_code"), "")
    found = (bot.settings.get((key, language)) for language in languages)
    return success({key: next((text for text in found if text), usual)})


def set_menu_button(bot: Bot, fields: Fields) -> Answer:
    key = _menu_button_of(fields)
    bot.settings.put(key, _menu_button(fields.json("menu_button", dict, "menu button JSON object") or DEFAULT_BUTTON))
    return success(True)


def menu_button(bot: Bot, fields: Fields) -> Answer:
    return success(bot.settings.get(_menu_button_of(fields)) or DEFAULT_BUTTON)


def set_default_rights(bot: Bot, fields: Fields) -> Answer:
    rights = fields.json("rights", dict, "rights JSON object") or {}
    bot.settings.put(_rights_of(fields), {name for name, given in rights.items() if given is True})
    return success(True)


def default_rights(bot: Bot, fields: Fields) -> Answer:
    given = bot.settings.get(_rights_of(fields)) or ()
    names = CHANNEL_RIGHTS if fields.flag("for_channels") else GROUP_RIGHTS
    return success({name: name in given for name in names})


PROFILE_METHODS: dict[str, Method] = {
    "setmycommands": set_commands,
    "getmycommands": commands,
    "deletemycommands": delete_commands,
    **{f"set{name}": set_text for name in TEXTS},
    **{f"get{name}": text for name in TEXTS},
    "setchatmenubutton": set_menu_button,
    "getchatmenubutton": menu_button,
    "setmydefaultadministratorrights": set_default_rights,
    "getmydefaultadministratorrights": default_rights,
}


def _commands_of(fields: Fields) -> tuple[str, ...]:
    return ("commands", fields.text("scope"), fields.text("language_code"))


def _rights_of(fields: Fields) -> tuple[str, ...]:
    return ("rights", "channels" if fields.flag("for_channels") else "groups")


def _menu_button_of(fields: Fields) -> tuple[str, ...]:
    """The key of a private chat's button, or of the default one."""
    if not fields.text("chat_id"):
        return ("menu_button", "")
    chat = chat_of(fields.text("chat_id"))
    if chat["type"] != "private":
        raise bad("private chat not found")
    return ("menu_button", str(chat["id"]))


def _menu_button(button: dict[str, Any]) -> dict[str, Any]:
    kind = button.get("type")
    if kind in ("default", "commands"):
        return {"type": kind}
    if kind != "web_app":
        raise bad("can't parse menu button: MenuButton has unsupported type")
    text, app = button.get("text"), button.get("web_app")
    if not isinstance(text, str) or not text.strip():
        raise bad("BUTTON_TEXT_INVALID")
    url = app.get("url") if isinstance(app, dict) else None
    if not isinstance(url, str) or not url.startswith("https://"):
        raise bad("BUTTON_URL_INVALID")
    return {"type": kind, "text": text, "web_app": {"url": url}}


def _command(command: Any) -> dict[str, str]:
    if not isinstance(command, dict) or not all(isinstance(command.get(name), str) for name in COMMAND_KEYS):
        raise bad("can't parse BotCommand JSON object")
    name = command["command"].removeprefix("/")
    if not (name.isascii() and name.replace("_", "a").isalnum() and name == name.lower() and len(name) <= 32):
        raise bad("BOT_COMMAND_INVALID")
    if not command["description"].strip():
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": command["description"]}
