"""What the emulator remembers of a bot, from its first update, webhook or setting on. In memory, bounded."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from notifyhub.emulator.shared.bounded import Bounded

BOTS_CAP = 1000
UPDATES_CAP = 10_000
PRESSES_CAP = 1000
SETTINGS_CAP = 1000

# Sent only when allowed_updates names them.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

Interruption = Literal["update", "getUpdates", "setWebhook"]


@dataclass(slots=True)
class Webhook:
    """A bot's webhook: the parameters of setWebhook, and its last error."""

    url: str
    secret_token: str = field(repr=False)
    max_connections: int
    ip_address: str
    has_certificate: bool
    last_error: tuple[int, str] | None = field(default=None, compare=False)


@dataclass(slots=True)
class Bot:
    """One bot. `waiting` exists while a getUpdates waits; its result says why the wait ended."""

    id: int
    token: str = field(default="", repr=False)
    updates: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=UPDATES_CAP))
    last_update_id: int = field(default_factory=lambda: int(time.time()))
    allowed: tuple[str, ...] = ()
    webhook: Webhook | None = None
    waiting: asyncio.Future[Interruption] | None = None
    blocked_by: set[int] = field(default_factory=set)
    presses: deque[str] = field(default_factory=lambda: deque(maxlen=PRESSES_CAP))
    settings: Bounded[tuple[str, ...], Any] = field(default_factory=lambda: Bounded(SETTINGS_CAP))

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST

    def interrupt(self, why: Interruption) -> None:
        """End the wait of a getUpdates, if there is one."""
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(why)

    def forget_updates(self, before: int) -> None:
        """Drop the updates whose ids are under `before`."""
        while self.updates and self.updates[0]["update_id"] < before:
            self.updates.popleft()


class Bots:
    """Bots by their ids. Above `cap` the one used longest ago is forgotten."""

    def __init__(self, cap: int = BOTS_CAP) -> None:
        self._bots: Bounded[int, Bot] = Bounded(cap)

    def get(self, bot_id: int) -> Bot:
        """The bot with that id; a new one when there was none."""
        return self._bots.put(bot_id, self._bots.get(bot_id) or Bot(bot_id))

    def is_blocked(self, bot_id: int, chat_id: int) -> bool:
        bot = self._bots.get(bot_id)
        return bot is not None and chat_id in bot.blocked_by

    def release(self) -> None:
        """End every wait, as if there were an update."""
        for bot in self._bots.values():
            bot.interrupt("update")

    def forget_people(self) -> None:
        """Forget updates, presses and blocks. Webhooks and settings stay: bots set them only when they start."""
        for bot in self._bots.values():
            bot.updates.clear()
            bot.presses.clear()
            bot.blocked_by.clear()
