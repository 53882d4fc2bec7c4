"""The methods that send: each makes one message or more, or refuses."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from notifyhub.emulator.limits import Limit, Limits
from notifyhub.emulator.people import Acquaintances
from notifyhub.emulator.telegram.answers import Refused, bad, success, too_many_requests
from notifyhub.emulator.telegram.bots import Bots
from notifyhub.emulator.telegram.chats import bot_user, chat_of
from notifyhub.emulator.telegram.contents import CONTENTS, Content
from notifyhub.emulator.telegram.errors import OUTCOMES
from notifyhub.emulator.telegram.fields import Fields, as_text
from notifyhub.emulator.telegram.keyboards import inline_keyboard
from notifyhub.emulator.telegram.media import KINDS, Kind, Media
from notifyhub.emulator.telegram.messages import Message, Messages
from notifyhub.emulator.telegram.texts import caption_text, check_caption_length, check_length, message_text
from notifyhub.emulator.wire import Answer

LIMITS = {
    "telegram.bot": Limit(count=30, seconds=1),
    "telegram.paid": Limit(count=1000, seconds=1),
    "telegram.chat": Limit(count=1, seconds=1),
    "telegram.group": Limit(count=20, seconds=60),
    "telegram.webhook": Limit(count=1, seconds=1),
}
"""From the bots FAQ, `webhook` from the server source. `paid` takes `bot`'s place with allow_paid_broadcast."""

ALBUM = range(2, 11)
ALBUM_KINDS = ("photo", "video", "audio", "document")
COPIED_AT_ONCE = 100
# What belongs to a message itself and not to what it says.
OWN_KEYS = frozenset(
    {
        "message_id",
        "from",
        "sender_chat",
        "chat",
        "date",
        "edit_date",
        "reply_to_message",
        "reply_markup",
        "forward_origin",
        "media_group_id",
        "message_thread_id",
        "is_topic_message",
        "effect_id",
        "has_protected_content",
        "business_connection_id",
    }
)
NO_LONGER_KNOWN: Content = {"text": "(a message from before the emulator's memory)"}


class FloodControl(Exception):
    """A limit is used up; `args` is the wait in whole seconds."""


