"""The rate limits that apply to each account: those that are set, else those that its messenger documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from notifyhub.domain.circuit_breaker import DEFAULT_SENDER
from notifyhub.domain.rates import ChannelLimits, Rate, rate_of
from notifyhub.providers.limits import DOCUMENTED
from notifyhub.providers.telegram import PAID
from notifyhub.settings import ChannelSettings, Settings


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """The limits of one account; None: no limit."""

    sender: Rate | None = None
    address: Rate | None = None
    group: Rate | None = None

    @property
    def any(self) -> bool:
        return self.sender is not None or self.address is not None or self.group is not None


@dataclass(frozen=True, slots=True)
class Limits:
    """Those of the accounts of a channel, by their name; others have those of the main account."""

    by_sender: dict[str, SenderLimits]
    is_group: Callable[[str], bool]

    def of(self, sender: str) -> SenderLimits:
        """The limits of an account."""
        return self.by_sender.get(sender) or self.by_sender[DEFAULT_SENDER]


def limits_of(settings: Settings, channel: str) -> Limits:
    """The limits of a channel's accounts."""
    own = settings.channels()[channel]
    known = DOCUMENTED.get(channel, ChannelLimits())
    first = _first(own, known if settings.keeps_limits(channel) else ChannelLimits())
    further = {
        name: replace(
            first,
            sender=_chosen(sender.rate, first.sender),
            address=_chosen(sender.address_rate, first.address),
        )
        for name, sender in own.senders.items()
    }
    return Limits({DEFAULT_SENDER: first, **further}, known.is_group)


def _first(own: ChannelSettings, known: ChannelLimits) -> SenderLimits:
    free = known.sender
    if free is not None and getattr(own, "paid_broadcast", False):
        free = PAID
    return SenderLimits(
        sender=_chosen(own.rate, free),
        address=_chosen(own.address_rate, known.address),
        group=_chosen(getattr(own, "group_rate", None), known.group),
    )


def _chosen(words: str | None, otherwise: Rate | None) -> Rate | None:
    return otherwise if words is None else rate_of(words)
