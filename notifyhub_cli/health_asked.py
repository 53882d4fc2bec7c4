"""Asks processes whether they are alive and ready. No answer takes longer than some seconds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from notifyhub.flow.readiness import OK, ROLES, Readiness, Verdict
from notifyhub.queue import is_reachable, make_broker, place_of
from notifyhub.settings import Settings
from notifyhub.store.database import Database, sqlite_path
from notifyhub.worker.heartbeat import pulses

WITHIN_S = 6.0
"""Longer than the service takes to find out what is away."""
NOT_LIVE = "not live"
GOOD = ("live", "ready", "degraded")


@dataclass(frozen=True, slots=True)
class Found:
    """status  live, not live, ready, degraded or not ready"""

    status: str
    checks: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.status in GOOD


def of_service(url: str, *, live: bool) -> Found:
    """Ask the service at a URL."""
    try:
        with urlopen(f"{url.rstrip('/')}/health/{'live' if live else 'ready'}", timeout=WITHIN_S) as response:  # noqa: S310 (the operator's own URL)
            return _read(response.read(), live=live)
    except HTTPError as error:
        with error:
            return _read(error.read(), live=live)
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        return Found(NOT_LIVE, {"service": f"{url} does not answer: {reason}"})


def of_process(settings: Settings, role: str, *, live: bool) -> Found:
    """Look at the signs of life of the processes of a role here, and at what they need."""
    found = pulses(settings.data_dir, role)
    if not found:
        return Found(NOT_LIVE, {role: f"none gives signs of life in {settings.data_dir.absolute()}"})
    silent = [pulse for pulse in found if not pulse.beats]
    if silent:
        told = ", ".join(f"process {pulse.pid} has given no sign of life for {pulse.age_s:.0f} s" for pulse in silent)
        return Found(NOT_LIVE, {role: told})
    return Found("live") if live else _ready(settings)


def _ready(settings: Settings) -> Found:
    url = settings.effective_database_url
    if settings.uses_sqlite and not sqlite_path(url).exists():
        return Found("not ready", {"database": "does not exist"})
    database = Database(url)
    verdict = Readiness(lambda: database, lambda: is_reachable(make_broker(place_of(settings)))).verdict()
    return _without_processes(verdict)


def _without_processes(verdict: Verdict) -> Found:
    """That this process moves is known already, and what others do is theirs to say."""
    checks = {check: state for check, state in verdict.checks.items() if check not in ROLES}
    degraded = verdict.status == "degraded" and all(state == OK for state in checks.values())
    return Found("ready" if degraded else verdict.status.value, checks)


def _read(body: bytes, *, live: bool) -> Found:
    told = json.loads(body)
    if live:
        return Found("live" if told.get("status") == "ok" else NOT_LIVE)
    return Found(str(told["status"]), {str(check): str(state) for check, state in told["checks"].items()})
