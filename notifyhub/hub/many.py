"""The doors for many messages at once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from notifyhub.hub.wiring import Wiring
from notifyhub.store import deliveries, standings


class Many(Wiring):
    """What becomes of many."""

    def standings(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The status of each of these messages, as in its own answer; those that there are not are left out.

        A message of duplicates only stands as the deliveries do that it repeats.
        """
        return self.ask(standings.standings(ids)).result()

    def cancel_many(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        """Cancel every delivery of these messages that is not claimed yet; how many those were, by message."""
        self.open()
        writes = {id_: self._database.write(deliveries.cancel, id_) for id_ in ids}
        cancelled = {id_: write.result() for id_, write in writes.items()}
        self._progressed()
        return cancelled