class Sending:
    """One method for each kind of send, looked up by the lower-cased name of the Bot API's method."""

    def __init__(
        self, messages: Messages, media: Media, bots: Bots, limits: Limits, acquaintances: Acquaintances
    ) -> None:
        self._messages = messages
        self._media = media
        self._bots = bots
        self._limits = limits
        self._acquaintances = acquaintances

    def send(self, bot_id: int, fields: Fields) -> Answer:
        try:
            return SENDS[fields.method](self, bot_id, fields)
        except Refused as refused:
            return refused.answer()
        except FloodControl as flood:
            return too_many_requests(flood.args[0])

    def text(self, bot_id: int, fields: Fields) -> Answer:
        text = message_text(fields)
        about = self._about(fields)
        preview = fields.json("link_preview_options", dict, "link preview options JSON object")
        chat = self._chat(bot_id, fields)
        check_length(text)
        content = text.content() | ({"link_preview_options": preview} if preview else {})
        return self._sent(bot_id, fields, chat, about | content)

    def file(self, bot_id: int, fields: Fields) -> Answer:
        kind = KINDS[FILE_METHODS[fields.method]]
        self._media.check(fields, kind, kind.name)
        caption = caption_text(fields) if kind.captioned else None
        about = self._about(fields)
        chat = self._chat(bot_id, fields)
        check_caption_length(caption)
        content = self._media.content(bot_id, fields, kind, kind.name)
        return self._sent(bot_id, fields, chat, about | content | (caption.content("caption") if caption else {}))

    def other(self, bot_id: int, fields: Fields) -> Answer:
        # Made once before the chat is looked at, as its faults come first, and with the id of the message afterwards.
        CONTENTS[fields.method](fields, 0)
        about = self._about(fields)
        chat = self._chat(bot_id, fields)
        message_id = self._take_id(bot_id, fields, chat)
        content = CONTENTS[fields.method](fields, message_id)
        return _accepted(self._keep(bot_id, fields, message_id, chat, about | content))

    def album(self, bot_id: int, fields: Fields) -> Answer:
        items = [_item(fields, item) for item in fields.json("media", list, "media JSON object") or []]
        if len(items) not in ALBUM:
            raise bad(f"media group must include {ALBUM[0]}-{ALBUM[-1]} items" if items else "there are no media")
        captions = [self._checked(item, kind) for item, kind in items]
        about = self._about(fields)
        chat = self._chat(bot_id, fields)
        self._control_flood(bot_id, fields, chat)
        group = {"media_group_id": str(time.time_ns())}
        sent = []
        for (item, kind), caption in zip(items, captions, strict=True):
            content = self._media.content(bot_id, item, kind, "media") | group
            content |= caption.content("caption") if caption else {}
            sent.append(self._keep(bot_id, fields, self._messages.next_id(), chat, about | content))
        return _accepted(sent[0], sent)

    def copy(self, bot_id: int, fields: Fields) -> Answer:
        caption = caption_text(fields)
        about = self._about(fields)
        chat = self._chat(bot_id, fields)
        original = self._original(bot_id, fields, fields.number("message_id"))
        if original is None:
            raise bad("message to copy not found")
        check_caption_length(caption)
        content = about | _said(original) | (caption.content("caption") if caption else {})
        message = self._post(bot_id, fields, chat, content)
        return _accepted(message, {"message_id": message["message_id"]})

    def forward(self, bot_id: int, fields: Fields) -> Answer:
        chat = self._chat(bot_id, fields)
        original = self._original(bot_id, fields, fields.number("message_id"))
        if original is None:
            raise bad("message to forward not found")
        return self._sent(bot_id, fields, chat, _said(original) | _origin(original))

    def several(self, bot_id: int, fields: Fields) -> Answer:
        """copyMessages and forwardMessages: what is not there is passed over."""
        ids = fields.json("message_ids", list, "message identifiers JSON object") or []
        chat = self._chat(bot_id, fields)
        found = [self._original(bot_id, fields, one) for one in ids[:COPIED_AT_ONCE] if isinstance(one, int)]
        originals = [original for original in found if original is not None]
        forwarding = fields.method == "forwardmessages"
        if not originals:
            raise bad(f"there are no messages to {'forward' if forwarding else 'copy'}")
        self._control_flood(bot_id, fields, chat)
        sent = [
            self._keep(
                bot_id,
                fields,
                self._messages.next_id(),
                chat,
                _said(original) | (_origin(original) if forwarding else {}),
            )
            for original in originals
        ]
        return _accepted(sent[0], [{"message_id": message["message_id"]} for message in sent])

    def _checked(self, item: Fields, kind: Kind) -> Any:
        self._media.check(item, kind, "media")
        caption = caption_text(item)
        check_caption_length(caption)
        return caption

    def _about(self, fields: Fields) -> Content:
        """What any message may have; faults of the JSON come before those of the chat."""
        if len(fields) == 2 and "chat_id" in fields and "text" in fields:
            return {}
        fields.json("reply_parameters", dict, "reply parameters JSON object")
        about = inline_keyboard(fields)
        if fields.flag("protect_content"):
            about["has_protected_content"] = True
        if fields.number("message_thread_id"):
            about |= {"message_thread_id": fields.number("message_thread_id"), "is_topic_message": True}
        if fields.text("message_effect_id"):
            about["effect_id"] = fields["message_effect_id"]
        if fields.text("business_connection_id"):
            about["business_connection_id"] = fields["business_connection_id"]
        return about

    def _chat(self, bot_id: int, fields: Fields) -> dict[str, Any]:
        """The chat, if the bot may write there and what it answers to is there."""
        chat = chat_of(fields.text("chat_id"))
        if self._bots.is_blocked(bot_id, chat["id"]):
            blocked = OUTCOMES["blocked"]
            raise Refused(blocked.status, blocked.description)
        return chat

    def _control_flood(self, bot_id: int, fields: Fields, chat: dict[str, Any]) -> None:
        paid = fields.flag("allow_paid_broadcast")
        key = f"{bot_id}:{chat['id']}"
        asked = [("telegram.paid" if paid else "telegram.bot", str(bot_id)), ("telegram.chat", key)]
        if chat["type"] in ("group", "supergroup"):
            asked.append(("telegram.group", key))
        wait_s = self._limits.wait_s(asked, time.monotonic())
        if wait_s > 0:
            raise FloodControl(math.ceil(wait_s))

    def _take_id(self, bot_id: int, fields: Fields, chat: dict[str, Any]) -> int:
        self._control_flood(bot_id, fields, chat)
        return self._messages.next_id()

    def _sent(self, bot_id: int, fields: Fields, chat: dict[str, Any], content: Content) -> Answer:
        return _accepted(self._post(bot_id, fields, chat, content))

    def _post(self, bot_id: int, fields: Fields, chat: dict[str, Any], content: Content) -> Message:
        reply = self._answered(bot_id, fields, chat)
        return self._keep(bot_id, fields, self._take_id(bot_id, fields, chat), chat, content | reply)

    def _keep(self, bot_id: int, fields: Fields, message_id: int, chat: dict[str, Any], content: Content) -> Message:
        # A post in a channel has no author, only the channel itself.
        author = {"sender_chat": chat} if chat["type"] == "channel" else {"from": bot_user(bot_id)}
        message = {"message_id": message_id, **author, "chat": chat, "date": int(time.time()), **content}
        self._messages.keep(bot_id, message)
        self._acquaintances.meet("telegram", fields["chat_id"], str(bot_id))
        return message

    def _answered(self, bot_id: int, fields: Fields, chat: dict[str, Any]) -> Content:
        """The message that this one answers to."""
        given = fields.json("reply_parameters", dict, "reply parameters JSON object") or {}
        message_id = given.get("message_id") or fields.number("reply_to_message_id")
        if not isinstance(message_id, int) or not message_id:
            return {}
        if not self._messages.may_exist(bot_id, chat["id"], message_id):
            if given.get("allow_sending_without_reply") or fields.flag("allow_sending_without_reply"):
                return {}
            raise bad("message to be replied not found")
        answered = self._messages.get(bot_id, chat["id"], message_id)
        if answered is None:
            return {}
        return {"reply_to_message": {key: value for key, value in answered.items() if key != "reply_to_message"}}

    def _original(self, bot_id: int, fields: Fields, message_id: int) -> Message | None:
        """What is copied; something in the place of what is too old to be known."""
        chat = chat_of(fields.text("from_chat_id"))
        message = self._messages.get(bot_id, chat["id"], message_id)
        if message is None and self._messages.may_exist(bot_id, chat["id"], message_id):
            return {"message_id": message_id, "chat": chat, "date": 0, **NO_LONGER_KNOWN}
        return message


