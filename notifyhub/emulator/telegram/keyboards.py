"""reply_markup: the checks of a keyboard, and the part of it that stays with the message."""

from __future__ import annotations

from typing import Any

from notifyhub.emulator.telegram.answers import bad
from notifyhub.emulator.telegram.fields import Fields

DATA_LIMIT = 64
ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)


def inline_keyboard(fields: Fields) -> dict[str, Any]:
    """The message's reply_markup: an inline keyboard, or nothing, as other keyboards do not stay. Raises `Refused`."""
    markup = fields.json("reply_markup", dict, "reply keyboard markup JSON object")
    rows = (markup or {}).get("inline_keyboard")
    if rows is None:
        return {}
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("can't parse reply keyboard markup JSON object")
    buttons = [[_button(button) for button in row] for row in rows if row]
    return {"reply_markup": {"inline_keyboard": buttons}} if buttons else {}


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad("can't parse inline keyboard button: can't find field \"text\"")
    if not ACTIONS & button.keys():
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_LIMIT:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not _is_url(button["url"]):
        raise bad("BUTTON_URL_INVALID")
    return button


def _is_url(url: Any) -> bool:
    # Telegram also accepts addresses without a scheme, but none without a dot or with a space.
    return isinstance(url, str) and (url.startswith("tg://") or "." in url or "localhost" in url) and " " not in url


def has_button(message: dict[str, Any], data: str) -> bool:
    """Does a button under the message have that callback data?"""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button.get("callback_data") == data for row in rows for button in row)
