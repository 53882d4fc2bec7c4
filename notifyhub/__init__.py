"""notifyhub sends a message to people on Telegram, Viber, WhatsApp and an HTTP gateway.

    from notifyhub import send

    send("Hello", to={"telegram": "1067000"})

Importing has no side effects: nothing is opened, read or started before the first call. It is quick, because heavy
modules are imported when a name that needs them is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from notifyhub.errors import (
    Conflict,
    Fault,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotifyhubError,
    NotSigned,
    ServiceUnavailable,
    SettingsError,
    StoreUnavailable,
    WaitTimedOut,
)
from notifyhub.forks import ForkedLock

if TYPE_CHECKING:
    from notifyhub.answers import Attempt, Cancelled, Delivery, DeliveryResult, Message, Receipt, Retried
    from notifyhub.hub import Hub
    from notifyhub.settings import Settings
    from notifyhub.verbs import To

__version__ = "0.1.0"

__all__ = [
    # sending
    "send",
    "Hub",
    "Settings",
    # what comes back
    "Message",
    "Delivery",
    "Attempt",
    "Receipt",
    "Cancelled",
    "Retried",
    "DeliveryResult",
    # errors
    "NotifyhubError",
    "SettingsError",
    "InvalidRequest",
    "Fault",
    "NotFound",
    "Conflict",
    "NotSigned",
    "StoreUnavailable",
    "ServiceUnavailable",
    "NotAllowed",
    "WaitTimedOut",
]

_HEAVY = {
    "Hub": "notifyhub.hub",
    "Settings": "notifyhub.settings",
    **dict.fromkeys(
        ("Message", "Delivery", "Attempt", "Receipt", "Cancelled", "Retried", "DeliveryResult"), "notifyhub.answers"
    ),
}
"""Where the names are that are imported at their first use (PEP 562)."""

_FINISH_DUE_S = 5.0
_lock = ForkedLock()
_hub: Hub | None = None


def __getattr__(name: str) -> Any:
    if name not in _HEAVY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HEAVY[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def send(text: str, to: To, **options: Any) -> Message:
    """Send with a hub configured by the environment (`NOTIFYHUB_*`); see `Hub.send` for the options.

    A script may end right after this: deliveries that are due get up to 5 seconds to be sent, and the rest waits in the
    store for the next process.
    """
    return _default_hub().send(text, to, **options)


def _default_hub() -> Hub:
    global _hub
    with _lock:
        if _hub is None:
            import atexit

            from notifyhub.hub import Hub

            _hub = Hub()
            atexit.register(_hub.close, finish_due_s=_FINISH_DUE_S)
        return _hub