FILE_METHODS = {f"send{name.replace('_', '')}": name for name in KINDS}
SENDS: dict[str, Callable[[Sending, int, Fields], Answer]] = {
    "sendmessage": Sending.text,
    **dict.fromkeys(FILE_METHODS, Sending.file),
    **dict.fromkeys(CONTENTS, Sending.other),
    "sendmediagroup": Sending.album,
    "copymessage": Sending.copy,
    "forwardmessage": Sending.forward,
    "copymessages": Sending.several,
    "forwardmessages": Sending.several,
}
"""Every method that puts something into a chat, by its lower-cased name."""


def _accepted(message: Message, result: Any = None) -> Answer:
    answer = success(message if result is None else result)
    answer.accepted, answer.messenger_id = True, str(message["message_id"])
    return answer


def _item(fields: Fields, item: Any) -> tuple[Fields, Kind]:
    """One file of an album, as if it were a call of its own."""
    if not isinstance(item, dict) or item.get("type") not in ALBUM_KINDS:
        raise bad("can't parse InputMedia: type of the media is invalid")
    own = Fields(fields.method)
    own.update({name: as_text(value) for name, value in item.items() if value is not None})
    own.uploads = {name: upload for name, upload in fields.uploads.items() if name != "media"}
    return own, KINDS[item["type"]]


def _said(message: Message) -> Content:
    return {key: value for key, value in message.items() if key not in OWN_KEYS}


def _origin(message: Message) -> Content:
    origin: dict[str, Any] = {"date": message["date"]}
    if "from" in message:
        origin |= {"type": "user", "sender_user": message["from"]}
    else:
        origin |= {"type": "channel", "chat": message["chat"], "message_id": message["message_id"]}
    return {"forward_origin": origin}
