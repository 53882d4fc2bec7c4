"""Events, for those who read them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms
from notifyhub.domain.events import TYPES, matching, position_of
from notifyhub.hub.wiring import Wiring
from notifyhub.requests.webhooks import event_filters
from notifyhub.store import events, numbering
from notifyhub.store.events import Wanted
from notifyhub.store.numbering import Numbering
from notifyhub.verbs import EventVerbs, as_arguments

MOST_AT_ONCE = 1_000


class HubEvents(EventVerbs):
    """The events in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    async def list(
        self,
        *,
        after: answers.OutgoingEvent | UUID | str | None = None,
        types: str | Sequence[str] | None = None,
        limit: int = 100,
    ) -> answers.EventPage:
        id_ = after if isinstance(after, UUID | str | None) else after.id
        patterns = [types] if isinstance(types, str) else None if types is None else [*types]
        with as_arguments():
            return await self.page(patterns, id_, limit)

    async def page(self, types: Sequence[str] | None, after: UUID | str | None, limit: int) -> answers.EventPage:
        """Events of these types or patterns after an event. Raises InvalidRequest."""
        patterns, id_ = event_filters(types, after)
        await self.number()
        wanted = matching(patterns)
        position = 0 if id_ is None else position_of(id_) or 0
        every = len(wanted) == len(TYPES)
        page = await self._wiring.asked(events.page(Wanted(position, () if every else wanted, limit)))
        # Who is up to date goes on from where they are.
        return page if page.next is not None else page.model_copy(update={"next": id_})

    async def newest(self) -> UUID | None:
        """The id of the newest event."""
        await self.number()
        return await self._wiring.asked(events.newest)

    async def number(self) -> int:
        """Give new events their place, without waiting for a process that delivers. Returns the newest position."""
        if await self._wiring.asked(numbering.any_new):
            await self._wiring.written(numbering.number, Numbering(now_ms(), MOST_AT_ONCE))
        return await self._wiring.asked(events.last)
