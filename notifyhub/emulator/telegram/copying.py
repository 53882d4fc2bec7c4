"""The methods that copy and forward messages."""

from __future__ import annotations

from typing import Any

from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad
from notifyhub.emulator.telegram.chats import chat_of
from notifyhub.emulator.telegram.contents import Content
from notifyhub.emulator.telegram.fields import Fields
from notifyhub.emulator.telegram.messages import Message
from notifyhub.emulator.telegram.posting import Posting, Send, accepted
from notifyhub.emulator.telegram.texts import caption_text, check_caption_length

COPIED_AT_ONCE = 100
# Keys that belong to the message itself and not to its content.
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


class Copying:
    """A copy is the bot's own message; a forward names its origin."""

    def __init__(self, posting: Posting) -> None:
        self._posting = posting

    def methods(self) -> dict[str, Send]:
        """By the lower-cased name of the Bot API's method."""
        return {
            "copymessage": self.copy,
            "forwardmessage": self.forward,
            "copymessages": self.several,
            "forwardmessages": self.several,
        }

    def copy(self, bot_id: int, fields: Fields) -> Answer:
        caption = caption_text(fields)
        about = self._posting.about(fields)
        chat = self._posting.chat(bot_id, fields)
        original = self._original(bot_id, fields, fields.number("message_id"))
        if original is None:
            raise bad("message to copy not found")
        check_caption_length(caption)
        content = about | _said(original) | (caption.content("caption") if caption else {})
        message = self._posting.post(bot_id, fields, chat, content)
        return accepted(message, {"message_id": message["message_id"]})

    def forward(self, bot_id: int, fields: Fields) -> Answer:
        chat = self._posting.chat(bot_id, fields)
        original = self._original(bot_id, fields, fields.number("message_id"))
        if original is None:
            raise bad("message to forward not found")
        content = _said(original) | _origin(original) | self._posting.passed_on(fields)
        return self._posting.sent(bot_id, fields, chat, content)

    def several(self, bot_id: int, fields: Fields) -> Answer:
        """copyMessages and forwardMessages: unknown messages are skipped."""
        ids = fields.json("message_ids", list, "message identifiers JSON object") or []
        chat = self._posting.chat(bot_id, fields)
        found = [self._original(bot_id, fields, one) for one in ids[:COPIED_AT_ONCE] if isinstance(one, int)]
        originals = [original for original in found if original is not None]
        forwarding = fields.method == "forwardmessages"
        if not originals:
            raise bad(f"there are no messages to {'forward' if forwarding else 'copy'}")
        self._posting.control_flood(bot_id, fields, chat)
        about = self._posting.passed_on(fields)
        sent = [
            self._posting.keep(
                bot_id,
                fields,
                self._posting.messages.next_id(),
                chat,
                _said(original) | (_origin(original) if forwarding else {}) | about,
            )
            for original in originals
        ]
        return accepted(sent[-1], [{"message_id": message["message_id"]} for message in sent])

    def _original(self, bot_id: int, fields: Fields, message_id: int) -> Message | None:
        """The message to copy; a placeholder for one that is too old to be remembered."""
        chat = chat_of(fields.text("from_chat_id"))
        message = self._posting.messages.get(bot_id, chat["id"], message_id)
        if message is None and self._posting.messages.may_exist(bot_id, chat["id"], message_id):
            return {"message_id": message_id, "chat": chat, "date": 0, **NO_LONGER_KNOWN}
        return message


def _said(message: Message) -> Content:
    return {key: value for key, value in message.items() if key not in OWN_KEYS}


def _origin(message: Message) -> Content:
    origin: dict[str, Any] = {"date": message["date"]}
    if "from" in message:
        origin |= {"type": "user", "sender_user": message["from"]}
    else:
        origin |= {"type": "channel", "chat": message["chat"], "message_id": message["message_id"]}
    return {"forward_origin": origin}
