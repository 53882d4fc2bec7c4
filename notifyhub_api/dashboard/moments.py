"""Moments as forms have them: a local date and time, and the time zone of the browser that sends it."""

from __future__ import annotations

from datetime import datetime
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
    return "" if value is None else moment_of(value).strftime("%Y-%m-%dT%H:%M")
