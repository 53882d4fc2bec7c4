"""The doors through which one looks: messages, deliveries, and how they come on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import to_ms
from notifyhub.errors import WaitTimedOut
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import as_message_id, as_row_id, checked_filters
from notifyhub.store import lists, views

LOOK_AGAIN_S = 0.2

Filter = str | int | datetime | Sequence[str] | None


class Looking(Wiring):
    """What is there."""

    def message(self, id_: UUID | str) -> answers.Message:
        """A message with its deliveries, or only their counts above 1,000. Raises NotFound."""
        return self.ask(views.message(as_message_id(id_))).result()

    def delivery(self, id_: int) -> answers.Delivery:
        """A delivery with its attempts. Raises NotFound."""
        return self.ask(views.delivery(as_row_id("delivery", id_))).result()

    def messages(
        self, before: answers.Message | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Message]:
        """The newest messages, or those before the one given; without their deliveries.

        filters: `status`, `channel` (one or several), `address`, `reference`, `created_from`, `created_to`. Those of
        deliveries fit a message of which any one delivery fits all of them. Raises InvalidRequest.
        """
        seen = None if before is None else (to_ms(before.created_at), before.id)
        found = self.ask(lists.messages(checked_filters(filters, self.settings.default_region), seen, limit)).result()
        return [message for _, message in found]

    def deliveries(
        self, before: answers.Delivery | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Delivery]:
        """The newest deliveries, or those before the one given, without their attempts. `filters` as above."""
        seen = None if before is None or before.id is None else self.ask(lists.place_of(before.id)).result()
        found = self.ask(lists.deliveries(checked_filters(filters, self.settings.default_region), seen, limit)).result()
        return [delivery for _, delivery in found]

    def wait(self, message: answers.Message | UUID | str, timeout_s: float) -> answers.Message:
        """Wait until no delivery of a message is scheduled or being sent, and return it.

        Raises NotFound, and WaitTimedOut after `timeout_s` seconds.
        """
        id_ = message.id if isinstance(message, answers.Message) else as_message_id(message)
        self.ask(views.must_exist(id_)).result()
        ends = monotonic() + timeout_s
        while self.ask(views.is_open(id_)).result():
            left = ends - monotonic()
            if left <= 0:
                raise WaitTimedOut(f"message {id_} is still on its way after {timeout_s:g} s")
            with self._progress:
                # Progress made by another process tells nobody here, hence the look now and then.
                self._progress.wait(min(left, LOOK_AGAIN_S))
        return self.message(id_)
