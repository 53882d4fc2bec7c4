"""The verbs of statistics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from notifyhub import answers


class StatVerbs(ABC):
    """Counting."""

    @abstractmethod
    async def overall(
        self,
        *,
        by: Literal["hour", "day"] | None = None,
        created_from: datetime | str | None = None,
        created_to: datetime | str | None = None,
    ) -> answers.Statistics:
        """All mailings, and all deliveries accepted in the given time, counted; in milliseconds, however many.

        by            also by hour or day (of UTC)
        created_from  accepted in this hour or later; `created_to`: in an hour before this time

        Raises InvalidRequest.
        """

    @abstractmethod
    async def now(self, *, since: datetime | str | None = None) -> answers.Live:
        """What is going on: what waits, since when, who rests; and what was done since a moment of the last six hours.

        since  default: a minute ago. The difference of two answers with the same `since` is what happened between them

        Raises InvalidRequest.
        """

    @abstractmethod
    async def check(self) -> answers.CounterCheck:
        """Count all deliveries anew and compare the counters of the statistics with them.

        Nothing is stopped for it: counters and deliveries are read as of one moment. A million deliveries take some
        seconds.
        """

    @abstractmethod
    async def repair(self) -> answers.CounterCheck:
        """Make the counters equal the deliveries, and tell which of them differed.

        Nothing is accepted or sent until it is done, which takes as long as `check`.
        """
