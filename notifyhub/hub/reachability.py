"""The addresses that nothing is sent to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from notifyhub import answers
from notifyhub.clock import now_ms
from notifyhub.hub.wiring import Wiring
from notifyhub.requests.ids import LARGEST_ID
from notifyhub.requests.reachability import address_request, reachability_filters
from notifyhub.store import reachability_lists
from notifyhub.store.reachability_lists import Suppression
from notifyhub.verbs import ReachabilityVerbs, as_arguments


class HubReachability(ReachabilityVerbs):
    """The book of addresses in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    async def list(
        self,
        *,
        channel: str | Sequence[str] | None = None,
        address: str | int | None = None,
        reason: str | None = None,
        before: answers.Reachability | int | None = None,
        limit: int = 100,
    ) -> list[answers.Reachability]:
        given = {"channel": channel, "address": address, "reason": reason}
        last = before.id if isinstance(before, answers.Reachability) else before
        with as_arguments():
            return [*await self.page(given, LARGEST_ID if last is None else last, limit)]

    async def page(self, given: Mapping[str, Any], before: int, limit: int) -> Sequence[answers.Reachability]:
        """The entries of these filters, newest first. Raises InvalidRequest."""
        filters = reachability_filters(given, self._region)
        question = reachability_lists.page(filters.places, filters.reason, before, limit, now_ms())
        return await self._wiring.asked(question)

    async def suppress_as(self, asked: bytes | Mapping[str, Any]) -> answers.Reachability:
        place = address_request(asked, self._region)
        return await self._wiring.written(reachability_lists.suppress, Suppression(*place, now_ms()))

    async def clear_as(self, asked: bytes | Mapping[str, Any]) -> answers.Cleared:
        channel, address = address_request(asked, self._region)
        cleared = await self._wiring.written(reachability_lists.clear, (channel, address))
        return answers.Cleared(channel=channel, address=address, cleared=cleared)

    @property
    def _region(self) -> str:
        return self._wiring.settings.default_region
