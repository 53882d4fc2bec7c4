"""What a mailing would do, as an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.flow.preview import Outlook

PACE_OF_MS = 3_600_000
"""How far back the pace of a channel is looked for: its fastest minute in this time."""


def previewed(words: str, seen: Outlook, rates: Mapping[str, float | None], ends_at: int | None) -> answers.Preview:
    """The outlook of a mailing and the pace of its channels (deliveries per second); `ends_at` in epoch ms."""
    known = {channel: rate for channel, rate in rates.items() if rate}
    takes_s = will_not_fit = None
    if known.keys() == seen.by_channel.keys():
        # Channels are independent, so the slowest decides.
        takes_s = max((number / known[channel] for channel, number in seen.by_channel.items()), default=0.0)
        if ends_at is not None and seen.first_at is not None:
            left_s = max(0.0, (ends_at - seen.first_at) / 1000)
            will_not_fit = sum(max(0, number - int(known[c] * left_s)) for c, number in seen.by_channel.items())
    return answers.Preview(
        audience_words=words,
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
        first_at=None if seen.first_at is None else to_datetime(seen.first_at),
        last_opening_at=None if seen.last_opening_at is None else to_datetime(seen.last_opening_at),
        rate_s={channel: round(rate, 2) for channel, rate in known.items()},
        takes_s=None if takes_s is None else round(takes_s, 1),
        will_not_fit=will_not_fit,
    )


def _sorted(counted: Counter[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
