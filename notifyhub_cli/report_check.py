"""What `doctor` finds about the daily report."""

from __future__ import annotations

from notifyhub.clock import to_datetime
from notifyhub.domain.report_days import due
from notifyhub.domain.story import moment
from notifyhub.domain.zones import zone_of
from notifyhub.settings import PREFIX, Settings
from notifyhub.store.reports import Standing

LATE_MS = 900_000
"""A report that nobody has begun to send so long after its time will not go by itself."""

Seen = tuple[bool, str, str]
"""Whether it is good, what is seen, and the advice."""


def seen_of(settings: Settings, latest: Standing | None, now: int) -> Seen | None:
    """The state of the report; `now` in epoch ms. None: no report is wanted."""
    if not settings.report.to:
        return None
    if settings.email.emulated:
        return False, "the daily report goes to the emulator", f"set {PREFIX}EMAIL_HOST, or unset {PREFIX}REPORT_TO"
    if latest is not None and latest.state == "failed":
        return _failed(latest, now, settings)
    return _missing(settings, latest, now) or (True, _told(settings, latest), "")


def _failed(latest: Standing, now: int, settings: Settings) -> Seen:
    still = _due(settings, latest.due_at) == _due(settings, now) and _due(settings, now) is not None
    again = f"; tried again after {moment(to_datetime(latest.due_at))}" if still else "; not tried again"
    tries = f"{latest.tries} {'try' if latest.tries == 1 else 'tries'}"
    seen = f"the report of {latest.day} could not be sent ({tries}{again}): {latest.detail}"
    return False, seen, f"`notifyhub report --date {latest.day}` sends it now"


def _missing(settings: Settings, latest: Standing | None, now: int) -> Seen | None:
    """A report that should have been begun, and was not."""
    wanted = _due(settings, now - LATE_MS)
    if wanted is None or wanted != _due(settings, now) or (latest is not None and latest.day >= wanted):
        return None
    return False, f"the report of {wanted} has not been sent", "is `notifyhub serve` or `notifyhub worker` running?"


def _due(settings: Settings, at_ms: int) -> str | None:
    day = due(to_datetime(at_ms), settings.report.local_time, zone_of(settings.report_timezone))
    return None if day is None else day.isoformat()


def _told(settings: Settings, latest: Standing | None) -> str:
    when = f"daily at {settings.report.at} ({settings.report_timezone})"
    if latest is None:
        return f"{when}; none was sent yet"
    if latest.state == "sending":
        return f"{when}; that of {latest.day} is being sent"
    return f"{when}; that of {latest.day} was sent {moment(to_datetime(latest.updated_at))}"
