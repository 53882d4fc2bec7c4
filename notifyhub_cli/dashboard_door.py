"""How whoever starts a service gets into its dashboard."""

from __future__ import annotations

from notifyhub import Hub
from notifyhub_cli.account import account

_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def door_with_link(hub: Hub) -> str:
    """What `serve` says of the dashboard, with a link that signs in. Raises StoreUnavailable."""
    settings = hub.settings
    if settings.auth == "none":
        return f"Open the dashboard:\n  {settings.dashboard_url}"
    url = hub.sessions.link(name=account()).url
    return f"Open the dashboard (the link works once, for {_length(settings.dashboard.link_s)}):\n  {url}"


def door_without_link(hub: Hub) -> str:
    """What `api` says of it: its output goes to logs, where others read it."""
    settings = hub.settings
    how = "" if settings.auth == "none" else " (`notifyhub login-link` prints a link that signs you in)"
    return f"Open the dashboard{how}:\n  {settings.dashboard_url}"


def _length(seconds: int) -> str:
    """Seconds in the largest unit that they are a whole number of."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    number = seconds // size
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
