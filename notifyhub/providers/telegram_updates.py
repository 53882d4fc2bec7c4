"""What Telegram posts to a bot's webhook (Bot API, "Update"): messages, presses of buttons, and who blocks the bot."""

from __future__ import annotations

from typing import Any

from notifyhub.domain.inbound import Deed, Inbound
from notifyhub.providers.base import integer_in, json_object, object_in
from notifyhub.providers.inbound_parts import as_text, id_in, moment_ms, text_in

_GONE = ("kicked", "left")


def listen(body: bytes, sender: str) -> list[Inbound]:
    """What an update says of a person or group. `sender` is the account that it was posted for."""
    update = json_object(body)
    message, member, press = (object_in(update, name) for name in ("message", "my_chat_member", "callback_query"))
    if message:
        text = text_in(message, "text", "caption")
        return _inbound(update, sender, message, Deed.MESSAGE, text, id_in(message, "message_id"))
    if press:
        under = object_in(press, "message")
        return _inbound(update, sender, under, Deed.PRESS, text_in(press, "data"), id_in(under, "message_id"))
    if member:
        gone = object_in(member, "new_chat_member").get("status") in _GONE
        return _inbound(update, sender, member, Deed.LEFT if gone else Deed.JOINED)
    return []


def _inbound(
    update: dict[str, Any],
    sender: str,
    about: dict[str, Any],
    kind: Deed,
    text: str | None = None,
    messenger_id: str | None = None,
) -> list[Inbound]:
    chat, update_id = object_in(about, "chat"), id_in(update, "update_id")
    address = integer_in(chat, "id")
    if address is None or update_id is None:
        return []
    private = chat.get("type") == "private"
    reason = None if kind is not Deed.LEFT else "recipient_blocked" if private else "not_a_member"
    at = moment_ms(about.get("date"), 1000)
    return [
        Inbound(
            "telegram", sender, str(address), kind, text, at, messenger_id, update_id, private, reason, as_text(update)
        )
    ]
