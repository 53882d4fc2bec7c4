"""The latest messages of all chats, so that they can be edited, answered, copied and deleted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

MESSAGES_CAP = 10_000

Message = dict[str, Any]
Key = tuple[int, int, int]


class Messages:
    """Messages by bot, chat and id. Above `cap` the oldest are forgotten, so an old unknown id is taken to exist.

    `numbered_from` tells how many messages there may have been before, so that a restart repeats no id of a message
    that a bot sent.
    """

    def __init__(self, numbered_from: Callable[[], int], cap: int = MESSAGES_CAP) -> None:
        self._numbered_from = numbered_from
        self._cap = cap
        self._last_id: int | None = None
        self._forgotten_up_to = 0
        # An OrderedDict finds its oldest item at once; a dict would scan the slots of all items removed before.
        self._messages: OrderedDict[Key, Message] = OrderedDict()

    def next_id(self) -> int:
        if self._last_id is None:
            self._last_id = self._forgotten_up_to = self._numbered_from()
        self._last_id += 1
        return self._last_id

    def keep(self, bot_id: int, message: Message) -> None:
        messages = self._messages
        messages[bot_id, message["chat"]["id"], message["message_id"]] = message
        if len(messages) > self._cap:
            (_, _, oldest_id), _ = messages.popitem(last=False)
            self._forgotten_up_to = max(self._forgotten_up_to, oldest_id)

    def get(self, bot_id: int, chat_id: int, message_id: int) -> Message | None:
        return self._messages.get((bot_id, chat_id, message_id))

    def may_exist(self, bot_id: int, chat_id: int, message_id: int) -> bool:
        """Is the message known, or so old that it may have been forgotten?"""
        known = (bot_id, chat_id, message_id) in self._messages
        return known or 0 < message_id <= self._forgotten_up_to

    def drop(self, bot_id: int, chat_id: int, message_id: int) -> None:
        self._messages.pop((bot_id, chat_id, message_id), None)

    def latest(self, bot_id: int, chat_id: int) -> Iterator[Message]:
        """The messages of one chat, newest first."""
        return (message for key, message in reversed(self._messages.items()) if key[:2] == (bot_id, chat_id))

    def clear(self) -> None:
        """Forget all messages. Their ids are not reused."""
        self._messages.clear()
