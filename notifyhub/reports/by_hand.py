"""A report that somebody asks for: of any day, to any address, as often as they like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from notifyhub.domain.report_days import Day, day_of
from notifyhub.domain.zones import zone_of
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.reports.figures import Figures, of_day
from notifyhub.reports.message import message
from notifyhub.reports.post import Post, PostFailed
from notifyhub.setting_kinds import checked_address
from notifyhub.settings import Settings
from notifyhub.store.database import Database

FIRST_YEAR = 1970


def asked_day(written: str | None, settings: Settings, now: datetime) -> date:
    """The day that is written as 2026-11-27; yesterday if none is. Raises InvalidRequest."""
    today = day_of(now, zone_of(settings.report_timezone))
    if written is None:
        return today - timedelta(days=1)
    try:
        wanted = date.fromisoformat(written) if len(written) == len("2026-11-27") else None
    except ValueError:
        wanted = None
    # There was no hub before, and a day has to be within what a calendar holds in every zone.
    if wanted is None or wanted.year < FIRST_YEAR:
        raise InvalidRequest([Fault("date", "form", f"must be a day such as 2026-11-27 (not {written[:40]!r})")])
    if wanted > today:
        told = f"{written} has not come yet: today is {today.isoformat()} in {settings.report_timezone}"
        raise InvalidRequest([Fault("date", "too_late", told)])
    return wanted


def asked_addresses(written: Sequence[str]) -> tuple[str, ...]:
    """Addresses, each once. Raises InvalidRequest."""
    found: dict[str, None] = {}
    for address in written:
        try:
            found[checked_address(address)] = None
        except ValueError as error:
            raise InvalidRequest([Fault("to", "form", str(error))]) from None
    return tuple(found)


def figures_of(database: Database, settings: Settings, wanted: date) -> Figures:
    """The figures of a day, in the zone of the settings. Raises StoreUnavailable."""
    day = Day(wanted, zone_of(settings.report_timezone))
    return database.read(partial(of_day, day=day, zone=settings.report_timezone)).result()


def send(figures: Figures, to: Sequence[str], post: Post, now: datetime) -> dict[str, str]:
    """Send it to each address. What the mail server says of those that it does not take."""
    refused: dict[str, str] = {}
    for address in to:
        try:
            post(partial(message, figures, to=address, now=now, key=now.isoformat()))
        except PostFailed as error:
            refused[address] = str(error)
    return refused
