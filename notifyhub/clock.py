"""Time: UTC moments as whole milliseconds since 1970."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def now_ms() -> int:
    """The present moment, in milliseconds since 1970-01-01T00:00Z."""
    return time.time_ns() // 1_000_000


def to_ms(moment: datetime) -> int:
    """An aware datetime as milliseconds since 1970-01-01T00:00Z, rounded down."""
    return (moment - _EPOCH) // _MILLISECOND


def to_datetime(moment_ms: int) -> datetime:
    """Milliseconds since 1970-01-01T00:00Z as an aware datetime in UTC."""
    return _EPOCH + moment_ms * _MILLISECOND


def to_iso(moment_ms: int) -> str:
    """Milliseconds since 1970-01-01T00:00Z as ISO 8601 text in UTC, such as `2026-12-01T07:00:00.000Z`."""
    return to_datetime(moment_ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment_ms % 1000:03d}Z"
