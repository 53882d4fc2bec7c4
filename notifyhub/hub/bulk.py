"""Many messages at once, for the dialects of other services."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from notifyhub.hub.wiring import Wiring
from notifyhub.store import deliveries, standings
from notifyhub.verbs import result_of


class Bulk(Wiring):
    """What becomes of many."""

    async def standings(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The status of each of these messages, as in its own answer; those that there are not are left out.

        A message of duplicates only stands as the deliveries do that it repeats.
        """
        return await self.asked(standings.standings(ids))

    async def cancel_many(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        """Cancel every delivery of these messages that is not claimed yet; how many those were, by message."""
        await self.ready()
        writes = {id_: self._database.write(deliveries.cancel, id_) for id_ in ids}
        cancelled = {id_: await result_of(write) for id_, write in writes.items()}
        self._progressed()
        return cancelled
