"""How facts of the API are written on pages: moments, numbers, times to go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from jinja2 import Undefined
from markupsafe import Markup

from notifyhub_api.dashboard.languages import locale_of

NONE = "—"


def moment_of(value: str) -> datetime:
    """A moment of the API (ISO 8601) in UTC."""
    return datetime.fromisoformat(value).astimezone(UTC)


def filters(language: str) -> dict[str, Callable[..., Any]]:
    """The filters of templates, in this language."""
    locale = locale_of(language)

    def moment(value: str | None) -> str:
        """A moment in UTC; the page's script writes it in the browser's time zone."""
        if not value:
            return NONE
        text = format_datetime(moment_of(value), "d MMM y, HH:mm:ss", locale=locale)
        return Markup('<time datetime="{}">{} UTC</time>').format(value, text)

    def number(value: float | None) -> str:
        return NONE if value is None or _is_missing(value) else format_decimal(value, locale=locale)

    def percent(share: float | None) -> str:
        return NONE if share is None or _is_missing(share) else format_percent(share, "#,##0.#%", locale=locale)

    def duration(seconds: float | None) -> str:
        if seconds is None or _is_missing(seconds):
            return NONE
        return format_timedelta(round(seconds), granularity="second", threshold=1.5, format="short", locale=locale)

    return {"moment": moment, "number": number, "percent": percent, "duration": duration}


def _is_missing(value: object) -> bool:
    """Does an answer of the API lack it? What is not known is left out."""
    return isinstance(value, Undefined)
