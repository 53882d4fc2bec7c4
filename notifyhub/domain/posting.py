"""When a post to an endpoint is tried again, and when no more. Pure: moments are epoch ms, chance is in [0, 1)."""

from __future__ import annotations

_S, _MIN, _H = 1_000, 60_000, 3_600_000

PAUSES_MS = (5 * _S, 5 * _MIN, 30 * _MIN, 2 * _H, 5 * _H, 10 * _H)
"""The pause after each failed try; the schedule that Standard Webhooks recommend, as far as a day goes."""
GIVEN_UP_AFTER_MS = 24 * _H
"""From the event, or from when somebody had it posted again. The last try is made then."""
OLD_SECRET_MS = 24 * _H
"""For how long posts are signed with the former secret too."""
_JITTER = 0.1


def next_try(tries: int, give_up_at: int, now: int, chance: float, retry_after_s: float | None = None) -> int | None:
    """When the next try is due; None: this was the last one.

    tries          made since the post was new, or was asked for again
    retry_after_s  what the endpoint asked for: it is not called sooner
    """
    if now >= give_up_at:
        return None
    pause = PAUSES_MS[tries - 1] if tries <= len(PAUSES_MS) else give_up_at - now
    if retry_after_s is not None:
        pause = max(pause, round(retry_after_s * 1000))
    # Jitter only lengthens the pause. The last try is not before the day is over.
    return min(now + pause + round(pause * _JITTER * chance), give_up_at)
