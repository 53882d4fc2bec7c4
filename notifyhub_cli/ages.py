"""Ages as people write them: 90d, 2h, 30m, or ISO 8601 such as PT2H."""

from __future__ import annotations

import re

_AGO = re.compile(r"(\d{1,9})(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def age_ms(text: str) -> int | None:
    """An age in milliseconds; None for a text that is none."""
    from notifyhub.domain.durations import milliseconds

    if found := _AGO.fullmatch(text):
        return int(found[1]) * _SECONDS[found[2]] * 1000
    return milliseconds(text)
