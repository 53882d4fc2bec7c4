"""What a mailing would do, as an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.audience import audience_of, in_words
from notifyhub.domain.circuit_breaker import DEFAULT_SENDER
from notifyhub.domain.gcra import MARGIN
from notifyhub.domain.limits import MAX_CHARACTERS
from notifyhub.domain.rates import rate_of
from notifyhub.flow.examples import Shown
from notifyhub.flow.pacing.limits import limits_of
from notifyhub.flow.preview import Outlook
from notifyhub.settings import Settings
from notifyhub.store.mailings import Row

PACE_OF_MS = 3_600_000
"""How far back the pace of a channel is looked for: its fastest minute in this time."""


class MailingLimits(NamedTuple):
    """Deliveries per second that the limits allow: on each channel that has one, and of the mailing itself."""

    by_channel: Mapping[str, float]
    own: float | None


def limits_of_mailing(settings: Settings, mailing: Row) -> MailingLimits:
    """The limits of the accounts of a mailing, and its own."""
    options = orjson.loads(mailing["options"] or "{}")
    found = {}
    for channel in orjson.loads(mailing["channels"]):
        sender = options.get(channel, {}).get("sender", DEFAULT_SENDER)
        if channel in settings.channels() and (rate := limits_of(settings, channel).of(sender).sender) is not None:
            found[channel] = rate.per_s / (1 + MARGIN)
    own = rate_of(mailing["rate"]) if mailing["rate"] else None
    return MailingLimits(found, None if own is None else own.per_s)


def previewed(
    audience: Mapping[str, Any],
    seen: Outlook,
    rates: Mapping[str, float | None],
    limits: MailingLimits,
    ends_at: int | None,
) -> answers.Preview:
    """The outlook of a mailing for this audience, with the pace of its channels so far and their limits.

    ends_at  epoch ms; None: it has no end
    """
    known = _paces(seen.by_channel, rates, limits)
    takes_s = will_not_fit = None
    if known.keys() == seen.by_channel.keys():
        # Channels are independent, so the slowest decides; the limit of the mailing is for all of them.
        takes_s = max((number / known[channel] for channel, number in seen.by_channel.items()), default=0.0)
        if limits.own is not None:
            takes_s = max(takes_s, seen.by_channel.total() / limits.own)
        if ends_at is not None and seen.first_at is not None:
            left_s = max(0.0, (ends_at - seen.first_at) / 1000)
            fits = sum(min(number, int(known[c] * left_s)) for c, number in seen.by_channel.items())
            fits = fits if limits.own is None else min(fits, int(limits.own * left_s))
            will_not_fit = seen.by_channel.total() - fits
    return answers.Preview(
        audience=dict(audience),
        audience_words=in_words(audience_of(audience)),
        matched=seen.matched,
        by_operator_code=_sorted(seen.by_operator_code),
        by_tag=_sorted(seen.by_tag),
        by_timezone=_sorted(seen.by_timezone),
        deliveries=seen.by_channel.total(),
        by_channel=_sorted(seen.by_channel),
        duplicates=seen.duplicates,
        unreachable=seen.unreachable,
        opted_out=seen.opted_out,
        window_closed=seen.window_closed,
        refused=seen.refused,
        unworded=seen.unworded,
        examples=[example(one) for one in seen.examples],
        first_at=None if seen.first_at is None else to_datetime(seen.first_at),
        last_opening_at=None if seen.last_opening_at is None else to_datetime(seen.last_opening_at),
        rate_s={channel: round(rate, 2) for channel, rate in known.items()},
        takes_s=None if takes_s is None else round(takes_s, 1),
        will_not_fit=will_not_fit,
    )


def example(shown: Shown) -> answers.Example:
    """What a client would get, as an answer."""
    return answers.Example(
        client_id=shown.client_id,
        channel=shown.channel,
        address=shown.address,
        text=shown.text,
        length=len(shown.text),
        limit=MAX_CHARACTERS.get(shown.channel),
        language=shown.language or None,
        subject=shown.options.get("subject"),
        html=shown.options.get("html"),
    )


def _paces(by_channel: Iterable[str], rates: Mapping[str, float | None], limits: MailingLimits) -> dict[str, float]:
    """The pace of each channel, if anything tells it: how fast it was lately, and how fast it may be."""
    found = {}
    for channel in by_channel:
        told = [rate for rate in (rates.get(channel), limits.by_channel.get(channel), limits.own) if rate]
        if told:
            found[channel] = min(told)
    return found


def _sorted(counted: Counter[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
