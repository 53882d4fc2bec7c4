"""How fast a sender may really go: less than documented after refusals, then felt upward again."""

from __future__ import annotations

from typing import NamedTuple

LESS = 0.7
A_LITTLE_LESS = 0.95
MORE = 1.05
LEAST = 0.01
SOON_MS = 5_000
"""A refusal so soon after another one, besides the pause: the rate is far too high."""
LATELY_MS = 120_000
"""A refusal so soon after another one: the rate is a little too high. A rare one is put down to chance."""
HOLD_MS = 10_000
"""A rate that has held for so long, while there was more to send, is taken for good, and a little more is tried."""
CLOSE = 0.92
"""A rate this near to one that was refused is good enough: to try more would only be refused again."""
FORGET_MS = 600_000
"""After so long a refused rate is tried again: limits change."""


class Pace(NamedTuple):
    """What is known of a sender. Moments are epoch ms.

    factor        of the set rate, 0 to 1
    refused       the lowest factor that turned out too high; 0: none
    refused_at    the last refusal; 0: none
    changed_at    when the factor was last changed
    paused_until  nothing is sent before this
    """

    factor: float = 1.0
    refused: float = 0.0
    refused_at: int = 0
    changed_at: int = 0
    paused_until: int = 0


FULL = Pace()


def slowed(pace: Pace, now: int, wait_ms: int, called_at: int) -> Pace:
    """The messenger refused a call that began at `called_at` as too fast, and asks for a pause of `wait_ms`.

    Calls that began before the end of a pause were on their way when it was asked for, and tell nothing new.
    """
    after = pace.paused_until
    pace = pace._replace(paused_until=max(after, now + wait_ms))
    if called_at < after:
        return pace
    refused = pace._replace(refused_at=now)
    if pace.changed_at > pace.refused_at > 0:
        # A try of a little more has failed.
        return _to(refused, pace.factor / MORE, now)
    if pace.refused_at and now - after < SOON_MS:
        return _to(refused, pace.factor * LESS, now)
    if pace.refused_at and now - pace.refused_at < LATELY_MS:
        return _to(refused, pace.factor * A_LITTLE_LESS, now)
    return refused


def quickened(pace: Pace, now: int) -> Pace | None:
    """The next rate to try, if this one has held while there was more to send; None: stay."""
    since = now - max(pace.changed_at, pace.paused_until)
    if pace.factor >= 1 or since < HOLD_MS:
        return None
    more = min(1.0, pace.factor * MORE)
    if pace.refused and more > pace.refused * CLOSE:
        # As high as it goes, until the refused rate itself is old enough to be tried again.
        return None if since < FORGET_MS else Pace(more, 0.0, pace.refused_at, now, pace.paused_until)
    return pace._replace(factor=more, changed_at=now)


def _to(pace: Pace, factor: float, now: int) -> Pace:
    return pace._replace(factor=max(LEAST, factor), refused=pace.factor, changed_at=now)
