"""Rates: how many messages in which time, as data and in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

NONE = "none"
"""In words: no limit."""

MOST_COUNT = 1_000_000
LONGEST_S = 86_400.0
MOST_BURST = 10_000
FORM = "a number of messages in a time, such as 30/s, 600/min, 1/6s or 1/6s burst 45"

_UNITS = {"s": 1.0, "sec": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "hour": 3600.0, "d": 86_400.0}
_WORDS = re.compile(
    r"(?P<count>[0-9]{1,7}(?:\.[0-9]{1,3})?)\s*/\s*(?P<number>[0-9]{1,6}(?:\.[0-9]{1,3})?)?\s*(?P<unit>[a-z]+)"
    r"(?:\s+burst\s+(?P<burst>[0-9]{1,5}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` messages in `seconds`, evenly spaced; after a pause, `burst` of them at once."""

    count: float
    seconds: float
    burst: int = 1

    @property
    def per_s(self) -> float:
        """Messages a second."""
        return self.count / self.seconds

    def __str__(self) -> str:
        number, unit = _time(self.seconds)
        words = f"{_plain(self.count)}/{number}{unit}"
        return words if self.burst == 1 else f"{words} burst {self.burst}"


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """The documented limits of a messenger. None: it documents none.

    sender    for each account
    address   for each person who is written to by an account
    group     for each group that is written to by an account, besides `address`
    is_group  tells from an address whether it is a group
    """

    sender: Rate | None = None
    address: Rate | None = None
    group: Rate | None = None
    is_group: Callable[[str], bool] = lambda address: False


def rate_of(words: str) -> Rate | None:
    """The rate that `words` (see `FORM`) tell; None for `none`. Raises ValueError with what is wrong."""
    words = words.strip().lower()
    if words == NONE:
        return None
    found = _WORDS.fullmatch(words)
    if found is None:
        raise ValueError(f"must be {FORM}, or none")
    count, unit = float(found["count"]), _UNITS.get(found["unit"])
    if unit is None:
        raise ValueError(f"has the unknown unit {found['unit']}: it must be s, min, h or d")
    seconds, burst = round(float(found["number"] or 1) * unit, 3), int(found["burst"] or 1)
    if count <= 0 or seconds <= 0:
        raise ValueError("must be more than 0")
    if not seconds <= LONGEST_S:
        raise ValueError("must name a time of at most a day")
    if not count <= MOST_COUNT or not 1 <= burst <= MOST_BURST:
        raise ValueError(f"must be at most {MOST_COUNT} messages, with a burst of 1 to {MOST_BURST}")
    return Rate(count, seconds, burst)


def _time(seconds: float) -> tuple[str, str]:
    for unit, size in (("d", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= size and seconds % size == 0:
            return ("" if seconds == size else _plain(seconds / size)), unit
    return ("" if seconds == 1 else _plain(seconds)), "s"


def _plain(number: float) -> str:
    """Without an exponent, so that it can be read again; words have three decimals."""
    return f"{number:.3f}".rstrip("0").rstrip(".")
