"""The people behind the emulated phones: what they write and press becomes an update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from notifyhub.emulator.people.acquaintances import Acquaintances

Kind = Literal["message", "press", "block", "unblock", "open"]


class Deed(BaseModel):
    """What a person does. `bot` is the messenger's id of a bot; None: the one that last wrote to this person.

    `press` presses the button whose callback data is `data`, under the message `message_id` (None: the last one that
    has such a button). `open` opens the conversation with a bot, with `text` as the context of the link; Viber only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Kind = "message"
    text: str = Field(default="", max_length=65_536)
    data: str = Field(default="", max_length=4096)
    message_id: str | None = Field(default=None, max_length=256)
    bot: str | None = Field(default=None, max_length=256)

    @model_validator(mode="after")
    def _whole(self) -> Deed:
        if self.kind == "message" and not self.text:
            raise ValueError("text: a message needs one")
        if self.kind == "press" and not self.data:
            raise ValueError("data: a press needs the data of a button")
        return self


class Unheard(Exception):
    """A deed that reaches no bot; the text says why."""


class Listener(Protocol):
    """A messenger that supports deeds of people."""

    def hear(self, address: str, bot: str, deed: Deed) -> dict[str, Any]:
        """Turn a deed into the messenger's update and send it. Returns the update. Raises `Unheard`."""
        ...


@dataclass(frozen=True, slots=True)
class People:
    """Passes a deed to its messenger. `done` is called for those that reached a bot."""

    listeners: Mapping[str, Listener]
    acquaintances: Acquaintances
    done: Callable[[str, str, Deed], None] | None = None

    def do(self, channel: str, address: str, deed: Deed) -> dict[str, Any]:
        """The update made from a deed. Raises `Unheard`."""
        listener = self.listeners.get(channel)
        if listener is None:
            raise Unheard(f"on {channel} people cannot answer")
        bot = deed.bot or self.acquaintances.bot_of(channel, address)
        if bot is None:
            raise Unheard("no bot has written to this address yet: name one with bot")
        update = listener.hear(address, bot, deed)
        if self.done is not None:
            self.done(channel, address, deed)
        return update
