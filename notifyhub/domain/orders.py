"""The order of a list: from the newest or from the oldest."""

from __future__ import annotations

from enum import StrEnum

LARGEST = 2**63 - 1


class Order(StrEnum):
    """Newest first, or oldest first."""

    NEWEST = "newest"
    OLDEST = "oldest"

    @property
    def sql(self) -> str:
        """As ORDER BY says it."""
        return "ASC" if self is Order.OLDEST else "DESC"

    @property
    def beyond(self) -> str:
        """How what comes later in the list compares with what came before."""
        return ">" if self is Order.OLDEST else "<"

    @property
    def reverse(self) -> bool:
        """Is it against the order of time, as `sorted` asks?"""
        return self is Order.NEWEST

    @property
    def start(self) -> int:
        """An id before the first of the list."""
        return 0 if self is Order.OLDEST else LARGEST
