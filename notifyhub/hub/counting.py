"""Statistics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from notifyhub import answers
from notifyhub.clock import to_datetime, to_ms
from notifyhub.domain.mailings import MailingStatus
from notifyhub.domain.rates import rate_of
from notifyhub.domain.states import Status
from notifyhub.domain.summary import results
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.forks import ForkedLock
from notifyhub.hub import live
from notifyhub.hub.wiring import Wiring
from notifyhub.requests.fields import moment
from notifyhub.store import recount, statistics
from notifyhub.store.recount import Recount
from notifyhub.store.statistics import HOUR_MS, HourCell, MailingCell
from notifyhub.verbs import StatVerbs, as_arguments
from notifyhub.verbs.two_ways import off_the_loop

HOURS = {"hour": 1, "day": 24}
EVER = 10**9
"""An hour after all others."""
MOST_PERIODS = 10_000

_OPEN = (Status.SCHEDULED, Status.SENDING)


class HubStats(StatVerbs):
    """The counters in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._checking = ForkedLock()

    async def overall(
        self,
        *,
        by: Literal["hour", "day"] | None = None,
        created_from: datetime | str | None = None,
        created_to: datetime | str | None = None,
    ) -> answers.Statistics:
        with as_arguments():
            size, first, end = asked_period(by, created_from, created_to)
        cells, mailings = await self._wiring.asked(statistics.everything(first, end))
        by_status = _by_status(cells)
        return answers.Statistics(
            mailings=mailings,
            deliveries=sum(by_status.values()),
            by_status=by_status,
            by_channel={channel: _by_status(some) for channel, some in _grouped(cells, "channel").items()},
            periods=None if size is None else _periods(cells, size),
        )

    async def now(self, *, since: datetime | str | None = None) -> answers.Live:
        with as_arguments():
            return await live.live(self._wiring, since)

    async def check(self) -> answers.CounterCheck:
        await self._wiring.ready()
        return _checked(await off_the_loop(self._recounted))

    def _recounted(self) -> Recount:
        # One at a time, so that other questions to the store always find a free reader.
        with self._checking:
            return self._wiring.database.read(recount.compared).result()

    async def repair(self) -> answers.CounterCheck:
        return _checked(await self._wiring.written(recount.repair, None))


def asked_period(by: object, created_from: object, created_to: object) -> tuple[int | None, int, int]:
    """The length of a period in hours, the first hour (of the epoch) that is asked for, and the one after the last.

    Raises InvalidRequest.
    """
    faults: list[Fault] = []
    edges: list[int] = []
    for name, given, otherwise in (("created_from", created_from, 0), ("created_to", created_to, EVER)):
        try:
            # Hours that are cut count as a whole.
            spare = 0 if name == "created_from" else HOUR_MS - 1
            edges.append(otherwise if given is None else (to_ms(moment(given)) + spare) // HOUR_MS)
        except ValueError as error:
            faults.append(Fault(f"$.{name}", "form", str(error)))
    if by is not None and by not in HOURS:
        faults.append(Fault("$.by", "unknown_value", "must be hour or day"))
    if faults:
        raise InvalidRequest(faults)
    return (None if by is None else HOURS[str(by)]), edges[0], edges[1]


def _checked(found: Recount) -> answers.CounterCheck:
    return answers.CounterCheck(
        agree=not found.differing,
        counters=found.counters,
        deliveries=found.deliveries,
        pruned=found.pruned,
        differing=found.differing,
        differences=[
            answers.CounterDifference(
                hour=None if one.hour is None else to_datetime(one.hour * HOUR_MS),
                mailing_id=one.mailing_id,
                channel=one.channel,
                operator_code=one.operator_code or None,
                status=one.status,
                reason=one.reason or None,
                counted=one.counted,
                stored=one.stored,
            )
            for one in found.differences
        ],
    )


def mailing_statistics(mailing: answers.Mailing, cells: list[MailingCell], now: int) -> answers.MailingStatistics:
    """The cells of a mailing as an answer; `now` in epoch ms."""
    by_status = _by_status(cells)
    total = sum(results(by_status).values())
    left = sum(by_status[status] for status in _OPEN)
    rate = None
    if mailing.started_at is not None and total > left:
        until = now if mailing.ended_at is None else to_ms(mailing.ended_at)
        rate = (total - left) / max(0.001, (until - to_ms(mailing.started_at)) / 1000)
    limit = None if mailing.rate is None else rate_of(mailing.rate)
    pace = rate if rate is None or limit is None else min(rate, limit.per_s)
    ended = [cell for cell in cells if cell.reason]
    return answers.MailingStatistics(
        id=mailing.id,
        name=mailing.name,
        status=mailing.status,
        total=total,
        by_status=by_status,
        by_channel={channel: _by_status(some) for channel, some in _grouped(cells, "channel").items()},
        by_operator_code={code: _by_status(some) for code, some in _grouped(cells, "operator_code").items()},
        by_reason={reason: sum(c.number for c in some) for reason, some in _grouped(ended, "reason").items()},
        matched=mailing.matched,
        duplicates=mailing.duplicates,
        unreachable=mailing.unreachable,
        opted_out=mailing.opted_out,
        expanded=mailing.expanded_at is not None,
        progress=1.0 if not total else round((total - left) / total, 4),
        rate_s=None if rate is None else round(rate, 1),
        left_s=round(left / pace, 1) if pace and left and mailing.status == MailingStatus.RUNNING else None,
    )


def _by_status(cells: Iterable[MailingCell] | Iterable[HourCell]) -> dict[str, int]:
    summed = dict.fromkeys(map(str, Status), 0)
    for cell in cells:
        summed[cell.status] += cell.number
    return summed


def _grouped(cells: Iterable[Any], name: str) -> Mapping[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for cell in cells:
        groups.setdefault(getattr(cell, name), []).append(cell)
    return dict(sorted(groups.items()))


def _periods(cells: Iterable[HourCell], size: int) -> list[answers.Period]:
    groups: dict[int, list[HourCell]] = {}
    for cell in cells:
        groups.setdefault(cell.hour // size * size, []).append(cell)
    return [
        answers.Period(start=to_datetime(hour * HOUR_MS), by_status=_by_status(some))
        for hour, some in sorted(groups.items())[-MOST_PERIODS:]
    ]
