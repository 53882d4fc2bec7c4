"""Time zones of clients: IANA names, and fixed offsets from UTC."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

DEFAULT_ZONE = "Europe/Moscow"

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?", re.IGNORECASE)
_WEST, _EAST = -12 * 60, 14 * 60
"""The offsets in use, in minutes."""


@lru_cache(maxsize=1024)
def canonical_zone(written: str) -> str:
    """`europe/moscow` as `Europe/Moscow`; `+3`, `UTC+3` and `+0300` as `+03:00`; `Z` as `UTC`.

    Raises ValueError with a sentence for anything else.
    """
    text = written.strip()
    if name := _names().get(text.lower()):
        return name
    offset = _OFFSET.fullmatch(text)
    minutes = None if offset is None else _minutes(*offset.groups(default="0"))
    if minutes is None or not _WEST <= minutes <= _EAST:
        raise ValueError("is not a time zone: use an IANA name such as Europe/Moscow, or an offset such as +03:00")
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


@lru_cache(maxsize=1024)
def zone_of(name: str) -> tzinfo:
    """The rules of a canonical zone. A name that the time zone database no longer has counts as UTC."""
    if name[:1] in "+-":
        return timezone(timedelta(minutes=_minutes(name[0], name[1:3], name[4:6])))
    known = _names().get(name.lower())
    return ZoneInfo(known or "UTC")


def _minutes(sign: str, hours: str, minutes: str) -> int:
    total = int(hours) * 60 + int(minutes)
    return -total if sign == "-" else total


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every name by its lower-case form; the files of the database that are no zones are left out."""
    names = {name.lower(): name for name in available_timezones() if name not in ("localtime", "posixrules", "Factory")}
    return {**names, "utc": "UTC", "z": "UTC"}
