"""How a store grows day by day, and whether retention keeps up."""

from dataclasses import dataclass

from benchmarks.simulation.prices import MEASURED, Prices

DAY_S = 86_400


@dataclass(frozen=True)
class Day:
    """At the end of a day: deliveries, dedup keys of deleted ones, bytes, and those too old that are still there."""

    day: int
    deliveries: float
    keys: float
    bytes: float
    late: float


def grow(per_second: float, days: int, kept_days: int | None, prices: Prices = MEASURED) -> list[Day]:
    """One store that takes so many messages a second, around the clock. `kept_days`: the retention; None: for ever."""
    each = prices.accepted_bytes + prices.delivered_bytes
    per_day, most = per_second * DAY_S, prices.pruned_per_second * DAY_S
    accepted = pruned = 0.0
    found = []
    for day in range(1, days + 1):
        accepted += per_day
        old = 0.0 if kept_days is None else max(0.0, accepted - per_day * kept_days)
        pruned += min(most, old - pruned)
        size = (accepted - pruned) * each + pruned * prices.pruned_bytes
        found.append(Day(day, accepted - pruned, pruned, size, old - pruned))
    return found
