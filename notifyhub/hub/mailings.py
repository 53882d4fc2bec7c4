"""Mailings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

import orjson

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.domain.mailings import MailingStatus
from notifyhub.errors import InvalidRequest, NotifyhubError
from notifyhub.flow.preview import outlook
from notifyhub.hub.counting import mailing_statistics
from notifyhub.hub.mailing_templates import changed_words, check_before_start, with_words
from notifyhub.hub.mailing_tests import send_test
from notifyhub.hub.previewing import PACE_OF_MS, limits_of_mailing, previewed
from notifyhub.hub.sending import Sending
from notifyhub.requests import Priority, as_row_id
from notifyhub.requests.chains import ChainRequest
from notifyhub.requests.checking import members_of
from notifyhub.requests.filters import checked_order
from notifyhub.requests.mailing_lists import mailing_filters
from notifyhub.requests.mailings import MailingRequest, mailing_change_request, mailing_request
from notifyhub.store import call_counts, mailing_moves, mailing_retries, mailings, statistics
from notifyhub.store.mailing_moves import Cancelled, Move
from notifyhub.store.mailing_retries import RetrySlice
from notifyhub.store.snapshots import both
from notifyhub.store.writer import Job
from notifyhub.verbs import MailingVerbs, as_arguments
from notifyhub.verbs.two_ways import off_the_loop

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")

CLEARED_AT_ONCE = 5_000


class HubMailings(MailingVerbs):
    """The mailings in the store of a hub."""

    def __init__(self, wiring: Sending) -> None:
        self._wiring = wiring

    async def create_as(self, asked: bytes | Mapping[str, Any]) -> answers.Mailing:
        now = now_ms()
        request = mailing_request(asked, now=to_datetime(now), senders=self._wiring.settings.senders())
        status = MailingStatus.DRAFT if request.draft else MailingStatus.SCHEDULED
        columns = await with_words(self._wiring, _all_columns(request, now), now, audience_too=not request.draft)
        made = await self._wiring.written(mailings.create, mailings.NewMailing(columns, status, now))
        if status is MailingStatus.SCHEDULED and made.starts_at <= to_datetime(now):
            await self._wiring.written(mailing_moves.start_due, now)
            await self._wiring.look_at_mailings()
            return await self.get(made.id)
        return made

    async def preview_as(self, asked: bytes | Mapping[str, Any]) -> answers.Preview:
        now = now_ms()
        members, faults = members_of(asked)
        if faults:
            raise InvalidRequest(faults)
        request = mailing_request(
            {"name": "preview", **members}, now=to_datetime(now), senders=self._wiring.settings.senders()
        )
        columns = await with_words(self._wiring, _all_columns(request, now), now)
        start = max(now, columns["starts_at"])
        seen = await off_the_loop(lambda: outlook(self._wiring.database, columns, start))
        since = now - PACE_OF_MS
        rates = {channel: await self._wiring.asked(call_counts.pace(channel, since)) for channel in seen.by_channel}
        limits = limits_of_mailing(self._wiring.settings, columns)
        return previewed(request.audience.stored(), seen, rates, limits, columns["ends_at"])

    async def get(self, id_: int | str) -> answers.Mailing:
        return await self._wiring.asked(mailings.one(as_row_id("mailing", id_)))

    async def list(
        self,
        /,
        before: answers.Mailing | int | None = None,
        limit: int = 100,
        status: str | Sequence[str] | None = None,
        order: Literal["newest", "oldest"] = "newest",
        search: str | None = None,
    ) -> list[answers.Mailing]:
        last = before.id if isinstance(before, answers.Mailing) else before
        with as_arguments():
            filters, wanted = mailing_filters(status, search), checked_order(order)
        return await self._wiring.asked(mailings.page(filters, wanted.start if last is None else last, limit, wanted))

    async def update_as(self, id_: int | str, asked: bytes | Mapping[str, Any]) -> answers.Mailing:
        row, now = as_row_id("mailing", id_), now_ms()
        request = mailing_change_request(asked, now=to_datetime(now), senders=self._wiring.settings.senders())
        columns = await changed_words(self._wiring, row, _columns(request.members(), now), now)
        changed = await self._wiring.written(mailings.change, mailings.MailingChange(row, columns, now))
        await self._wiring.look_at_mailings()
        return changed

    async def test_as(self, id_: int | str, asked: bytes | Mapping[str, Any]) -> answers.Message:
        return await send_test(self._wiring, await self.get(id_), asked)

    async def start(self, id_: int | str) -> answers.Mailing:
        await check_before_start(self._wiring, as_row_id("mailing", id_), now_ms())
        return await self._moved(mailing_moves.start, id_)

    async def pause(self, id_: int | str) -> answers.Mailing:
        return await self._moved(mailing_moves.pause, id_)

    async def resume(self, id_: int | str) -> answers.Mailing:
        return await self._moved(mailing_moves.resume, id_)

    async def cancel(self, id_: int | str) -> answers.CancelledMailing:
        return await self._ended(mailing_moves.cancel, id_)

    async def delete(self, id_: int | str) -> answers.CancelledMailing:
        return await self._ended(mailing_moves.delete, id_)

    async def retry_failed(self, id_: int | str) -> answers.RetriedMailing:
        row, now = as_row_id("mailing", id_), now_ms()
        retried = duplicates = 0
        slice_: RetrySlice | None = RetrySlice(row, now)
        while slice_ is not None:
            done = await self._wiring.written(mailing_retries.retry_failed, slice_)
            retried, duplicates = retried + done.retried, duplicates + done.duplicates
            for channel in done.channels:
                self._wiring.ring_at(channel, now)
            slice_ = None if done.next is None else RetrySlice(row, now, done.next)
        await self._wiring.look_at_mailings()
        status = (await self.get(row)).status
        return answers.RetriedMailing(id=row, status=status, retried=retried, duplicates=duplicates)

    async def stats(self, id_: int | str) -> answers.MailingStatistics:
        row = as_row_id("mailing", id_)
        mailing, cells = await self._wiring.asked(both(mailings.one(row), statistics.of_mailing(row)))
        return mailing_statistics(mailing, cells, now_ms())

    async def _moved(self, job: Job[Move, MailingStatus | NotifyhubError], id_: int | str) -> answers.Mailing:
        row = as_row_id("mailing", id_)
        await self._wiring.written(job, Move(row, now_ms()))
        await self._wiring.look_at_mailings()
        return await self.get(row)

    async def _ended(self, job: Job[Move, Cancelled | NotifyhubError], id_: int | str) -> answers.CancelledMailing:
        row = as_row_id("mailing", id_)
        done = await self._wiring.written(job, Move(row, now_ms()))
        if done.status is MailingStatus.CANCELLED:
            # What is left of a large one is cleared by the sweep.
            await self._wiring.written(mailing_moves.clear, (row, done.status, CLEARED_AT_ONCE))
        await self._wiring.look_at_mailings()
        return answers.CancelledMailing(id=row, status=done.status, cancelled=done.cancelled, too_late=done.too_late)


def _all_columns(request: MailingRequest, now: int) -> dict[str, Any]:
    return _columns({name: getattr(request, name) for name in MailingRequest.model_fields if name != "draft"}, now)


def _columns(given: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The members of a request as columns."""
    columns = {name: _column(name, value) for name, value in given.items()}
    if "starts_at" in columns and columns["starts_at"] is None:
        columns["starts_at"] = now
    return columns


def _column(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "audience" or name == "send_window":
        return _json(value.stored())
    if name == "options":
        return _json(given) if (given := value.given()) else None
    if name == "channels":
        return _json(value.stored() if isinstance(value, ChainRequest) else value)
    if name in ("metadata", "variables"):
        return _json(value) if value else None
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Priority):
        return value.rank
    if isinstance(value, bool):
        return int(value)
    return str(value) if name in ("deduplicate", "on_unconfirmed") else value


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
