"""An action on many deliveries: counted first, then done slice by slice, so that nothing else waits for long."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from notifyhub import answers
from notifyhub.clock import now_ms, to_iso
from notifyhub.domain.bulk import Bulk
from notifyhub.errors import StoreUnavailable
from notifyhub.hub.auditing import MOST_LISTED, Course
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import Filters, bulk_request
from notifyhub.store import bulk_actions, searches
from notifyhub.store.bulk_actions import Counted, Done, Part
from notifyhub.store.writer import Job
from notifyhub.verbs import Verbs
from notifyhub.verbs.two_ways import result_of

SLICE = 1_000

_JOBS: dict[Bulk, Job[Part, Done | StoreUnavailable]] = {
    Bulk.CANCEL: bulk_actions.cancel,
    Bulk.RETRY: bulk_actions.retry,
    Bulk.RESCHEDULE: bulk_actions.reschedule,
}


class BulkActions(Wiring, Verbs):
    """Cancelling, retrying and rescheduling what somebody has selected."""

    async def bulk_as(self, asked: bytes | Mapping[str, Any]) -> answers.BulkResult:
        now = now_ms()
        request = bulk_request(asked, self.settings.default_region)
        action, selected = request.action, _concerned(request.action, now, request.selected)
        found = await self._counted(action, max(now, request.send_at or 0), selected)
        done = Done(found.fitting)
        if found.fitting and not request.dry_run:
            course = Course(self.database, f"deliveries.{action.done}", "deliveries")
            await result_of(course.begin())
            done = await self._all_done(action, selected, request.send_at)
            if (told := course.end(**{action.done: done.changed}, **_told(request.selected))) is not None:
                await result_of(told)
        return answers.BulkResult(
            action=action,
            dry_run=request.dry_run,
            matched=max(found.matched, done.changed + done.duplicates),
            changed=done.changed,
            duplicates=done.duplicates,
            left_alone=max(found.matched - done.changed - done.duplicates, 0),
        )

    async def _counted(self, action: Bulk, then: int, selected: Filters | Sequence[int]) -> Counted:
        if not selected:
            return Counted(0, 0)
        if not isinstance(selected, Filters) or selected.text is None:
            return await self.asked(bulk_actions.count(action, then, selected))
        matched = fitting = 0
        async for ids in self._slices(selected):
            part = await self.asked(bulk_actions.count(action, then, ids))
            matched, fitting = matched + part.matched, fitting + part.fitting
        return Counted(matched, fitting)

    async def _all_done(self, action: Bulk, selected: Filters | Sequence[int], send_at: int | None) -> Done:
        changed = duplicates = 0
        async for ids in self._slices(selected):
            now = now_ms()
            done = await self.written(_JOBS[action], Part(ids, now, send_at))
            changed, duplicates = changed + done.changed, duplicates + done.duplicates
            if self._is_soon(due_at := max(now, send_at or 0), now):
                for channel in done.channels:
                    self.ring_at(channel, due_at)
        # One may be over now, or go on.
        await self.look_at_mailings()
        return Done(changed, duplicates)

    async def _slices(self, selected: Filters | Sequence[int]) -> AsyncIterator[Sequence[int]]:
        """The ids of the selected deliveries, from the oldest on."""
        if not isinstance(selected, Filters):
            yield selected
            return
        seen = None
        while True:
            found = await self.asked(searches.delivery_ids(selected, seen, SLICE))
            if found.items:
                yield [id_ for _, id_ in found.items]
                seen = found.items[-1][0]
            if found.further is None and len(found.items) < SLICE:
                return
            seen = found.further or seen


def _concerned(action: Bulk, now: int, selected: Filters | Sequence[int]) -> Filters | Sequence[int]:
    """Without what matches a filter, but has ended in another way: to count that would take long, and tell nothing.

    Nor with what is accepted from now on (epoch ms), which was not counted by anybody.
    """
    if not isinstance(selected, Filters):
        return selected
    statuses = tuple(status for status in action.concerns if status in (selected.statuses or action.concerns))
    until = min(now + 1, selected.created_to or now + 1)
    return replace(selected, statuses=statuses, created_to=until) if statuses else ()


def _told(selected: Filters | Sequence[int]) -> dict[str, Any]:
    """What was selected, as the audit says it; not whose address, or which words, because these are to be forgotten."""
    if not isinstance(selected, Filters):
        return {"delivery_ids": sorted(selected)[:MOST_LISTED]}
    given: dict[str, Any] = {"status": [*selected.statuses], "channel": sorted({name for name, _ in selected.places})}
    given |= {name: getattr(selected, name) for name in ("mailing_id", "client_id", "reason", "operator_code")}
    moments = (("created_from", selected.created_from), ("created_to", selected.created_to))
    given |= {name: moment and to_iso(moment) for name, moment in moments}
    return {"filter": {name: value for name, value in given.items() if value}}
