"""The bots by their tokens: webhook, subscribers, last tracking data. In memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from notifyhub.emulator.shared.bounded import Bounded

BOTS_CAP = 10_000
PEOPLE_CAP = 100_000

MANDATORY_EVENTS = ("message", "subscribed", "unsubscribed")
OPTIONAL_EVENTS = ("delivered", "seen", "failed", "conversation_started", "client_status")
EVENTS = (*MANDATORY_EVENTS, *OPTIONAL_EVENTS)


@dataclass(slots=True)
class Bot:
    """One bot. `id` is public, `token` is its secret and signs its callbacks; an empty `webhook` means none."""

    id: str
    token: str = field(repr=False)
    webhook: str = ""
    event_types: tuple[str, ...] = ()
    # Which of "name" and "photo" callbacks show.
    shows: tuple[str, ...] = ("name", "photo")
    # User id → subscribed or not; absent: has never written.
    subscribers: Bounded[str, bool] = field(default_factory=lambda: Bounded(PEOPLE_CAP))
    # User id → tracking_data of the last message, returned with the next reply.
    tracking: Bounded[str, str] = field(default_factory=lambda: Bounded(PEOPLE_CAP))

    def hears(self, event: str) -> bool:
        """Does the bot want callbacks of this kind?"""
        return bool(self.webhook) and (event in MANDATORY_EVENTS or event in self.event_types)

    def is_subscribed(self, user_id: str) -> bool:
        return self.subscribers.get(user_id) is True

    def subscribers_count(self) -> int:
        return sum(self.subscribers.values())

    def has_left(self, user_id: str) -> bool:
        return self.subscribers.get(user_id) is False


class Bots:
    """Every token belongs to a bot. Bounded: the oldest bot is forgotten first."""

    def __init__(self) -> None:
        self._by_token: Bounded[str, Bot] = Bounded(BOTS_CAP)
        self._by_id: Bounded[str, Bot] = Bounded(BOTS_CAP)

    def of(self, token: str) -> Bot:
        """The bot of a token; a new one if it has not called before."""
        return self._by_token.get(token) or self._new(token)

    def by_id(self, bot_id: str) -> Bot | None:
        return self._by_id.get(bot_id)

    def forget_people(self) -> None:
        for bot in self._by_id.values():
            bot.subscribers.clear()
            bot.tracking.clear()

    def _new(self, token: str) -> Bot:
        bot = Bot(_public_id(token), token)
        self._by_id.put(bot.id, bot)
        return self._by_token.put(token, bot)


def _public_id(token: str) -> str:
    """An id in the form of real ones, derived from the token, which cannot be recovered from it."""
    digest = hashlib.sha256(token.encode()).digest()
    return f"pa:{int.from_bytes(digest[:8]):020}"
