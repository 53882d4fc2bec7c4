"""Answers about numbers."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from notifyhub.answers.base import Answer


class Period(Answer):
    """Deliveries accepted in one hour or day."""

    start: datetime = Field(description="when the hour or day (in UTC) begins")
    by_status: dict[str, int]


class Statistics(Answer):
    """Deliveries and mailings, counted."""

    mailings: dict[str, int] = Field(description="mailings by status; all statuses, even those with none")
    deliveries: int = Field(description="number of deliveries")
    by_status: dict[str, int] = Field(description="deliveries by status; all statuses, even those with none")
    by_channel: dict[str, dict[str, int]] = Field(description="deliveries by channel and status")
    periods: list[Period] | None = Field(None, description="by hour or day, if asked for; oldest first")


class CounterDifference(Answer):
    """A counter that differs from the deliveries that it counts: of an hour, or of a mailing."""

    hour: datetime | None = Field(None, description="deliveries accepted in the hour (in UTC) that begins then")
    mailing_id: int | None = Field(None, description="deliveries of this mailing")
    channel: str
    operator_code: str | None = None
    status: str = Field(description="`scheduled` counts those that are being sent too")
    reason: str | None = None
    counted: int = Field(description="number of deliveries according to the counter")
    stored: int = Field(description="number of deliveries that there are, and of those that were pruned")


class CounterCheck(Answer):
    """The counters of the statistics, compared with the deliveries."""

    agree: bool = Field(description="whether all counters equal the deliveries")
    counters: int = Field(description="number of compared counters")
    deliveries: int = Field(description="number of deliveries that were counted anew")
    pruned: int = Field(0, description="number of deliveries that were pruned; the statistics still count them")
    differing: int = Field(description="number of counters that differ")
    differences: list[CounterDifference] = Field(description="the first 1,000 of them")


class MailingStatistics(Answer):
    """The deliveries of a mailing, counted."""

    id: int
    name: str
    status: str
    total: int = Field(description="number of deliveries so far, one for each chain")
    by_status: dict[str, int] = Field(description="deliveries by status; all statuses, even those with none")
    by_channel: dict[str, dict[str, int]] = Field(description="deliveries by channel and status")
    by_operator_code: dict[str, dict[str, int]] = Field(
        description="deliveries by operator code and status; the empty code: none is known"
    )
    by_reason: dict[str, int] = Field(
        description="deliveries that failed, expired, were cancelled or gave way to the next step, by reason"
    )
    matched: int = Field(description="number of clients of the audience looked at so far")
    duplicates: int = Field(description="number of deliveries left out: the content already went to that address")
    unreachable: int = Field(description="number of clients without an address on its channels")
    opted_out: int = Field(description="number of clients who opted out of all channels on which they have an address")
    expanded: bool = Field(description="whether all clients of the audience have been looked at")
    progress: float = Field(description="share of the deliveries so far that are no longer open, from 0 to 1")
    rate_s: float | None = Field(None, description="deliveries ended per second since it started")
    left_s: float | None = Field(
        None,
        description="seconds to go at that rate, or the mailing's own if that is lower; absent if not running",
    )
