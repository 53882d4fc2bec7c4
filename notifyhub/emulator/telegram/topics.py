"""Topics of forums and private chats: created, edited, closed, reopened and deleted; and which may be written into.

Codes such as TOPIC_ID_INVALID are those of Telegram's own API behind the Bot API (core.telegram.org/methods).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from notifyhub.emulator.shared.bounded import Bounded
from notifyhub.emulator.shared.strictness import Strictness
from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad, success
from notifyhub.emulator.telegram.bots import Bot
from notifyhub.emulator.telegram.chats import chat_of
from notifyhub.emulator.telegram.fields import Fields

TOPICS_CAP = 10_000
GENERAL = 1
NAME_LIMIT = 128
COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
"""The only colours that createForumTopic accepts."""

ICONS = {"📰": "5434144690511290129", "💡": "5312536423851630001", "🎉": "5310228579009699834"}
"""Some of the custom emoji that topics may have, by the emoji they show."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. A deleted one is remembered, so that nothing can be sent to it."""

    id: int
    name: str
    colour: int = COLOURS[0]
    icon: str = ""
    closed: bool = False
    hidden: bool = False
    deleted: bool = False

    def describe(self) -> dict[str, Any]:
        """A ForumTopic."""
        about = {"message_thread_id": self.id, "name": self.name, "icon_color": self.colour}
        return about | ({"icon_custom_emoji_id": self.icon} if self.icon else {})


class Topics:
    """The topics of all bots and chats. Above TOPICS_CAP the one changed longest ago is forgotten."""

    def __init__(self, next_id: Callable[[], int], strictness: Strictness) -> None:
        self._next_id = next_id
        self._strictness = strictness
        self._topics: Bounded[tuple[int, int, int], Topic] = Bounded(TOPICS_CAP)

    def clear(self) -> None:
        self._topics.clear()

    def check(self, bot_id: int, chat: dict[str, Any], thread_id: int) -> None:
        """Raise `Refused` for a topic that takes no messages. Unless strict, an unknown topic is taken to exist."""
        topic = self._topics.get((bot_id, chat["id"], thread_id))
        unknown = topic is None and self._strictness.telegram.known_topics_only
        if unknown or (topic is not None and topic.deleted):
            raise bad("message thread not found")
        if topic is not None and topic.closed:
            raise bad("TOPIC_CLOSED")

    def create(self, bot: Bot, fields: Fields) -> Answer:
        chat = _forum(fields, private_too=True)
        name = _name(fields)
        colour = fields.number("icon_color", COLOURS[0])
        if colour not in COLOURS:
            raise bad("invalid icon color specified")
        topic = Topic(self._next_id(), name, colour, fields.text("icon_custom_emoji_id"))
        self._topics.put((bot.id, chat["id"], topic.id), topic)
        return success(topic.describe())

    def edit(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._named(bot, fields, private_too=True)
        name = _name(fields) if fields.text("name") else topic.name
        icon = fields.text("icon_custom_emoji_id") if "icon_custom_emoji_id" in fields else topic.icon
        return self._change(key, topic, replace(topic, name=name, icon=icon))

    def close(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._named(bot, fields)
        return self._change(key, topic, replace(topic, closed=True))

    def reopen(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._named(bot, fields)
        return self._change(key, topic, replace(topic, closed=False))

    def delete(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._named(bot, fields, private_too=True)
        return self._change(key, topic, replace(topic, deleted=True))

    def unpin(self, bot: Bot, fields: Fields) -> Answer:
        self._named(bot, fields, private_too=True)
        return success(True)

    def edit_general(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._general(bot, fields)
        return self._change(key, topic, replace(topic, name=_name(fields)))

    def close_general(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._general(bot, fields)
        return self._change(key, topic, replace(topic, closed=True))

    def reopen_general(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._general(bot, fields)
        # Reopening it also shows it again.
        return self._change(key, topic, replace(topic, closed=False, hidden=False))

    def hide_general(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._general(bot, fields)
        # Hiding it also closes it.
        return self._change(key, topic, replace(topic, closed=True, hidden=True))

    def unhide_general(self, bot: Bot, fields: Fields) -> Answer:
        key, topic = self._general(bot, fields)
        return self._change(key, topic, replace(topic, hidden=False))

    def unpin_general(self, _: Bot, fields: Fields) -> Answer:
        _forum(fields)
        return success(True)

    def icons(self, _: Bot, __: Fields) -> Answer:
        return success([_icon(shown, id_) for shown, id_ in ICONS.items()])

    def _named(self, bot: Bot, fields: Fields, *, private_too: bool = False) -> tuple[tuple[int, int, int], Topic]:
        chat = _forum(fields, private_too=private_too)
        thread_id = fields.number("message_thread_id")
        topic = self._topics.get((bot.id, chat["id"], thread_id))
        if topic is None or topic.deleted:
            raise bad("TOPIC_ID_INVALID")
        return (bot.id, chat["id"], thread_id), topic

    def _general(self, bot: Bot, fields: Fields) -> tuple[tuple[int, int, int], Topic]:
        key = (bot.id, _forum(fields)["id"], GENERAL)
        return key, self._topics.get(key) or Topic(GENERAL, "General")

    def _change(self, key: tuple[int, int, int], before: Topic, after: Topic) -> Answer:
        if before == after:
            raise bad("TOPIC_NOT_MODIFIED")
        self._topics.put(key, after)
        return success(True)


TOPIC_METHODS: dict[str, Callable[[Topics, Bot, Fields], Answer]] = {
    "createforumtopic": Topics.create,
    "editforumtopic": Topics.edit,
    "closeforumtopic": Topics.close,
    "reopenforumtopic": Topics.reopen,
    "deleteforumtopic": Topics.delete,
    "unpinallforumtopicmessages": Topics.unpin,
    "editgeneralforumtopic": Topics.edit_general,
    "closegeneralforumtopic": Topics.close_general,
    "reopengeneralforumtopic": Topics.reopen_general,
    "hidegeneralforumtopic": Topics.hide_general,
    "unhidegeneralforumtopic": Topics.unhide_general,
    "unpinallgeneralforumtopicmessages": Topics.unpin_general,
    "getforumtopiciconstickers": Topics.icons,
}


def _forum(fields: Fields, *, private_too: bool = False) -> dict[str, Any]:
    """The chat. Every supergroup is a forum, and every private chat has topics (since Bot API 9.4)."""
    chat = chat_of(fields.text("chat_id"))
    if chat["type"] != "supergroup" and not (private_too and chat["type"] == "private"):
        raise bad("the chat is not a forum")
    return chat


def _icon(shown: str, id_: str) -> dict[str, Any]:
    """A Sticker."""
    return {
        "file_id": f"CAACAgI{id_}",
        "file_unique_id": f"AgAD{id_}",
        "type": "custom_emoji",
        "width": 512,
        "height": 512,
        "is_animated": True,
        "is_video": False,
        "emoji": shown,
        "custom_emoji_id": id_,
    }


def _name(fields: Fields) -> str:
    name = fields.text("name").strip()
    if not name:
        raise bad("title must be non-empty")
    return name[:NAME_LIMIT]
