"""The doors through which what was accepted is changed."""

from __future__ import annotations

from uuid import UUID

from notifyhub import answers
from notifyhub.domain.states import Status
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import as_message_id
from notifyhub.store import deliveries, views


class Changing(Wiring):
    """What becomes of it."""

    def cancel(self, id_: UUID | str) -> answers.Cancelled:
        """Cancel every delivery of a message that is not claimed yet. Raises NotFound."""
        uuid = as_message_id(id_)
        self.ask(views.must_exist(uuid)).result()
        cancelled = self._database.write(deliveries.cancel, uuid).result()
        counts = self.ask(views.counts(uuid)).result()
        ended = (Status.SCHEDULED, Status.CANCELLED, Status.FAILED, Status.EXPIRED)
        too_late = sum(count for status, count in counts.items() if status not in ended)
        self._progressed()
        return answers.Cancelled(id=uuid, cancelled=cancelled, too_late=too_late)
