"""What people do towards a sender: they write, subscribe, leave; and the words by which they opt out."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Deed(StrEnum):
    """`opened`: looked at the sender without subscribing, so nothing may be sent yet."""

    MESSAGE = "message"
    PRESS = "press"
    JOINED = "joined"
    LEFT = "left"
    OPENED = "opened"


class Inbound(NamedTuple):
    """One thing that a person did.

    sender        the account that was told of it; empty: the main one
    text          what was written, or the data or title of a button
    at            epoch ms, according to the messenger's clock; 0: unknown
    messenger_id  the messenger's id of the message
    update_id     the same for each repeat of this webhook call
    is_private    whether it is the wish of one person, not of somebody in a group
    reason        why nothing can be sent any more, for those who left
    raw           what the messenger said, as JSON
    """

    channel: str
    sender: str
    address: str
    kind: Deed
    text: str | None
    at: int
    messenger_id: str | None
    update_id: str
    is_private: bool
    reason: str | None
    raw: str

    @property
    def makes_reachable(self) -> bool:
        """May the sender write to this person from now on?"""
        return self.kind not in (Deed.LEFT, Deed.OPENED)


def is_word(text: str | None, words: Iterable[str]) -> bool:
    """Is the whole text one of these words, whatever its case?"""
    return text is not None and folded(text) in words


def folded(text: str) -> str:
    """The form in which words are compared."""
    return text.strip().casefold()
