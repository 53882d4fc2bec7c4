"""Many messages at once, for the request formats of other services."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from notifyhub.hub.wiring import Wiring
from notifyhub.store import deliveries, standings


class Bulk(Wiring):
    """Many messages at once."""

    async def standings(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The status of each of these messages; unknown ones are left out.

        A message that has only duplicates gets the status of the deliveries that it repeats.
        """
        return await self.asked(standings.standings(ids))

    async def cancel_many(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        """Cancel all deliveries of these messages that are not being sent yet. Returns their numbers by message."""
        once = list(dict.fromkeys(ids))
        cancelled = await self.written_each(deliveries.cancel, once)
        self._progressed()
        return dict(zip(once, cancelled, strict=True))
