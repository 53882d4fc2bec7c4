"""The doors through which one looks: messages, deliveries, and how they come on."""

from __future__ import annotations

from time import monotonic
from uuid import UUID

from notifyhub import answers
from notifyhub.errors import WaitTimedOut
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import as_message_id, as_row_id
from notifyhub.store import views

LOOK_AGAIN_S = 0.2


class Looking(Wiring):
    """What is there."""

    def message(self, id_: UUID | str) -> answers.Message:
        """A message with its deliveries, or only their counts above 1,000. Raises NotFound."""
        return self.ask(views.message(as_message_id(id_))).result()

    def delivery(self, id_: int) -> answers.Delivery:
        """A delivery with its attempts. Raises NotFound."""
        return self.ask(views.delivery(as_row_id("delivery", id_))).result()

    def messages(self, before: answers.Message | None = None, limit: int = 100) -> list[answers.Message]:
        """The newest messages, or those before the one given; without their deliveries."""
        seen = None if before is None else (round(before.created_at.timestamp() * 1000), before.id)
        return self.ask(views.messages_page(seen, limit)).result()

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
