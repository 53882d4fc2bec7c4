"""Crashes of our processes, reported to Sentry without anything about people and without secrets.

A report says which error it was and where in the code it happened. Texts of errors and values of variables are left
out, because both may hold an address, a text or a token; the log file has them.
"""

from __future__ import annotations

from typing import Any

from notifyhub import __version__
from notifyhub.errors import SettingsError
from notifyhub.settings import Settings

LEFT_OUT = "see the log of this process"
KEPT = frozenset(
    {"event_id", "timestamp", "platform", "level", "logger", "exception", "release", "environment", "tags", "sdk"}
)
OF_AN_EXCEPTION = frozenset({"type", "module", "mechanism", "stacktrace"})
OF_A_FRAME = frozenset({"filename", "abs_path", "function", "module", "lineno", "in_app"})


def report_crashes(settings: Settings, role: str) -> None:
    """From now on crashes of this process, which is a `role`, are reported, if a DSN is set.

    Raises SettingsError if Sentry is not installed, or the DSN is none.
    """
    if settings.sentry_dsn is None:
        return
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
        from sentry_sdk.integrations.dedupe import DedupeIntegration
        from sentry_sdk.integrations.excepthook import ExcepthookIntegration
        from sentry_sdk.integrations.logging import LoggingIntegration
        from sentry_sdk.integrations.threading import ThreadingIntegration
        from sentry_sdk.utils import BadDsn
    except ImportError:
        raise SettingsError("NOTIFYHUB_SENTRY_DSN needs `pip install notifyhub[sentry]`") from None
    try:
        sentry_sdk.init(
            dsn=settings.sentry_dsn.get_secret_value(),
            release=f"notifyhub@{__version__}",
            send_default_pii=False,
            include_local_variables=False,
            include_source_context=False,
            max_breadcrumbs=0,
            # The default ones note calls with their URLs, in which tokens are, and the command line.
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                LoggingIntegration(level=None),
                ExcepthookIntegration(),
                ThreadingIntegration(propagate_hub=False),
                DedupeIntegration(),
                AtexitIntegration(callback=lambda pending, timeout: None),
            ],
            before_send=_without_people,
        )
    except BadDsn:
        raise SettingsError("NOTIFYHUB_SENTRY_DSN: must be a DSN such as https://KEY@HOST/PROJECT") from None
    sentry_sdk.set_tag("role", role)


def _without_people(event: Any, hint: Any) -> Any:
    """Only what is known to be harmless stays."""
    found = {name: value for name, value in event.items() if name in KEPT}
    values = (event.get("exception") or {}).get("values") or []
    if not values:
        # A line of the log that is no crash: whoever wants those reads the log.
        return None
    found["exception"] = {"values": [_exception(one) for one in values]}
    return found


def _exception(one: Any) -> dict[str, Any]:
    kept = {name: value for name, value in one.items() if name in OF_AN_EXCEPTION}
    frames = (one.get("stacktrace") or {}).get("frames") or []
    kept["value"] = LEFT_OUT
    kept["stacktrace"] = {"frames": [{name: frame[name] for name in OF_A_FRAME if name in frame} for frame in frames]}
    return kept
