"""Who goes next: urgent before normal before bulk, and within each, equal shares for all who wait."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeVar

KEPT = 0.1
"""The share of all places that a lower priority keeps while a higher one could use them all."""

L = TypeVar("L", bound=Hashable)

Take = Callable[[L, int], Sequence[Any]]
"""(lane, most) → what it had, at most so many."""


class Turns(Generic[L]):
    """Remembers who was served, so that shares are equal even where there is only one place at a time.

    Nobody saves up turns: a lane with nothing to send is forgotten.
    """

    def __init__(self) -> None:
        self._served: dict[L, int] = {}
        self._owed: dict[int, float] = {}

    def serve(self, places: int, waiting: Sequence[tuple[int, L]], take: Take[L]) -> list[Any]:
        """Fill up to `places` from lanes that wait: pairs of priority (0: urgent) and lane, sorted by priority."""
        groups = [(priority, [lane for _, lane in group]) for priority, group in groupby(waiting, key=itemgetter(0))]
        known = {lane: self._served[lane] for _, lane in waiting if lane in self._served}
        # Newcomers are even with those who got least: they need not catch up on what they missed.
        fresh = min(known.values(), default=0)
        self._served = {lane: known.get(lane, fresh) for _, lane in waiting}
        taken: list[Any] = []
        # What a lower priority keeps and cannot use is left for the higher ones: the second round.
        for kept in (self._kept(places, [priority for priority, _ in groups]), {}):
            for number, (priority, group) in enumerate(groups):
                later = sum(kept.get(lower, 0) for lower, _ in groups[number + 1 :])
                got = self._fill(places - len(taken) - later, group, take)
                taken += got
                if priority in self._owed:
                    self._owed[priority] = max(0.0, self._owed[priority] - len(got))
        return taken

    def _kept(self, places: int, priorities: Sequence[int]) -> dict[int, int]:
        """Whole places that each but the highest priority keeps. Parts of a place are saved up to one."""
        share = KEPT * places
        owed = {lower: min(self._owed.get(lower, 0.0) + share, share + 1.0) for lower in priorities[1:]}
        self._owed = owed
        return {priority: int(share) for priority, share in owed.items()}

    def _fill(self, places: int, group: list[L], take: Take[L]) -> list[Any]:
        """Equal shares, and of what some leave, more for the others. Lanes that have no more leave the group."""
        taken: list[Any] = []
        while group and len(taken) < places:
            share, left = divmod(places - len(taken), len(group))
            by_turn = sorted(group, key=lambda lane: self._served[lane])
            for number, lane in enumerate(by_turn):
                most = share + (number < left)
                if not most:
                    break
                got = take(lane, most)
                taken += got
                self._served[lane] += len(got)
                if len(got) < most:
                    group.remove(lane)
        return taken
