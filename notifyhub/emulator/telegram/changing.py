"""The methods that change messages in a chat: edits and deletions."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad, success
from notifyhub.emulator.telegram.chats import bot_user, chat_of
from notifyhub.emulator.telegram.contents import Content
from notifyhub.emulator.telegram.fields import Fields, as_text
from notifyhub.emulator.telegram.keyboards import inline_keyboard
from notifyhub.emulator.telegram.media import KINDS, Media
from notifyhub.emulator.telegram.messages import Message, Messages
from notifyhub.emulator.telegram.texts import caption_text, check_caption_length, check_length, message_text

DELETED_AT_ONCE = 100
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
TEXT_KEYS = ("text", "entities")
CAPTION_KEYS = ("caption", "caption_entities")
MEDIA_KEYS = (*CAPTION_KEYS, *KINDS)


class Changing:
    """One method for each of the Bot API's, looked up by its lower-cased name. Each raises `Refused`."""

    def __init__(self, messages: Messages, media: Media) -> None:
        self._messages = messages
        self._media = media

    def text(self, bot_id: int, fields: Fields) -> Answer:
        text = message_text(fields)
        keyboard = inline_keyboard(fields)
        return self._edit(bot_id, fields, TEXT_KEYS, text.content() | keyboard, lambda: check_length(text))

    def caption(self, bot_id: int, fields: Fields) -> Answer:
        caption = caption_text(fields)
        content = (caption.content("caption") if caption else {}) | inline_keyboard(fields)
        return self._edit(bot_id, fields, CAPTION_KEYS, content, lambda: check_caption_length(caption))

    def markup(self, bot_id: int, fields: Fields) -> Answer:
        return self._edit(bot_id, fields, (), inline_keyboard(fields))

    def media(self, bot_id: int, fields: Fields) -> Answer:
        given = fields.json("media", dict, "media JSON object") or {}
        kind = KINDS.get(given.get("type", ""))
        if kind is None:
            raise bad("can't parse InputMedia: type of the media is invalid")
        item = Fields(fields.method)
        item.update({name: as_text(value) for name, value in given.items() if value is not None})
        item.uploads = {name: upload for name, upload in fields.uploads.items() if name != "media"}
        self._media.check(bot_id, item, kind, "media")
        caption = caption_text(item)
        check_caption_length(caption)
        content = self._media.content(bot_id, item, kind, "media") | inline_keyboard(fields)
        return self._edit(bot_id, fields, MEDIA_KEYS, content | (caption.content("caption") if caption else {}))

    def stop_poll(self, bot_id: int, fields: Fields) -> Answer:
        keyboard = inline_keyboard(fields)
        message = self._own_message(bot_id, fields, "message to edit not found")
        if "poll" not in message:
            raise bad("message with poll to stop not found")
        if message["poll"]["is_closed"]:
            raise bad("poll has already been closed")
        poll = message["poll"] | {"is_closed": True}
        self._messages.keep(bot_id, message | {"poll": poll} | keyboard)
        return success(poll)

    def delete(self, bot_id: int, fields: Fields) -> Answer:
        chat = chat_of(fields.text("chat_id"))
        message_id = _message_id(fields)
        if not self._messages.may_exist(bot_id, chat["id"], message_id):
            raise bad("message to delete not found")
        self._messages.drop(bot_id, chat["id"], message_id)
        return success(True)

    def delete_several(self, bot_id: int, fields: Fields) -> Answer:
        """Unknown messages are skipped."""
        ids = fields.json("message_ids", list, "message identifiers JSON object")
        if not ids:
            raise bad("message identifiers are not specified")
        if len(ids) > DELETED_AT_ONCE:
            raise bad("too many message identifiers specified")
        chat = chat_of(fields.text("chat_id"))
        for message_id in ids:
            if isinstance(message_id, int):
                self._messages.drop(bot_id, chat["id"], message_id)
        return success(True)

    def _edit(
        self,
        bot_id: int,
        fields: Fields,
        replaced: tuple[str, ...],
        content: Content,
        check: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Replace the keys `replaced` and the keyboard by `content`."""
        if fields.text("inline_message_id"):
            return success(True)
        message = self._own_message(bot_id, fields, "message to edit not found")
        check()
        kept = {key: value for key, value in message.items() if key not in (*replaced, "reply_markup", "edit_date")}
        edited = kept | content
        if edited == {key: value for key, value in message.items() if key != "edit_date"}:
            raise bad(NOT_MODIFIED)
        edited["edit_date"] = int(time.time())
        self._messages.keep(bot_id, edited)
        return success(edited)

    def _own_message(self, bot_id: int, fields: Fields, missing: str) -> Message:
        chat = chat_of(fields.text("chat_id"))
        message_id = _message_id(fields)
        message = self._messages.get(bot_id, chat["id"], message_id)
        if message is None and self._messages.may_exist(bot_id, chat["id"], message_id):
            # Too old to be remembered here, so it may well exist.
            return {"message_id": message_id, "from": bot_user(bot_id), "chat": chat, "date": 0}
        if message is None:
            raise bad(missing)
        if not message.get("from", {"is_bot": True})["is_bot"]:
            raise bad("message can't be edited")
        return message


CHANGES: dict[str, Callable[[Changing, int, Fields], Answer]] = {
    "editmessagetext": Changing.text,
    "editmessagecaption": Changing.caption,
    "editmessagereplymarkup": Changing.markup,
    "editmessagemedia": Changing.media,
    "stoppoll": Changing.stop_poll,
    "deletemessage": Changing.delete,
    "deletemessages": Changing.delete_several,
}


def _message_id(fields: Fields) -> int:
    message_id: Any = fields.number("message_id")
    if message_id <= 0:
        raise bad("message identifier is not specified")
    return int(message_id)
