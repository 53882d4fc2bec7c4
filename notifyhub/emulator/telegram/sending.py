"""The methods that send texts, files, albums, places, people, polls and dice."""

from __future__ import annotations

import time
from typing import Any

from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad
from notifyhub.emulator.telegram.contents import CONTENTS
from notifyhub.emulator.telegram.fields import Fields, as_text
from notifyhub.emulator.telegram.media import KINDS, Kind, Media
from notifyhub.emulator.telegram.posting import Posting, Send, accepted
from notifyhub.emulator.telegram.texts import (
    Text,
    caption_text,
    check_caption_length,
    check_length,
    message_text,
)

ALBUM = range(2, 11)
ALBUM_KINDS = ("photo", "video", "audio", "document")
FILE_METHODS = {f"send{name.replace('_', '')}": name for name in KINDS}


class Sending:
    """One method for each kind of send."""

    def __init__(self, posting: Posting, media: Media) -> None:
        self._posting = posting
        self._media = media

    def methods(self) -> dict[str, Send]:
        """By the lower-cased name of the Bot API's method."""
        return {
            "sendmessage": self.text,
            **dict.fromkeys(FILE_METHODS, self.file),
            **dict.fromkeys(CONTENTS, self.other),
            "sendmediagroup": self.album,
        }

    def text(self, bot_id: int, fields: Fields) -> Answer:
        text = message_text(fields)
        about = self._posting.about(fields)
        preview = fields.json("link_preview_options", dict, "link preview options JSON object")
        if preview:
            about["link_preview_options"] = preview
        chat = self._posting.chat(bot_id, fields)
        check_length(text)
        return self._posting.sent(bot_id, fields, chat, about | text.content())

    def file(self, bot_id: int, fields: Fields) -> Answer:
        kind = KINDS[FILE_METHODS[fields.method]]
        self._media.check(bot_id, fields, kind, kind.name)
        caption = caption_text(fields) if kind.captioned else None
        about = self._posting.about(fields)
        chat = self._posting.chat(bot_id, fields)
        check_caption_length(caption)
        content = self._media.content(bot_id, fields, kind, kind.name)
        return self._posting.sent(
            bot_id, fields, chat, about | content | (caption.content("caption") if caption else {})
        )

    def other(self, bot_id: int, fields: Fields) -> Answer:
        # Made twice: its errors come before those of the chat, and its content may need the id of the message.
        CONTENTS[fields.method](fields, 0)
        about = self._posting.about(fields)
        chat = self._posting.chat(bot_id, fields)
        message_id = self._posting.take_id(bot_id, fields, chat)
        content = CONTENTS[fields.method](fields, message_id)
        return accepted(self._posting.keep(bot_id, fields, message_id, chat, about | content))

    def album(self, bot_id: int, fields: Fields) -> Answer:
        items = [_item(fields, item) for item in fields.json("media", list, "media JSON object") or []]
        if len(items) not in ALBUM:
            raise bad(f"media group must include {ALBUM[0]}-{ALBUM[-1]} items" if items else "there are no media")
        captions = [self._checked(bot_id, item, kind) for item, kind in items]
        about = self._posting.about(fields)
        chat = self._posting.chat(bot_id, fields)
        self._posting.control_flood(bot_id, fields, chat)
        group = {"media_group_id": str(time.time_ns())}
        sent = []
        for (item, kind), caption in zip(items, captions, strict=True):
            content = self._media.content(bot_id, item, kind, "media") | group
            content |= caption.content("caption") if caption else {}
            sent.append(self._posting.keep(bot_id, fields, self._posting.messages.next_id(), chat, about | content))
        return accepted(sent[-1], sent)

    def _checked(self, bot_id: int, item: Fields, kind: Kind) -> Text | None:
        self._media.check(bot_id, item, kind, "media")
        caption = caption_text(item)
        check_caption_length(caption)
        return caption


def _item(fields: Fields, item: Any) -> tuple[Fields, Kind]:
    """One file of an album, as if it were sent by itself."""
    if not isinstance(item, dict) or item.get("type") not in ALBUM_KINDS:
        raise bad("can't parse InputMedia: type of the media is invalid")
    own = Fields(fields.method)
    own.update({name: as_text(value) for name, value in item.items() if value is not None})
    own.uploads = {name: upload for name, upload in fields.uploads.items() if name != "media"}
    return own, KINDS[item["type"]]
