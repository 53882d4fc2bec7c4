"""Send windows as they are stored."""

from __future__ import annotations

from functools import lru_cache

import orjson

from notifyhub.clock import to_datetime, to_ms
from notifyhub.domain.window import SendWindow
from notifyhub.domain.zones import zone_of
from notifyhub.requests.mailings import send_window


@lru_cache(maxsize=1024)
def window_of(stored: str | None) -> SendWindow | None:
    """The send window of its JSON."""
    return None if stored is None else send_window(orjson.loads(stored))


def next_opening(window: SendWindow, now: int, timezone: str) -> int | None:
    """The first moment from `now` on (epoch ms) at which the window is open in this zone."""
    opens = window.next_open(to_datetime(now), zone_of(timezone))
    return None if opens is None else max(now, to_ms(opens))
