"""Tells the breakers of this process what other processes found out about senders."""

from __future__ import annotations

from notifyhub.flow.sender_breaker import SenderBreaker
from notifyhub.store import senders
from notifyhub.store.database import Database


class SenderWatch:
    """Refreshed by a sweep; one for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._breakers: list[SenderBreaker] = []

    def add(self, breaker: SenderBreaker) -> SenderBreaker:
        """Keep this breaker up to date."""
        self._breakers.append(breaker)
        return breaker

    def refresh(self) -> None:
        """Look at the store. Raises StoreUnavailable."""
        began = [breaker.changes for breaker in self._breakers]
        standings = self._database.read(senders.every).result()
        for breaker, changes in zip(self._breakers, began, strict=True):
            breaker.learn(standings, changes)
