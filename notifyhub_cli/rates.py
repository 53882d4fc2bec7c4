"""What a hub does in a second: the difference of two looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from notifyhub.domain.rates import rate_of

if TYPE_CHECKING:
    from notifyhub import answers

BEGIN_ANEW = timedelta(hours=1)
"""The store remembers calls for six hours."""


@dataclass(frozen=True, slots=True)
class ChannelRates:
    """A channel: what it does a second, what waits, and who rests.

    state      of its accounts, the worst
    limit_s    messages a second that its accounts may send; None: no limit
    limit_use  share of that, 0 to 1
    """

    channel: str
    accepted_s: float
    sent_s: float
    failed_s: float
    scheduled: int
    sending: int
    unconfirmed: int
    queue_age_s: float
    accounts: int
    state: str
    limit_s: float | None
    limit_use: float | None
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Rates:
    """Of all channels."""

    at: str
    processes: int
    channels: list[ChannelRates]

    def document(self) -> dict[str, Any]:
        """As JSON, without what is not set."""
        found = asdict(self)
        found["channels"] = [
            {name: value for name, value in one.items() if value is not None} for one in found["channels"]
        ]
        return found


class Watch:
    """Looks again and again. `look` asks what is going on, since a moment or by default lately."""

    def __init__(self, look: Callable[..., answers.Live]) -> None:
        self._look = look
        self._last = look()

    def next(self) -> Rates:
        """What was done between the last look and now. Raises what `look` raises."""
        now, last = self._look(since=self._last.since), self._last
        self._last = now if now.at - now.since < BEGIN_ANEW else self._look()
        seconds = max(0.001, (now.at - last.at).total_seconds())
        before = {one.name: one for one in last.channels}
        channels = [_rates(one, before.get(one.name, one), seconds) for one in now.channels]
        return Rates(now.at.isoformat(timespec="milliseconds"), now.processes, channels)


def _rates(now: answers.LiveChannel, before: answers.LiveChannel, seconds: float) -> ChannelRates:
    def a_second(number: int, earlier: int) -> float:
        return round(max(0, number - earlier) / seconds, 1)

    sent = a_second(now.sent, before.sent)
    limit = _limit(now.accounts)
    states = {account.state for account in now.accounts}
    return ChannelRates(
        channel=now.name,
        accepted_s=a_second(now.accepted, before.accepted),
        sent_s=sent,
        failed_s=a_second(now.failed, before.failed),
        scheduled=now.scheduled,
        sending=now.sending,
        unconfirmed=now.unconfirmed,
        queue_age_s=round(now.queue_age_s, 1),
        accounts=len(now.accounts),
        state=next((state for state in ("open", "half_open") if state in states), "closed"),
        limit_s=limit,
        limit_use=None if limit is None else round(sent / limit, 3),
        notes=[note for account in now.accounts if (note := _note(now.name, account)) is not None],
    )


def _limit(accounts: list[answers.SenderState]) -> float | None:
    """Of all accounts together, slowed down as they are; None if one of them has none."""
    total = 0.0
    for account in accounts:
        rate = None if account.rate is None else rate_of(account.rate)
        if rate is None:
            return None
        total += rate.per_s * (100 if account.rate_percent is None else account.rate_percent) / 100
    return round(total, 4) or None


def _note(channel: str, account: answers.SenderState) -> str | None:
    name = f"sender {account.sender} of {channel}" if account.sender else channel
    if account.state != "closed":
        return f"{name} rests: {account.words}"
    if account.paused_until is not None:
        return f"{name} pauses until {account.paused_until:%H:%M:%SZ}: it was refused as too fast"
    return None
