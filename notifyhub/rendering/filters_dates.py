"""Filters of dates and times: in the zone of who reads them, in the words of their language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from notifyhub.domain.zones import canonical_zone, zone_of
from notifyhub.rendering.escaping import Escaper
from notifyhub.rendering.faults import Unusable, shown
from notifyhub.rendering.languages import locale_of
from notifyhub.rendering.run import Context
from notifyhub.rendering.values import is_number, plain_number, text_of

FORMATS = ("short", "medium", "long", "full")
LONGEST_PATTERN = 100
_QUOTED = re.compile(r"'[^']*'")
_RUN = re.compile(r"([A-Za-z])\1*")
_IN_DATES, _IN_TIMES = frozenset("GyYuQqMLwWdDFgEec"), frozenset("abBhHKkjJmsSAzZOvVxX")
MOST_LETTERS = 6
"""No field of CLDR has more letters."""


def _date(context: Context, escape: Escaper, value: Any, format: Any = "medium") -> str:
    from babel.dates import format_date

    moment = _moment(value, context)
    return _formatted(format, _IN_DATES, lambda how: format_date(moment, how, locale_of(context.language)))


def _time(context: Context, escape: Escaper, value: Any, format: Any = "short") -> str:
    from babel.dates import format_time

    moment = _with_time(value, context)
    locale, zone = locale_of(context.language), _zone(context.timezone)
    return _formatted(format, _IN_TIMES, lambda how: format_time(moment, how, zone, locale))


def _datetime(context: Context, escape: Escaper, value: Any, format: Any = "medium") -> str:
    from babel.dates import format_datetime

    moment = _with_time(value, context)
    locale, zone = locale_of(context.language), _zone(context.timezone)
    return _formatted(format, _IN_DATES | _IN_TIMES, lambda how: format_datetime(moment, how, zone, locale))


def _formatted(format: Any, letters: frozenset[str], compute: Callable[[str], str]) -> str:
    """`format` is the name of one, or a pattern of CLDR."""
    how = text_of(format)
    if how not in FORMATS and not _is_pattern(how, letters):
        told = f'{", ".join(FORMATS)} or a pattern such as "d MMMM yyyy"'
        raise Unusable(f"needs a format, which is {told}, and got {shown(how)}")
    try:
        return compute(how)
    # All of these are Babel's words for patterns that CLDR knows and it does not.
    except (ValueError, LookupError, AttributeError, NotImplementedError):
        raise Unusable(f"cannot use the format {shown(how)}") from None


def _is_pattern(how: str, letters: frozenset[str]) -> bool:
    runs = [found[0] for found in _RUN.finditer(_QUOTED.sub("", how))]
    fits = all(run[0] in letters and len(run) <= MOST_LETTERS for run in runs)
    return bool(runs) and fits and len(how) <= LONGEST_PATTERN


def _with_time(value: Any, context: Context) -> datetime:
    moment = _moment(value, context)
    if not isinstance(moment, datetime):
        raise Unusable(f"needs a time, and got only a date: {shown(value)}")
    return moment


def _moment(value: Any, context: Context) -> date:
    """A date, or a moment in the zone of the context. One that says no zone is meant to be in it already."""
    found = _read(value)
    if not isinstance(found, datetime):
        return found
    zone = _zone(context.timezone)
    try:
        return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)
    except OverflowError:
        raise Unusable(f"cannot use {shown(value)}: it is too far away") from None


def _read(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        if is_number(value):
            return datetime.fromtimestamp(float(plain_number(value)), UTC)
        if isinstance(value, str):
            return _parsed(value.strip())
    except (ValueError, OverflowError, OSError):
        pass
    raise Unusable(f'needs a date such as "2026-11-27" or "2026-11-27T09:30:00Z", and got {shown(value)}')


def _parsed(text: str) -> date:
    return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    try:
        return zone_of(canonical_zone(name))
    except ValueError as error:
        raise Unusable(f'cannot use the time zone "{name}", which {error}') from None


FILTERS: Mapping[str, Callable[..., Any]] = {"date": _date, "time": _time, "datetime": _datetime}
