"""Reading messages and deliveries, and waiting for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import to_ms
from notifyhub.errors import WaitTimedOut
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import Filters, as_message_id, as_row_id, checked_filters
from notifyhub.store import lists, searches, views
from notifyhub.store.searches import Found
from notifyhub.verbs import Filter, Verbs, as_arguments, within

A = TypeVar("A")

LOOK_AGAIN_S = 0.2


class Reading(Wiring, Verbs):
    """Reading."""

    async def message(self, id_: UUID | str) -> answers.Message:
        return await self.asked(views.message(as_message_id(id_)))

    async def delivery(self, id_: int) -> answers.Delivery:
        return await self.asked(views.delivery(as_row_id("delivery", id_)))

    async def messages(
        self, /, before: answers.Message | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Message]:
        seen = None if before is None else (to_ms(before.created_at), before.id)
        return await self._found(searches.messages, self._wanted(filters), seen, limit)

    async def deliveries(
        self, /, before: answers.Delivery | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Delivery]:
        wanted = self._wanted(filters)
        seen = None if before is None or before.id is None else await self.asked(lists.place_of(before.id))
        return await self._found(searches.deliveries, wanted, seen, limit)

    async def wait(self, message: answers.Message | UUID | str, timeout_s: float) -> answers.Message:
        id_ = message.id if isinstance(message, answers.Message) else as_message_id(message)
        await self.asked(views.must_exist(id_))
        ends = monotonic() + timeout_s
        while True:
            progress = self._progress.next()
            if not await self.asked(views.is_open(id_)):
                return await self.message(id_)
            left = ends - monotonic()
            if left <= 0:
                raise WaitTimedOut(f"message {id_} is not finished after {timeout_s:g} s")
            # Progress made by another process is not told here, so look again now and then.
            await within(progress, min(left, LOOK_AGAIN_S))

    async def _found(
        self,
        questions: Callable[[Filters, Any, int], Callable[[Any], Found[Any, A]]],
        wanted: Filters,
        seen: Any,
        limit: int,
    ) -> list[A]:
        """Up to `limit` items, however often the search has to go on."""
        found: list[A] = []
        while True:
            items, seen = await self.asked(questions(wanted, seen, limit - len(found)))
            found += [item for _, item in items]
            if seen is None:
                return found

    def _wanted(self, filters: Mapping[str, Filter]) -> Filters:
        with as_arguments():
            return checked_filters(filters, self.settings.default_region)
