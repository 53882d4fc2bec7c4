"""Acquaintances: the bot that a person would answer."""

from __future__ import annotations

from notifyhub.emulator.shared.bounded import Bounded

KNOWN_CAP = 100_000


class Acquaintances:
    """The bot that last wrote to each address; bounded, the oldest are forgotten."""

    def __init__(self, cap: int = KNOWN_CAP) -> None:
        self._bots: Bounded[tuple[str, str], str] = Bounded(cap)

    def meet(self, channel: str, address: str, bot: str) -> None:
        self._bots.put((channel, address), bot)

    def bot_of(self, channel: str, address: str) -> str | None:
        return self._bots.get((channel, address))

    def clear(self) -> None:
        self._bots.clear()
