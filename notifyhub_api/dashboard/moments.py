"""Moments as forms have them: a local date and time, and the time zone of the browser that sends it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notifyhub_api.dashboard.form import Form
from notifyhub_api.dashboard.formats import moment_of

ZONE = "zone"
"""The field that the page's script fills; without it, moments are in UTC."""


def zone_of(form: Form) -> ZoneInfo:
    try:
        return ZoneInfo(form.get(ZONE, "").strip() or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def moment(form: Form, name: str) -> str | None:
    """A moment with its offset as the API takes it; None: none was given. What is no moment is passed on as it is."""
    typed = form.text(name)
    if typed is None:
        return None
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone_of(form))).isoformat()


def typed(value: str | None) -> str:
    """A moment of the API as such a field takes it, in UTC."""
    if value is None:
        return ""
    at = moment_of(value)
    return at.strftime("%Y-%m-%dT%H:%M:%S" if at.second else "%Y-%m-%dT%H:%M")


class Field(NamedTuple):
    """What stands in a field; `attributes` tell the page's script that it is in UTC."""

    value: str
    attributes: dict[str, str]


def shown(form: Form, name: str) -> Field:
    """A moment that was typed, for whoever sees it now, in any time zone; what is no moment stays as it is."""
    given = moment(form, name)
    try:
        return Field(typed(given), {} if given is None else {"data-utc": ""})
    except ValueError:
        return Field(given or "", {})
